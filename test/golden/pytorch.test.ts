/** Every backend against PyTorch 1.13: first weights to the bit, gradients and losses to 1e-5 relative. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { fork, keyFromSeed } from '../../src/core/philox.ts';
import type { Backend, DeviceImages, Session } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { planModel } from '../../src/model/plan.ts';
import { buildProgram } from '../../src/model/program.ts';
import { testedBackends } from '../backends.ts';
import { gray, inputFor } from '../dataset-fixture.ts';
import { type Golden, goldens, images, labels, seed } from './fixtures.ts';

const TOLERANCE = 1e-5;
const runKey = keyFromSeed(seed);
const [, height, width] = images.dims;
const shape = gray(height, width);
/** No augmentation but mixing. */
const unchanged = { flip: false, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 };

for (const golden of goldens) {
  test(`${golden.name}: the first weights are those of make_fixtures.py, to the bit`, () => {
    const plan = planModel(golden.spec);
    const tensors = initialize(plan, runKey);
    const hash = createHash('sha256');
    // A norm's are all 1 or 0.
    for (const { name, part } of plan.parameters) {
      if (part !== 'weight' && part !== 'bias') continue;
      const values = tensors.get(name)!;
      const bytes = new DataView(new ArrayBuffer(values.length * 4));
      values.forEach((value, i) => {
        bytes.setFloat32(i * 4, value, true);
      });
      hash.update(bytes);
    }
    assert.equal(hash.digest('hex'), golden.initialWeightsSha256);
  });
}

for (const { title, create } of testedBackends) {
  describe(title, () => {
    let backend: Backend;
    let batch: DeviceImages;
    before(async () => {
      backend = await create();
      batch = await backend.upload(images.data, shape);
    });
    after(() => backend.dispose());

    for (const golden of goldens) {
      test(`${golden.name}: every gradient of the first step`, async () => {
        const session = await startSession(backend, golden, { keepGradients: true });
        await trainSteps(session, batch, golden, 0, 1);
        assert.deepEqual(
          [...golden.gradients.keys()],
          planModel(golden.spec)
            .parameters.filter(({ trained }) => trained)
            .map(({ name }) => name),
        );
        for (const [name, { data }] of golden.gradients) {
          // The gradient of a bias whose batch mean is taken away again is 0 but for rounding.
          const inert = /^fc\d+\.bias$/.test(name) && golden.gradients.has(name.replace('fc', 'bn'));
          const deviation = relativeDeviation(await session.read(name, 'gradient'), data, inert ? 0.01 : 0);
          assert.ok(deviation <= TOLERANCE, `${name} is off by ${deviation}`);
        }
        session.dispose();
      });

      for (const keepGradients of [true, false]) {
        const path = keepGradients ? 'gradients kept' : 'gradients not kept';
        test(`${golden.name}: the loss of ten steps and of inference, ${path}`, async () => {
          const session = await startSession(backend, golden, { keepGradients });
          const count = golden.losses.length;
          const losses = await trainSteps(session, batch, golden, 0, count);
          assertClose(losses, golden.losses);
          if (golden.inferenceLoss !== null)
            assertClose([await inferenceLoss(session, batch)], [golden.inferenceLoss]);
          session.dispose();
        });
      }

      test(`${golden.name}: ten steps one call at a time are ten steps in one call`, async () => {
        const session = await startSession(backend, golden, {});
        const losses: number[] = [];
        for (let step = 0; step < golden.losses.length; step++) {
          losses.push(...(await trainSteps(session, batch, golden, step, 1)));
        }
        assertClose(losses, golden.losses);
        session.dispose();
      });
    }
  });
}

/** A session with the first weights of the golden's seed. */
async function startSession(
  backend: Backend,
  { spec, clip }: Golden,
  options: { keepGradients?: boolean },
): Promise<Session> {
  const program = buildProgram(spec, inputFor(shape), { ...options, clip });
  const session = await backend.createSession(program);
  for (const [name, values] of initialize(program.plan, runKey)) await session.write(name, values);
  return session;
}

/** Trains `count` steps on the whole batch, each with masks of its own. Resolves to the mean loss of each. */
async function trainSteps(
  session: Session,
  batch: DeviceImages,
  { learningRate, optimizer, labelSmoothing, distillation, mixing }: Golden,
  firstStep: number,
  count: number,
): Promise<number[]> {
  const batchSize = batch.length;
  const losses = await session.train({
    images: batch,
    labels: Uint16Array.from(labels),
    indices: Uint32Array.from({ length: batchSize * count }, (_, i) => i % batchSize),
    batchSize,
    firstStep,
    learningRates: new Float32Array(count).fill(learningRate),
    optimizer,
    labelSmoothing,
    // The teacher says the same of the batch in every step.
    distillation: distillation && {
      ...distillation,
      probabilities: Float32Array.from(
        { length: count * distillation.probabilities.length },
        (_, i) => distillation.probabilities[i % distillation.probabilities.length],
      ),
    },
    augmentation: mixing && { options: unchanged, mixing, key: fork(runKey, 'augment') },
    dropoutKey: fork(runKey, 'dropout'),
  });
  return Array.from({ length: count }, (_, step) => {
    const own = losses.subarray(step * batchSize, (step + 1) * batchSize);
    return own.reduce((sum, loss) => sum + loss, 0) / batchSize;
  });
}

/** Mean NLL of the batch in inference. */
async function inferenceLoss(session: Session, batch: DeviceImages): Promise<number> {
  const indices = Uint32Array.from({ length: batch.length }, (_, i) => i);
  const logProbabilities = await session.infer(batch, indices);
  const classes = logProbabilities.length / batch.length;
  return indices.reduce((sum, i) => sum - logProbabilities[i * classes + labels[i]], 0) / batch.length;
}

/** max|a - b| / max|b|, or over `least` where that is larger. */
function relativeDeviation(actual: ArrayLike<number>, expected: ArrayLike<number>, least = 0): number {
  assert.equal(actual.length, expected.length);
  let difference = 0;
  let scale = least;
  for (let i = 0; i < expected.length; i++) {
    // Not `Math.max` alone: a NaN must not pass.
    if (!Number.isFinite(actual[i])) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  assert.ok(scale > 0, 'the expected values are not all zero');
  return difference / scale;
}

function assertClose(losses: readonly number[], expected: readonly number[]): void {
  assert.equal(losses.length, expected.length);
  losses.forEach((loss, step) => {
    const deviation = Math.abs(loss - expected[step]) / expected[step];
    assert.ok(
      deviation <= TOLERANCE,
      `step ${step}: the loss is ${loss}, PyTorch's ${expected[step]} (off by ${deviation})`,
    );
  });
}
