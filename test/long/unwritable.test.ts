/** Commands that write, where nothing can be written: each says so with the system's reason, and none as a bug. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { barImage, writeBars } from '../bars-data.ts';
import { couture, fillCache } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-unwritable-'));
const env = { COUTURE_CACHE: join(cwd, 'cache') };
/** A file system of its own, which can be made read-only: for root, and not in every container. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', cwd]).status === 0;
after(async () => {
  if (isMounted) spawnSync('umount', [cwd]);
  await rm(cwd, { recursive: true, force: true });
});

before(async () => {
  await writeBars(join(cwd, 'bars'));
  await fillCache(join(cwd, 'bars'), env);
  await writeFile(join(cwd, 'file'), 'no folder');
  for (const name of ['one', 'two']) {
    await mkdir(join(cwd, 'photos', name), { recursive: true });
    for (let i = 0; i < 12; i++)
      await sharp(barImage(i), { raw: { width: 28, height: 28, channels: 1 } }).toFile(
        join(cwd, 'photos', name, `${i}.png`),
      );
  }
  const small = ['--data', 'mnist', '--hidden', '8', '--epochs', '1', '--name', 'run'];
  const trained = await couture(['train', ...small], { cwd, env });
  assert.equal(trained.code, 0, trained.err);
});

/** What each command writes stands at the end of its line; `AT` is where nothing can be written. */
const outputs = [
  'train --data mnist --hidden 8 --epochs 1 --name other',
  'train --resume run --epochs 2',
  'lr-find --data mnist --hidden 8 --steps 20',
  'report run --out AT/report.html',
  'figures run --out AT/figures',
  'pack run --out AT/run.safetensors',
  'data augment --flip --data mnist --out AT/augment.svg',
  'data get mnist --from bars',
  'data import photos',
  'predict run photos/one/0.png --save-seen AT/seen',
];

async function checkAll(lines: readonly string[], at: string, cache: string, reason: RegExp): Promise<void> {
  for (const line of lines) {
    const args = line.replace('AT', at).split(' ');
    const { code, err } = await couture(args, { cwd, env: { COUTURE_CACHE: cache } });
    assert.ok(code === 1 || code === 3, `${line}: exit code ${code}: ${err}`);
    assert.match(err, reason, line);
    assert.doesNotMatch(err, /Internal error|\n {4}at /, line);
  }
}

test('a file where a folder should be is named as the reason', async () => {
  const named = outputs.filter((line) => line.includes('AT'));
  await checkAll(named, 'file', env.COUTURE_CACHE, /file\b.*: (not a directory|a file has its name)/);
  const cached = outputs.filter((line) => /^data (get|import)/.test(line));
  await checkAll(cached, '', join(cwd, 'file'), /file\b.*: not a directory/);
  const runs = await couture(['train', '--resume', 'file'], { cwd, env });
  assert.doesNotMatch(runs.err, /Internal error/);
});

test('a read-only file system is named as the reason', {
  skip: !isMounted && 'this needs root',
}, async () => {
  const mounted = spawnSync('mount', ['-o', 'remount,ro', cwd]);
  assert.equal(mounted.status, 0, String(mounted.stderr));
  try {
    const isCached = (line: string): boolean => /^data (get|import)/.test(line);
    const others = outputs.filter((line) => !isCached(line));
    await checkAll(others, '.', env.COUTURE_CACHE, /read-only file system/);
    await checkAll(outputs.filter(isCached), '', join(cwd, 'new-cache'), /read-only file system/);
    const used = await couture(['evaluate', 'run'], { cwd, env });
    assert.equal(used.code, 0, used.err);
  } finally {
    spawnSync('mount', ['-o', 'remount,rw', cwd]);
  }
});
