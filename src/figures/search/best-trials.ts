/** The best trials of a search as a table: its heads, and a row for each trial. */

import type { SearchSummary } from '../../search/summary.ts';
import { asLoss } from '../../search/trial.ts';
import { choiceText, outcomesOf, valueText } from './common.ts';

/** Trials in the table. */
const MOST_BEST = 10;
/** Settings, above which the table would be too wide. */
const MOST_COLUMNS = 16;

/** A trial as a row. */
export interface BestRow {
  readonly number: number;
  /** The value of the objective, the number of steps, and the settings, as text; a setting that the trial lacks is empty. */
  readonly cells: readonly string[];
}

/** The table. */
export interface BestTrials {
  /** The heads of the cells. */
  readonly heads: readonly string[];
  /** The best trial first. */
  readonly rows: readonly BestRow[];
}

/** The best complete trials, with the settings in which they may differ. */
export function bestTrials(summary: SearchSummary): BestTrials {
  const names = Object.keys(summary.space)
    .filter((name) => !name.startsWith('$'))
    .slice(0, MOST_COLUMNS);
  const best = outcomesOf(summary)
    .filter(({ complete }) => complete)
    .toSorted((a, b) => asLoss(a.value, summary.direction) - asLoss(b.value, summary.direction))
    .slice(0, MOST_BEST);
  return {
    heads: [summary.objective, `${summary.step ?? 'step'}s`, ...names],
    rows: best.map(({ trial, value }) => ({
      number: trial.number,
      cells: [
        valueText(summary, value),
        String(trial.reports.at(-1)?.step ?? ''),
        ...names.map((name) => (Object.hasOwn(trial.values, name) ? choiceText(trial.values[name]) : '')),
      ],
    })),
  };
}
