/**
 * Common settings of the recipes for accuracy. Their runs hold out the same images, so that several can be
 * evaluated together.
 */

import type { TrainSettings } from '../settings.ts';

export const augmented = {
  norm: 'batch',
  activation: 'gelu',
  flip: true,
  shift: 1,
  batchSize: 256,
  learningRate: 0.003,
  weightDecay: 0.02,
  schedule: 'cosine',
  labelSmoothing: 0.1,
  average: 0.998,
  validation: 1 / 12,
  splitSeed: 1,
  select: 'last',
  epochs: 200,
} as const satisfies Partial<TrainSettings>;
