/** The steps of a golden on a backend, and how far what comes of them is from PyTorch's. */

import assert from 'node:assert/strict';
import { fork, keyFromSeed } from '../../src/core/philox.ts';
import type { Backend, DeviceImages, Session } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { planModel } from '../../src/model/plan.ts';
import { buildProgram } from '../../src/model/program.ts';
import { gray, inputFor } from '../dataset-fixture.ts';
import { type Golden, images, labels, seed } from './fixtures.ts';

/** The key of the goldens' run. */
export const runKey = keyFromSeed(seed);
const [, height, width] = images.dims;
const shape = gray(height, width);
/** No augmentation but mixing. */
const unchanged = { flip: false, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 };

/** The goldens' images on a backend. */
export async function uploadBatch(backend: Backend): Promise<DeviceImages> {
  return await backend.upload(images.data, shape);
}

/** Checks every gradient of the first step. */
export async function checkGradients(
  backend: Backend,
  batch: DeviceImages,
  golden: Golden,
  tolerance: number,
): Promise<void> {
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
    assert.ok(deviation <= tolerance, `${name} is off by ${deviation}`);
  }
  session.dispose();
}

/** Checks the losses of all steps in one call, and of inference after them. */
export async function checkLosses(
  backend: Backend,
  batch: DeviceImages,
  golden: Golden,
  { tolerance, keepGradients }: { readonly tolerance: number; readonly keepGradients: boolean },
): Promise<void> {
  const session = await startSession(backend, golden, { keepGradients });
  assertClose(await trainSteps(session, batch, golden, 0, golden.losses.length), golden.losses, tolerance);
  if (golden.inferenceLoss !== null)
    assertClose([await inferenceLoss(session, batch)], [golden.inferenceLoss], tolerance);
  session.dispose();
}

/** A session with the first weights of the golden's seed. */
export async function startSession(
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
export async function trainSteps(
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

/** Checks losses, each relative to PyTorch's. */
export function assertClose(losses: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(losses.length, expected.length);
  losses.forEach((loss, step) => {
    const deviation = Math.abs(loss - expected[step]) / expected[step];
    assert.ok(
      deviation <= tolerance,
      `step ${step}: the loss is ${loss}, PyTorch's ${expected[step]} (off by ${deviation})`,
    );
  });
}
