/**
 * Finite weights whose sums overflow: no backend makes of them an answer that passes for one. The reference and every variant
 * give NaN or an infinity in each row, whatever stands between the sum and the output.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { buildProgram } from '../../src/model/program.ts';
import {
  batchNorm,
  gelu,
  type LayerSpec,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  relu,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import { gray, rowInput } from '../dataset-fixture.ts';
import { variants } from './variants.ts';

const INPUTS = 40;
const ROWS = 21;
const WIDTH = 20;
const middles: Readonly<Record<string, LayerSpec[]>> = {
  relu: [relu()],
  'leaky relu': [leakyRelu()],
  gelu: [gelu()],
  silu: [silu()],
  root: [root()],
  'batch norm, relu': [batchNorm(WIDTH), relu()],
  'layer norm, relu': [layerNorm(WIDTH), relu()],
  'a residual block': [relu(), linear(WIDTH, WIDTH), residual(layerNorm(WIDTH), linear(WIDTH, WIDTH))],
};
/** The weight of every input: sums beyond float32 on both sides of 0, or finite sums whose squares are. */
const sizes = { 'to infinity': 3e38, 'to -infinity': -3e38, 'in the squares of a norm': 1e30 };

/** Answers of a network of which the first layer's sums are all alike in size. */
async function answers(backend: Backend, middle: LayerSpec[], size: number): Promise<Float32Array> {
  const spec = sequential(linear(INPUTS, WIDTH), ...middle, linear(WIDTH, 3), logSoftmax());
  const program = buildProgram(spec, rowInput(INPUTS));
  const session = await backend.createSession(program);
  for (const { name, shape, part } of program.plan.parameters) {
    const length = shape.reduce((product, n) => product * n, 1);
    const ordinary = (i: number): number => (part === 'runningVariance' ? 1 : ((i * 37) % 19) / 19 - 0.4);
    const values = Float32Array.from({ length }, (_, i) => {
      if (name === 'fc1.weight') return size * (Math.floor(i / INPUTS) % 2 === 0 ? 1 : 0.9);
      return part === 'scale' ? 1 : ordinary(i);
    });
    await session.write(name, values);
  }
  const white = await backend.upload(new Uint8Array(ROWS * INPUTS).fill(255), gray(1, INPUTS));
  const all = Uint32Array.from({ length: ROWS }, (_, i) => i);
  const given = await session.infer(white, all);
  session.dispose();
  white.dispose();
  return given;
}

describe('sums that overflow', () => {
  const tested = { reference: () => createBackend({ backend: 'reference' }), ...variants };
  for (const [title, create] of Object.entries(tested)) {
    it(`are seen in every row of ${title}`, async () => {
      const backend = await create();
      for (const [way, size] of Object.entries(sizes)) {
        for (const [name, middle] of Object.entries(middles)) {
          if (size === 1e30 && !name.includes('layer norm')) continue;
          const given = await answers(backend, middle, size);
          for (let row = 0; row < ROWS; row++) {
            const own = given.subarray(row * 3, row * 3 + 3);
            assert.ok(!own.every(Number.isFinite), `${name}, ${way}: row ${row} is ${own.join(', ')}`);
          }
        }
      }
      await backend.dispose();
    });
  }
});
