/** The value of each trial in the order of the search, and the best so far. */

import * as Plot from '@observablehq/plot';
import { plural } from '../../core/format.ts';
import { records, type SearchSummary } from '../../search/summary.ts';
import { type Figure, type FigureOptions, Sheet } from '../figure.ts';
import { colors } from '../theme.ts';
import {
  bestOutcome,
  beyondText,
  clamp,
  drawn,
  type Outcome,
  outcomeRange,
  outcomesOf,
  settingsText,
  valueText,
} from './common.ts';
import { valueChart } from './value-chart.ts';

/** The value of each trial, and the best so far. */
export function drawHistory(summary: SearchSummary, options: FigureOptions): Figure {
  const outcomes = outcomesOf(summary);
  const best = bestOutcome(summary);
  const steps = records(summary);
  const range = outcomeRange(summary, outcomes);
  const sheet = new Sheet(options, {
    name: 'search-history',
    title:
      best === undefined
        ? 'No trial is complete'
        : `Trial ${best.trial.number} is the best of ${plural(summary.trials.length, 'trial')}: ${summary.objective} ${valueText(summary, best.value)}`,
    facts: `${countStates(summary)}${beyondText(
      outcomes.map(({ value }) => value),
      range,
    )}`,
  });
  sheet.legend([
    { color: sheet.color, label: 'complete', mark: 'dot' },
    { color: colors.quiet, label: 'pruned, at its last value', mark: 'dot' },
    { color: colors.ink, label: 'best so far', mark: 'line' },
  ]);
  const last = Math.max(1, summary.trials.length - 1);
  const y = (value: number): number => drawn(summary, clamp(value, range));
  const line = [...steps.map(({ number, value = 0 }) => ({ number, value })), ...tail(steps, last)];
  sheet.row([
    valueChart(options.document, summary, {
      ...{ width: sheet.width, height: 290, range },
      x: { label: 'trial', domain: [0, last], ticks: Math.min(last, Math.floor(sheet.width / 60)) },
      marks: [
        Plot.dot(
          outcomes.filter(({ complete }) => !complete),
          { x: numberOf, y: ({ value }) => y(value), r: 2.5, fill: colors.quiet, title: telling(summary) },
        ),
        Plot.line(line, {
          x: 'number',
          y: ({ value }) => y(value),
          curve: 'step-after',
          stroke: colors.ink,
          strokeWidth: 1.5,
        }),
        Plot.dot(
          outcomes.filter(({ complete }) => complete),
          { x: numberOf, y: ({ value }) => y(value), r: 4, fill: sheet.color, title: telling(summary) },
        ),
        Plot.dot(best === undefined ? [] : [best], {
          x: numberOf,
          y: ({ value }) => y(value),
          r: 5.5,
          fill: colors.paper,
          stroke: sheet.color,
          strokeWidth: 2.5,
          title: telling(summary),
        }),
      ],
    }),
  ]);
  return sheet.figure(
    `${summary.objective} of ${plural(outcomes.length, 'trial')} in the order of the search: ${countStates(summary)}. ${
      best === undefined
        ? 'There is no best trial yet.'
        : `The best is trial ${best.trial.number} with ${valueText(summary, best.value)}: ${settingsText(best.trial.values, 20)}. ${improvements(summary)}`
    }`,
  );
}

/** The best so far lasts until the last trial. */
function tail(steps: ReturnType<typeof records>, last: number): { number: number; value: number }[] {
  const final = steps.at(-1);
  return final === undefined ? [] : [{ number: last, value: final.value ?? 0 }];
}

function numberOf({ trial }: Outcome): number {
  return trial.number;
}

/** What appears under the pointer. */
export function telling(summary: SearchSummary): (outcome: Outcome) => string {
  return ({ trial, value, complete }) =>
    `trial ${trial.number}: ${valueText(summary, value)}${complete ? '' : ` (${trial.state})`}\n${settingsText(trial.values, 20)}`;
}

/** `7 complete, 17 pruned, 2 running` */
export function countStates({ trials }: SearchSummary): string {
  const found = (['complete', 'pruned', 'failed', 'running'] as const).map((state) => ({
    state,
    count: trials.filter((trial) => trial.state === state).length,
  }));
  return (
    found
      .filter(({ count }) => count > 0)
      .map(({ state, count }) => `${count} ${state}`)
      .join(', ') || '0 trials'
  );
}

function improvements(summary: SearchSummary): string {
  const steps = records(summary);
  return `The best so far changed at ${steps.map(({ number }) => `trial ${number}`).join(', ')}.`;
}
