/**
 * The default space of a recipe: width and depth, dropout, the optimizer's settings around the recipe's own, averaged
 * weights, and mirrored images.
 */

import { aNumber, aString, checkArguments, listOf, record } from '../core/arguments.ts';
import type { TrainSettings } from '../train/settings.ts';
import type { Parameter, Space } from './space.ts';

const MOST_LAYERS = 3;

/** Powers of 2 around a batch size. */
function batchSizesAround(size: number): number[] {
  return [0.5, 1, 2, 4].map((factor) => Math.max(1, Math.round(size * factor)));
}

/** The space that a search of these settings uses unless another is given. */
export function defaultSpace(settings: TrainSettings): Space {
  checkArguments('defaultSpace', {
    settings: [
      settings,
      record({ hidden: listOf(aNumber), learningRate: aNumber, batchSize: aNumber, optimizer: aString }),
    ],
  });
  const { hidden, learningRate, batchSize, optimizer } = settings;
  const widest = Math.min(65_536, Math.max(512, ...hidden.map((width) => 2 * width)));
  const layers: Record<string, Parameter> = {};
  const most = Math.max(MOST_LAYERS, hidden.length);
  for (let index = 0; index < most; index++) {
    const when = index === 0 ? undefined : { $layers: { min: index + 1 } };
    const low = Math.min(32, ...hidden);
    layers[`hidden[${index}]`] = { type: 'int', low, high: widest, log: true, when };
    layers[`dropout[${index}]`] = { type: 'float', low: 0, high: 0.5, when };
  }
  return {
    $layers: { type: 'int', low: 1, high: most },
    ...layers,
    learningRate: { type: 'float', low: learningRate / 10, high: Math.min(100, learningRate * 3), log: true },
    batchSize: { type: 'categorical', choices: [...new Set(batchSizesAround(batchSize))] },
    // A constant rate is ahead in the first epochs, by which pruners judge, and behind at the end.
    schedule: { type: 'categorical', choices: ['cosine', 'linear', 'one-cycle'] },
    norm: { type: 'categorical', choices: ['none', 'batch'] },
    // A penalty of sgd is a different quantity from the decay of the others, with other useful sizes.
    weightDecay: { type: 'float', low: 1e-6, high: optimizer === 'sgd' ? 1e-3 : 0.1, log: true },
    labelSmoothing: { type: 'float', low: 0, high: 0.15, step: 0.05 },
    average: { type: 'categorical', choices: [0, 0.99, 0.995] },
    // For images of clothes or animals; where a mirrored image means something else, the validation images show it.
    flip: { type: 'categorical', choices: [false, true] },
  };
}
