/**
 * The space of the benchmark table: small networks on Fashion-MNIST, one for each combination. The table has the real
 * validation losses of all of them, so the best is known, and a search is a matter of looking up.
 */

import type { AnyValues } from '../../src/search/space.ts';
import { defineSpace } from '../../src/search/space.ts';
import type { TrainSettings } from '../../src/train/settings.ts';

/** Learning rates by their place on a logarithmic scale. */
const RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];

/** Widths and rates are exponents and places, because every value of them is in the table. */
export const tableSpace = defineSpace({
  layers: { type: 'int', low: 1, high: 2 },
  width: { type: 'int', low: 5, high: 8 },
  second: { type: 'int', low: 5, high: 7, when: { layers: [2] } },
  rate: { type: 'int', low: 0, high: RATES.length - 1 },
  dropout: { type: 'categorical', choices: [0, 0.3] },
  optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
  momentum: { type: 'categorical', choices: [0, 0.9], when: { optimizer: ['sgd'] } },
});

/** Epochs of every network. */
export const TABLE_EPOCHS = 27;

/** Every network is trained with seed 1, and every sixth again with seed 2, which shows how much a seed changes. */
export const TABLE_SEEDS = [1, 2];

/** Whether a network is trained with a seed. */
export function isTrained(place: number, seed: number): boolean {
  return seed === 1 || place % 6 === 0;
}

/** Images: 2,000 to train on and 1,000 to validate by, the first of the training split. */
export const TABLE_IMAGES = 3000;

/** All combinations, in the order of the table. */
export function tablePoints(): AnyValues[] {
  const points: AnyValues[] = [];
  for (const layers of [1, 2])
    for (const width of [5, 6, 7, 8])
      for (const second of layers === 2 ? [5, 6, 7] : [undefined])
        for (const rate of RATES.keys())
          for (const dropout of [0, 0.3])
            for (const [optimizer, momentum] of [['adam'], ['sgd', 0], ['sgd', 0.9]] as const)
              points.push({
                ...{ layers, width, ...(second !== undefined && { second }), rate, dropout, optimizer },
                ...(momentum !== undefined && { momentum }),
              });
  return points;
}

/** The settings of a point. */
export function tableSettings(values: AnyValues): Partial<TrainSettings> {
  const { width, second, rate, dropout, optimizer, momentum } = values;
  const hidden = [width, second].filter((each) => each !== undefined).map((each) => 2 ** Number(each));
  return {
    hidden,
    dropout: hidden.map(() => Number(dropout)),
    learningRate: RATES[Number(rate)],
    optimizer: optimizer === 'sgd' ? 'sgd' : 'adam',
    ...(momentum !== undefined && { momentum: Number(momentum) }),
    ...{ epochs: TABLE_EPOCHS, batchSize: 64, validation: 1 / 3, splitSeed: 1 },
  };
}
