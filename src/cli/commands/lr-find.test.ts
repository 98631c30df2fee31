/** `couture lr-find` on files in the shape of MNIST. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { writeBars } from '../../../test/bars-data.ts';
import { couture, fillCache, parseDocument } from '../../../test/command.ts';
import { findDataset, infoOf } from '../../data/registry.ts';
import { resolveConfig } from '../../train/config.ts';
import { configSchema } from '../../train/settings.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-lr-find-'));
const data = join(cwd, 'data');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
before(async () => {
  await writeBars(data);
  await fillCache(data, env);
});
after(() => rm(cwd, { recursive: true, force: true }));

const find = (...more: string[]): string[] => [
  ...['lr-find', '--data', 'mnist', '--hidden', '64,32', '--seed', '5'],
  ...more,
];

const numbers = z.array(z.number()).min(20);
const result = {
  path: z.string(),
  figures: z.array(z.string()).length(2),
  suggested: z.number().nullable(),
  steepest: z.number().nullable(),
  advice: z.string(),
  curve: z.object({ rates: numbers, losses: numbers, smoothed: numbers, end: z.string() }),
};

test('it names a rate, keeps the curve, and finds the same on one thread', async (t) => {
  const found = parseDocument(await couture(find('--json'), { cwd, env }), result);
  const folder = join('runs', 'lr-find', 'custom-seed5');

  await t.test('the rate is one that learns these images', () => {
    const { suggested, advice, curve } = found;
    assert.ok(suggested !== null && suggested > 1e-4 && suggested < 0.1, String(suggested));
    assert.match(advice, new RegExp(`^Suggested learning rate: ${suggested},`));
    assert.equal(curve.losses.length, curve.rates.length);
    // Ten classes, of which nothing is known at first.
    assert.ok(Math.abs(curve.smoothed[0] - Math.log(10)) < 0.3 && Math.min(...curve.smoothed) < 1.6);
  });

  await t.test('the folder has figures and what it takes to repeat them', async () => {
    assert.equal(found.path, join(folder, 'lr-find.json'));
    assert.deepEqual((await readdir(join(cwd, folder))).sort(), [
      'lr-find.json',
      'lr-find.png',
      'lr-find.svg',
    ]);
    const kept = z
      .object({ config: configSchema, losses: z.array(z.number()) })
      .parse(JSON.parse(await readFile(join(cwd, found.path), 'utf8')));
    const dataset = infoOf(findDataset('mnist')!);
    assert.deepEqual(kept.config, resolveConfig({ dataset, settings: { hidden: [64, 32], seed: 5 } }));
    assert.deepEqual(kept.losses, found.curve.losses);
    assert.match(
      await readFile(join(cwd, folder, 'lr-find.svg'), 'utf8'),
      /^<svg .*custom-seed5, mnist, adam/s,
    );
    const png = await readFile(join(cwd, folder, 'lr-find.png'));
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
  });

  await t.test(
    'one thread, another name: the same numbers; as text, the same advice over a plot',
    async () => {
      const again = await couture(find('--threads', '1', '--name', 'one', '--json'), { cwd, env });
      const one = parseDocument(again, result);
      assert.equal(one.path, join('runs', 'lr-find', 'one', 'lr-find.json'));
      assert.deepEqual(one.curve, found.curve);
      const { out, err, code } = await couture(find('--name', 'one'), { cwd, env });
      assert.equal(code, 0, err);
      assert.ok(out.startsWith(`${found.advice}\n`));
      assert.match(
        out,
        new RegExp(`█[^]*\\n +1e-6 +1e-5 .*\\n +.*▲.*\\n[^]*--learning-rate ${found.suggested}\\n$`),
      );
      assert.match(err, /At most 400 steps/);
    },
  );
});

test('what does not learn is given no rate', async () => {
  const args = find('--start-rate', '1e-9', '--end-rate', '1e-8', '--steps', '40', '--json');
  const found = parseDocument(await couture(args, { cwd, env }), result);
  assert.deepEqual([found.suggested, found.steepest, found.curve.end], [null, null, 'finished']);
  assert.match(found.advice, /larger rates/);
});

test('Ctrl-C ends it and leaves nothing behind', async () => {
  const args = find('--steps', '100000', '--name', 'cut');
  const cut = await couture(args, { cwd, env, interruptAt: /At most 100,000 steps/ });
  assert.deepEqual([cut.code, cut.out], [130, '']);
  assert.match(cut.err, /Stopped before a learning rate was found/);
  assert.ok(!(await readdir(join(cwd, 'runs', 'lr-find'))).includes('cut'));
});
