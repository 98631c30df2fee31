/** The figures of a search, for whatever lists figures. */

import type { SearchSummary } from '../../search/summary.ts';
import type { FigureEntry } from '../table.ts';
import { importancesOf, outcomesOf } from './common.ts';
import { drawHistory } from './history.ts';
import { drawImportance } from './importance.ts';
import { drawParallel } from './parallel.ts';
import { drawSlices } from './slices.ts';
import { drawTrialCurves } from './trial-curves.ts';

const hasOutcomes = (summary: SearchSummary): boolean => outcomesOf(summary).length > 0;

export { drawHistory, drawImportance, drawParallel, drawSlices, drawTrialCurves };

/** The figures of a search, in the order of its report. */
export const searchFigures: readonly FigureEntry<SearchSummary>[] = [
  {
    name: 'search-history',
    title: 'The trials of a search and the best so far',
    source: 'drawHistory',
    reading:
      'The best so far improves quickly at first, and then seldom. If it still improves at the end, more trials are worth their time. A pruned trial is drawn at its last value.',
    section: 'search',
    has: hasOutcomes,
    draw: drawHistory,
  },
  {
    name: 'search-curves',
    title: 'The learning curves of all trials',
    source: 'drawTrialCurves',
    reading:
      'A pruner stops most trials after a few steps. If curves cross late, a slower trial may have been stopped that would have won: start the first rung later.',
    section: 'search',
    has: hasOutcomes,
    draw: drawTrialCurves,
  },
  {
    name: 'search-importance',
    title: 'The importance of each parameter',
    source: 'drawImportance',
    reading:
      'The share of the differences that a parameter explains alone (functional analysis of variance). Search the important ones in a wider or finer range, and fix the others.',
    section: 'search',
    has: (summary) => importancesOf(summary) !== undefined,
    draw(summary, options) {
      const found = importancesOf(summary);
      if (found === undefined) throw new Error('Too few trials: see has.');
      return drawImportance(summary, found, options);
    },
  },
  {
    name: 'search-parallel',
    title: 'Parallel coordinates of the trials',
    source: 'drawParallel',
    reading:
      'Each line is a trial. Where strong lines meet, good trials agree. Trials without a parameter pass at the left of its axis.',
    section: 'search',
    has: hasOutcomes,
    draw: drawParallel,
  },
  {
    name: 'search-slices',
    title: 'The value of the trials against each parameter',
    source: 'drawSlices',
    reading:
      'If the best trials lie at the end of a range, widen it. A parameter that looks the same everywhere can be fixed.',
    section: 'search',
    has: hasOutcomes,
    draw: drawSlices,
  },
];
