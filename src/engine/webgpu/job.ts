/** The data that the host writes for a job: its rows, the augmentation of each, and the numbers of every step. */

import { drawAugmentation, RECORD } from '../../data/augment.ts';
import { drawMix } from '../../data/mix.ts';
import type { PixelScaling } from '../../data/preprocessing.ts';
import type { OptimizerOptions, TrainingBatches, TrainRequest } from '../backend.ts';
import { optimizerConstants, STEP_SCALARS, stepScalars } from '../scalars.ts';
import { step as stepStruct } from './kernels/common.ts';
import { RECORD_WORDS } from './kernels/gather.ts';
import { SLOT } from './wgsl.ts';

/** Optimizers by their number in WGSL. */
const OPTIMIZERS: readonly OptimizerOptions['name'][] = ['adam', 'sgd', 'lion'];

/** The network's input for each byte of each channel, rounded as the reference rounds it. */
export function levelsOf({ offset, scale }: PixelScaling): Float32Array<ArrayBuffer> {
  const f = Math.fround;
  const levels = new Float32Array(256 * offset.length);
  for (let i = 0; i < levels.length; i++) {
    const channel = i >> 8;
    levels[i] = f(f(f((i & 255) / 255) - f(offset[channel])) / f(scale[channel]));
  }
  return levels;
}

/** Image, label and weight of each row; the weight is 1 without weights. */
export function rowWords(
  indices: Uint32Array,
  labelOf: (row: number) => number,
  weights?: Float32Array,
): Uint32Array {
  const words = new Uint32Array(4 * indices.length);
  const floats = new Float32Array(words.buffer);
  for (let row = 0; row < indices.length; row++) {
    words[4 * row] = indices[row];
    words[4 * row + 1] = labelOf(row);
    floats[4 * row + 2] = weights?.[row] ?? 1;
  }
  return words;
}

/** The records of every row of a job. */
export function rowRecords(
  { batchSize, firstStep, augmentation }: TrainingBatches,
  count: number,
  shape: { readonly height: number; readonly width: number },
): Int32Array {
  const words = new Int32Array(count * RECORD_WORDS);
  if (!augmentation) return words;
  const { options, mixing, key } = augmentation;
  for (let row = 0; row < count; row++) {
    const step = Math.floor(row / batchSize);
    const first = step * batchSize;
    const record = words.subarray(row * RECORD_WORDS, (row + 1) * RECORD_WORDS);
    drawAugmentation(options, key, row - first, firstStep + step, shape, record.subarray(0, RECORD));
    const rows = Math.min(batchSize, count - first);
    const mix = mixing && drawMix(mixing, key, row - first, firstStep + step, rows, shape);
    // An empty rectangle where nothing is mixed in.
    if (mix) record.set([mix.partner, mix.left, mix.top, mix.right, mix.bottom, mix.weight], RECORD);
  }
  return words;
}

/** The parts of a request that steps need; an inference has only the first of these. */
type Stepped = Pick<TrainingBatches, 'batchSize' | 'firstStep'> &
  Partial<Pick<TrainRequest, 'dropoutKey' | 'optimizer' | 'learningRates' | 'averageDecays'>>;

/** A slot for each step of a job. */
export function writeSteps(
  request: Stepped,
  count: number,
  targets: { readonly own: number; readonly other: number } = { own: 1, other: 0 },
  soft = false,
): Uint8Array {
  const { batchSize, firstStep, dropoutKey = [0, 0], optimizer, learningRates, averageDecays } = request;
  const steps = Math.ceil(count / batchSize);
  const bytes = new Uint8Array(steps * SLOT);
  const view = new DataView(bytes.buffer);
  const constants = optimizer ? optimizerConstants(optimizer) : [];
  const scalars =
    optimizer && learningRates
      ? stepScalars({ optimizer, firstStep, learningRates, ...(averageDecays && { averageDecays }) })
      : new Float32Array(steps * STEP_SCALARS);
  const [constant0, constant1, constant2, constant3, constant4] = constants;
  const common = {
    key0: dropoutKey[0],
    key1: dropoutKey[1],
    optimizer: optimizer ? OPTIMIZERS.indexOf(optimizer.name) : 0,
    soft: Number(soft),
    ...targets,
    constant0,
    constant1,
    constant2,
    constant3,
    constant4,
  };
  for (let step = 0; step < steps; step++) {
    const rows = Math.min(batchSize, count - step * batchSize);
    const [size, correction, kept, decay, rest, shrinkage] = scalars.subarray(step * STEP_SCALARS);
    const own = { size, correction, kept, decay, rest, shrinkage };
    const place = { rows, first: step * batchSize, number: firstStep + step, share: 1 / rows };
    stepStruct.write(view, step * SLOT, { ...common, ...place, ...own });
  }
  return bytes;
}
