/** Made-up searches, one for each way that they can look. */

import { defaultSpace } from '../../src/search/default-space.ts';
import { Search, type SearchOptions } from '../../src/search/search.ts';
import { type AnyValues, defineSpace, type Space } from '../../src/search/space.ts';
import type { SearchSummary } from '../../src/search/summary.ts';
import { resolveConfig } from '../../src/train/config.ts';

const EPOCHS = 27;

/** A search whose losses fall by epoch, towards a value that the settings determine. */
function searched<S extends Space>(
  options: SearchOptions<S>,
  count: number,
  lossOf: (values: AnyValues) => number,
): Search<S> {
  const search = new Search({ seed: 3, steps: EPOCHS, ...options });
  const sign = options.direction === 'maximize' ? -1 : 1;
  for (let i = 0; i < count; i++) {
    const { number, values } = search.ask();
    const end = lossOf(values as AnyValues);
    let going = true;
    for (let epoch = 1; epoch <= EPOCHS && going; epoch++)
      going = search.report(number, epoch, sign * (end + 0.4 / epoch)) === 'continue';
    if (going) search.tell(number, sign * end);
  }
  return search;
}

/** Wider networks and rates near 0.001 are better, and one layer is as good as two. */
function plausible(values: AnyValues): number {
  const { 'hidden[0]': width, learningRate: rate, norm } = values;
  return (
    0.3 + 4 / Number(width) + 0.05 * Math.abs(Math.log10(Number(rate)) + 3) + (norm === 'batch' ? 0 : 0.02)
  );
}

const baseline = defaultSpace(resolveConfig({ recipe: 'baseline' }).settings);
const words = { name: 'widths', objective: 'validation loss', step: 'epoch' };
const one = defineSpace({ x: { type: 'float', low: 0, high: 1 } });
const odd = defineSpace({
  [`a parameter with a very long name of <b>${'many '.repeat(8)}letters</b>`]: {
    type: 'categorical',
    choices: ['one', 'two', `a choice ${'of many words '.repeat(8)}`, null, [1, 2, 3]],
  },
  many: { type: 'categorical', choices: Array.from({ length: 40 }, (_, i) => `choice ${i}`) },
  same: { type: 'float', low: 2, high: 2 },
  small: { type: 'float', low: 1e-12, high: 1e-9, log: true },
});

function asAccuracy(): SearchSummary {
  const accuracy = searched({ space: baseline, pruner: 'median', direction: 'maximize' }, 30, (values) => {
    return -1 + plausible(values) / 4;
  });
  return { ...accuracy.summary({ ...words, objective: 'validation accuracy' }), percent: true };
}

function withEveryState(): SearchSummary {
  const search = searched({ space: baseline, pruner: 'asha' }, 20, plausible);
  for (const value of [Number.NaN, Number.MAX_VALUE]) search.tell(search.ask().number, value);
  search.fail(search.ask().number);
  const { number } = search.ask();
  search.report(number, 1, Number.POSITIVE_INFINITY);
  search.ask();
  return search.summary(words);
}

/** By what is special about them. */
export const madeUpSearches = {
  pruned: () => searched({ space: baseline, pruner: 'asha' }, 60, plausible).summary(words),
  complete: () => searched({ space: baseline }, 45, plausible).summary(words),
  'an accuracy': asAccuracy,
  'every state': withEveryState,
  'one trial': () => searched({ space: one }, 1, () => 0.5).summary(),
  'equal values': () => searched({ space: one }, 12, () => 0.5).summary(),
  'no trial complete': () => {
    const search = new Search({ space: one });
    search.report(search.ask().number, 1, 0.7);
    return search.summary();
  },
  'long names and odd ranges': () =>
    searched({ space: odd }, 30, ({ same, many }) => Number(same) + String(many).length * 1e5).summary({
      name: '<script>alert(1)</script>',
      objective: `a value with a long name ${'of many words '.repeat(5)}`,
    }),
} as const satisfies Record<string, () => SearchSummary>;
