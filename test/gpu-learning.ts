/** A small training of made-up images that any backend can do, and what comes of it. */

import { keyFromSeed, RandomStream } from '../src/core/philox.ts';
import type { Backend } from '../src/engine/backend.ts';
import { initialize } from '../src/model/init.ts';
import { buildProgram } from '../src/model/program.ts';
import { dropout, layerNorm, linear, logSoftmax, relu, sequential } from '../src/model/spec.ts';
import { gray, inputFor } from './dataset-fixture.ts';

const shape = gray(8, 8);
const spec = sequential(
  linear(64, 48),
  layerNorm(48),
  relu(),
  linear(48, 40),
  relu(),
  dropout(0.2),
  linear(40, 5),
  logSoftmax(),
);
const IMAGES = 160;
const BATCH = 16;
const EPOCHS = 6;

export interface Learned {
  /** Log-probabilities before the first step. */
  readonly first: Float32Array;
  /** Mean loss of the last epoch. */
  readonly loss: number;
}

/** Trains on images whose class is the brightest of five stripes, and disposes of what it made, not of the backend. */
export async function learn(backend: Backend): Promise<Learned> {
  const random = new RandomStream(keyFromSeed(3));
  const labels = Uint16Array.from({ length: IMAGES }, () => random.nextBelow(5));
  const pixels = Uint8Array.from({ length: IMAGES * 64 }, (_, i) => {
    const bright = Math.floor((i % 64) / 13) === labels[Math.floor(i / 64)];
    return random.nextBelow(180) + (bright ? 70 : 0);
  });
  const program = buildProgram(spec, inputFor(shape));
  const session = await backend.createSession(program);
  const images = await backend.upload(pixels, shape);
  for (const [name, values] of initialize(program.plan, keyFromSeed(2))) await session.write(name, values);
  const order = Uint32Array.from({ length: IMAGES }, (_, i) => i);
  const first = await session.infer(images, order);
  const indices = Uint32Array.from({ length: EPOCHS * IMAGES }, (_, i) => i % IMAGES);
  const losses = await session.train({
    images,
    indices,
    labels: labels,
    batchSize: BATCH,
    firstStep: 0,
    learningRates: new Float32Array(indices.length / BATCH).fill(0.003),
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    dropoutKey: [1, 2],
  });
  session.dispose();
  images.dispose();
  const last = losses.subarray(-IMAGES);
  return { first, loss: last.reduce((sum, loss) => sum + loss, 0) / IMAGES };
}
