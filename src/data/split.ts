/** The split into training and validation images, drawn once per seed. */

import { aNumber, checkArguments, kind, record } from '../core/arguments.ts';
import { aKey, fork, type Key, keyFromSeed, shuffledIndices } from '../core/philox.ts';

/** Indices into the training file. */
export interface Split {
  /** Of the images that are trained on, in the order of the shuffle. */
  readonly train: Uint32Array<ArrayBuffer>;
  /** Of the images that are held out, in the order of the shuffle. */
  readonly validation: Uint32Array<ArrayBuffer>;
}

const aLength = kind(
  'a whole number of at least 0',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

/** Number of validation images. */
export function heldOut(length: number, fraction: number): number {
  return Math.round(length * fraction);
}

/** Shuffles 0..length-1 by the run's key and holds out the last `fraction` of them (rounded) for validation. */
export function splitTrainValidation(length: number, fraction: number, runKey: Key): Split {
  checkArguments('splitTrainValidation', {
    length: [length, aLength],
    fraction: [fraction, aNumber],
    runKey: [runKey, aKey],
  });
  const order = shuffledIndices(length, fork(runKey, 'split'));
  const held = heldOut(length, fraction);
  return { train: order.slice(0, length - held), validation: order.slice(length - held) };
}

/** The settings that determine the split. */
export interface SplitSettings {
  /** Share of the images held out. */
  readonly validation: number;
  readonly seed: number;
  /** Seed of the split alone, so that runs of different seeds can hold out the same images; null for `seed`. */
  readonly splitSeed: number | null;
}

/** Everything needed to hold out the same images again. */
export type SplitSource = Omit<SplitSettings, 'splitSeed'>;

/** The source of a split: equal exactly if two runs of the same data hold out the same images. */
export function splitSourceOf({ validation, seed, splitSeed }: SplitSettings): SplitSource {
  return { seed: splitSeed ?? seed, validation };
}

/** The split of a run over a training file of `length` images. */
export function splitOf(settings: SplitSettings | SplitSource, length: number): Split {
  checkArguments('splitOf', {
    settings: [settings, record({ validation: aNumber, seed: aNumber })],
    length: [length, aLength],
  });
  const { seed, validation } = 'splitSeed' in settings ? splitSourceOf(settings) : settings;
  return splitTrainValidation(length, validation, keyFromSeed(seed));
}

/**
 * The training order of one epoch (counted from 1): a new shuffle of `train`, a function of seed and epoch
 * only.
 */
export function epochOrder(train: Uint32Array, runKey: Key, epoch: number): Uint32Array<ArrayBuffer> {
  const order = shuffledIndices(train.length, fork(runKey, 'epoch', epoch));
  for (let i = 0; i < order.length; i++) order[i] = train[order[i]];
  return order;
}
