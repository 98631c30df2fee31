/** What becomes of a command whose output or terminal goes away, in real processes with real pipes. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import * as z from 'zod';
import { barImage, writeBars } from '../bars-data.ts';
import { couture, coutureInShell, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-pipes-'));
const options = { cwd, env: { XDG_CACHE_HOME: join(cwd, 'cache') } };
after(() => rm(cwd, { recursive: true, force: true }));

const trained = z.object({ weightsSha256: z.string(), lastSha256: z.string() });
const train = (name: string): string[] => [
  ...['train', '--data', 'mnist', '--hidden', '16', '--epochs', '2', '--json', '--name', name],
];

/** The digests of a finished run; fails for one that is not finished. */
async function digests(name: string): Promise<z.infer<typeof trained>> {
  return trained.parse(JSON.parse(await readFile(join(cwd, 'runs/train', name, 'metrics.json'), 'utf8')));
}

let whole: z.infer<typeof trained>;
before(async () => {
  const data = join(cwd, 'data');
  await writeBars(data);
  await fillCache(data, options.env);
  parseDocument(await couture(train('whole'), options), trained.shape);
  whole = await digests('whole');
});

const skip = existsSync('/dev/full') ? false : 'there is no /dev/full here';

test('training goes on to its end whichever stream is lost, and the exit code says which', {
  skip,
}, async () => {
  const [headed, silent, full] = await Promise.all([
    coutureInShell(train('headed'), '2>&1 | head -1', options),
    coutureInShell(train('silent'), '2>/dev/full', options),
    coutureInShell(train('full'), '>/dev/full', options),
  ]);
  assert.deepEqual([headed.code, headed.err], [141, '']);
  assert.equal(headed.out.trimEnd().split('\n').length, 1);
  assert.equal(silent.code, 0);
  assert.equal(parseDocument(silent, trained.shape).lastSha256, whole.lastSha256);
  assert.equal(full.code, 1);
  assert.match(full.err, /^error: Cannot write the output: no space left on device\.$/m);
  for (const name of ['headed', 'silent', 'full']) assert.deepEqual(await digests(name), whole, name);
});

test('a reader that goes away ends a command without a word, and never as a success', { skip }, async () => {
  for (const args of [['data', 'info'], ['--help']]) {
    const outcome = await coutureInShell(args, '| true', options);
    assert.deepEqual(outcome, { code: 141, out: '', err: '' }, args.join(' '));
  }
  const png = await sharp(barImage(3), { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toBuffer();
  await mkdir(join(cwd, 'pictures'));
  for (let i = 0; i < 200; i++) await writeFile(join(cwd, `pictures/${i}.png`), png);
  const predicted = await coutureInShell(['predict', 'compact', 'pictures'], '| head -1', options);
  assert.deepEqual([predicted.code, predicted.err], [141, '']);
  const failed = await coutureInShell(['evaluate', 'nothing'], '| true', options);
  assert.equal(failed.code, 2, 'a failure of its own stays what it is');
});

test('a terminal that is closed saves the run as Ctrl-C does', async () => {
  const cut = await couture(train('closed'), { ...options, hangUpAt: /^epoch 1\/2/m });
  assert.equal(cut.code, 130);
  assert.match(cut.err, /couture train --resume runs.train.closed/);
  const resumed = await couture(['train', '--resume', 'closed', '--json'], options);
  assert.equal(parseDocument(resumed, trained.shape).lastSha256, whole.lastSha256);
});
