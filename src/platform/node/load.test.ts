import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { keyFromSeed } from '../../core/philox.ts';
import { defaultDataset } from '../../data/registry.ts';
import { initialize } from '../../model/init.ts';
import { planModel } from '../../model/plan.ts';
import type { Run } from '../../runs/run.ts';
import { resolveConfig } from '../../train/config.ts';
import { load } from './load.ts';
import { createRun } from './runs.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-load-'));
after(() => rm(root, { recursive: true, force: true }));

const config = resolveConfig({ settings: { hidden: [16] } });
const { classNames } = defaultDataset;

/** A run whose weights are fresh: what it says is of no matter, that it always says the same is. */
async function makeRun(name: string): Promise<Run> {
  const backend = { name: 'reference', variant: '', threads: 1 };
  const env = { couture: '0', node: '', v8: '', platform: '', cpu: '', cores: 1, backend, started: '' };
  const run = await createRun({ root, name, config, env });
  const parameters = initialize(planModel(config.model), keyFromSeed(1));
  const metrics = {
    epoch: 1,
    trainLoss: 1,
    validationLoss: 1,
    validationAccuracy: 0,
    learningRate: 1,
    seconds: 1,
  };
  await run.consume({ type: 'epoch', metrics, isBest: true, parameters });
  const state = { epoch: 1, step: 0, seconds: 0, losses: new Float32Array(), history: [metrics], parameters };
  await run.consume({
    type: 'checkpoint',
    state: { ...state, firstMoments: parameters, secondMoments: parameters },
  });
  await run.close();
  return run;
}

test('a loaded run takes pixels, the path of an image and the bytes of one', async () => {
  const run = await makeRun('usable');
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => i % 100);
  const png = await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const path = join(root, 'image.png');
  await writeFile(path, png);
  for (const backend of ['wasm', 'reference'] as const) {
    await using model = await load(run.path, { backend });
    const expected = await model.predict(pixels);
    assert.ok(classNames.includes(expected.label));
    assert.deepEqual(await model.predict(path), expected);
    assert.deepEqual(await model.predict(png), expected);
    assert.deepEqual(await model.predictMany([pixels, pixels]), [expected, expected]);
    await assert.rejects(model.predict(join(root, 'none.png')), { kind: 'data' });
  }
});

test('a run whose files do not fit each other, or that has no weights, is refused', async () => {
  const odd = await makeRun('odd');
  const data = { ...config.data, classNames: ['only', 'two'] };
  await writeFile(join(odd.path, 'config.json'), JSON.stringify({ ...config, data }));
  await assert.rejects(load(odd.path), { kind: 'data', message: /gives 10 classes.* 2 classes/ });
  const empty = await makeRun('empty');
  await rm(empty.weightsPath('best'));
  await assert.rejects(load(empty.path), { kind: 'data', message: /no weights yet/ });
  assert.equal(
    (
      await load(empty.path, { weights: 'last' }).then(async (model) => {
        await model.dispose();
        return model.classNames;
      })
    ).length,
    10,
  );
});
