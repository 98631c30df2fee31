/** Named settings with a published story: `couture train --recipe NAME`. */

import type { TrainSettings } from './settings.ts';

export interface Recipe {
  readonly title: string;
  /** What the recipe changes from the defaults. */
  readonly settings: Partial<TrainSettings>;
  /** Test accuracy that its author published. */
  readonly published: number | null;
}

/** What the recipes for accuracy share. Their runs hold out the same images, so that several can be judged together. */
const augmented = {
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

export const recipes: Readonly<Record<string, Recipe>> = {
  baseline: {
    title: 'two hidden layers, as published',
    settings: { hidden: [128, 64], dropout: [0.25, 0.25], learningRate: 0.003, epochs: 25 },
    published: 0.8742,
  },
  'baseline-notebook': {
    title: 'two hidden layers, as the published notebook in fact built them: a repeated key left one dropout',
    settings: { hidden: [128, 64], dropout: [0.25], learningRate: 0.003, epochs: 25 },
    published: 0.8742,
  },
  deeper: {
    title: 'four hidden layers, as published',
    settings: { hidden: [392, 196, 98, 49], dropout: [0.25, 0.25, 0.25], learningRate: 0.0007, epochs: 35 },
    published: 0.8865,
  },
  'fast-90': {
    title: 'two hidden layers of 512 with batch normalisation: past 90% in under a minute on two cores',
    settings: {
      hidden: [512, 512],
      dropout: [0.3, 0.3],
      norm: 'batch',
      batchSize: 256,
      learningRate: 0.003,
      weightDecay: 0.02,
      schedule: 'cosine',
      labelSmoothing: 0.1,
      average: 0.995,
      validation: 1 / 12,
      epochs: 24,
    },
    published: null,
  },
  compact: {
    title: 'two hidden layers of 448 and 224, augmented: past 91%, and under 500 KB as int8',
    settings: { ...augmented, hidden: [448, 224], dropout: [0.1, 0.1] },
    published: null,
  },
  'best-single': {
    title: 'two hidden layers of 1024 and 512, augmented: the most accurate single network here',
    settings: { ...augmented, hidden: [1024, 512], dropout: [0.2, 0.2] },
    published: null,
  },
};

/** What \`npm start\` trains: the two experiments of the published story. */
export const showcaseRecipes: readonly string[] = ['baseline', 'deeper'];
