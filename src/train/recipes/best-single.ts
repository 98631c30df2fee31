import { augmented } from './augmented.ts';
import type { Recipe } from './recipe.ts';

export const bestSingle: Recipe = {
  title: 'the most accurate single network here: images are pulled, turned and scaled as well',
  settings: {
    ...augmented,
    hidden: [1024, 512],
    dropout: [0.1, 0.1],
    elastic: 1,
    rotate: 3,
    zoom: 0.05,
    epochs: 180,
  },
  published: null,
  measured: null,
};
