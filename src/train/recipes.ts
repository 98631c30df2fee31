/** Named settings with a published story: `couture train --recipe NAME`. */

import type { TrainSettings } from './settings.ts';

export interface Recipe {
  readonly title: string;
  /** What the recipe changes from the defaults. */
  readonly settings: Partial<TrainSettings>;
  /** Test accuracy that its author published. */
  readonly published: number | null;
}

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
};

/** What \`npm start\` trains: the two experiments of the published story. */
export const showcaseRecipes: readonly string[] = ['baseline', 'deeper'];
