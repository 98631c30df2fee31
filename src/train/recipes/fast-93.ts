import type { Recipe } from './recipe.ts';

/** The settings were chosen on validation images: docs/accuracy-trials.md, "Toward 93%". */
export const fast93: Recipe = {
  title: 'fast-92 for longer, with mirrored images and some dropout',
  settings: {
    pixels: 'from-zero',
    stem: 'edges',
    hidden: [448, 224],
    dropout: [0.1, 0.1],
    activation: 'gelu',
    norm: 'batch',
    flip: true,
    batchSize: 128,
    learningRate: 0.002,
    schedule: 'linear',
    labelSmoothing: 0.1,
    validation: 1 / 12,
    epochs: 12,
  },
  published: null,
  measured: null,
};
