/**
 * The main job on the real data: a short training reaches its accuracy and one SHA-256, however it is run. The
 * sum is committed, so that a change of numerics is a decision and never an accident.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { imageAt } from '../../src/data/dataset.ts';
import { planModel } from '../../src/model/plan.ts';
import { getDataset } from '../../src/platform/node/data/store.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { load } from '../../src/platform/node/load.ts';
import { weightsSha256, withShapes } from '../../src/ship/safetensors.ts';
import { train } from '../../src/train/train.ts';
import { couture, parseDocument } from '../command.ts';
import { goldenConfig, goldenSha256 } from './golden-run.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-e2e-'));
after(() => rm(cwd, { recursive: true, force: true }));

const result = {
  run: z.string(),
  testAccuracy: z.number(),
  weightsSha256: z.string(),
  lastSha256: z.string(),
  seconds: z.number().positive(),
};
const command = ['train', '--recipe', 'deeper', '--epochs', '3', '--seed', '1', '--json'];

test('three epochs of the deeper recipe pass 84% on the test images', async () => {
  const first = parseDocument(await couture([...command, '--name', 'plain'], { cwd }), result);
  assert.ok(first.testAccuracy >= 0.84, `test accuracy ${first.testAccuracy}`);
  assert.equal(first.lastSha256, goldenSha256, 'a change of numerics is a decision: see golden-run.ts');
});

test('prediction, image by image, counts what evaluation counts', async () => {
  const evaluation = { accuracy: z.number(), loss: z.number(), confusion: z.array(z.array(z.number())) };
  const { accuracy, confusion } = parseDocument(
    await couture(['evaluate', 'plain', '--json'], { cwd }),
    evaluation,
  );
  const images = await getDataset('fashion-mnist', 'test');
  const model = await load(join(cwd, 'runs/train/plain'));
  const counts = confusion.map((row) => row.map(() => 0));
  for (let i = 0; i < images.length; i++) {
    const { index } = await model.predict(imageAt(images, i));
    counts[images.labels[i]][index] += 1;
  }
  await model.dispose();
  assert.deepEqual(counts, confusion);
  assert.equal(counts.reduce((sum, row, i) => sum + row[i], 0) / images.length, accuracy);
});

test('killed within the second epoch and resumed, the weights are those of a run never killed', async () => {
  const killed = await couture([...command, '--name', 'killed'], { cwd, killAt: /^epoch 1\/3/m });
  assert.equal(killed.code, null, 'killed before it was done');
  const resumed = await couture(['train', '--resume', 'killed', '--json'], { cwd });
  assert.equal(parseDocument(resumed, result).lastSha256, goldenSha256);
});

test('interrupted and resumed too', async () => {
  const cut = await couture([...command, '--name', 'cut'], { cwd, interruptAt: /^epoch 1\/3/m });
  assert.equal(cut.code, 130);
  const resumed = await couture(['train', '--resume', 'cut', '--json'], { cwd });
  assert.equal(parseDocument(resumed, result).lastSha256, goldenSha256);
});

const engines: Readonly<Record<string, Parameters<typeof createNodeBackend>[0]>> = {
  '1 thread': { threads: 1 },
  '2 threads': { threads: 2 },
  '3 threads': { threads: 3 },
  '4 threads': { threads: 4 },
  '2 threads, 128-bit kernels': { threads: 2, pairing: false },
};
for (const [name, options] of Object.entries(engines)) {
  test(`the same weights on ${name}`, async () => {
    const dataset = await getDataset('fashion-mnist', 'train');
    const backend = await createNodeBackend(options);
    const tensors = planModel(goldenConfig.model).parameters;
    let sum = '';
    for await (const event of train(goldenConfig, { backend, dataset })) {
      if (event.type === 'epoch') sum = await weightsSha256(withShapes(tensors, event.parameters));
    }
    await backend.dispose();
    assert.equal(sum, goldenSha256);
  });
}
