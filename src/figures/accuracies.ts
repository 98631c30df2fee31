/** Test accuracy of several runs, beside the published accuracy. */

import * as Plot from '@observablehq/plot';
import { list, percent, plural } from '../core/format.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { Interval } from '../inspect/metrics.ts';
import { isRecipeName, recipes } from '../train/recipes.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { fit } from './text.ts';
import { colors, seriesColor } from './theme.ts';

/** One run's result. */
export interface RunAccuracy {
  readonly run: string;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Accuracy published by the author of the recipe, if known. */
  readonly published?: number;
}

/** The part of an inspection that `drawAccuracies` needs. */
export function runAccuracy({
  run,
  recipe,
  evaluation,
}: Pick<Inspection, 'run' | 'recipe' | 'evaluation'>): RunAccuracy {
  const published = recipe !== undefined && isRecipeName(recipe) ? recipes[recipe].published : null;
  const { accuracy, interval } = evaluation;
  return { run, accuracy, interval, ...(published === null ? {} : { published }) };
}

/** Accuracies with 95% intervals, a row for each run; a tick marks a known published accuracy. */
export function drawAccuracies(runs: readonly RunAccuracy[], options: FigureOptions): Figure {
  const sheet = new Sheet(options, {
    name: 'accuracies',
    title: runs.length === 1 ? 'Test accuracy' : `Test accuracy of ${runs.length} runs`,
    facts: 'with 95% intervals',
  });
  const published = runs.filter((run) => run.published !== undefined);
  sheet.legend([
    { color: seriesColor(0), label: 'run, with 95% interval', mark: 'line' },
    ...(published.length > 0
      ? [{ color: seriesColor(1), label: 'published result of the recipe', mark: 'tick' as const }]
      : []),
  ]);
  const row = 44;
  const y = (_: unknown, i: number): number => i;
  const ends = runs.flatMap(({ interval, published: p }) => [
    interval.low,
    interval.high,
    ...(p === undefined ? [] : [p]),
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const slack = Math.max(0.002, (high - low) * 0.06);
  const rowOf = (run: RunAccuracy): number => runs.indexOf(run);
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: row * runs.length + 44,
      marginLeft: 4,
      marginRight: 14,
      marginTop: 4,
      marginBottom: 40,
      x: {
        domain: [Math.max(0, low - slack) * 100, Math.min(1, high + slack) * 100],
        label: 'test accuracy (%)',
        labelArrow: 'none',
        labelAnchor: 'center',
        ticks: Math.max(3, Math.floor(sheet.width / 80)),
      },
      y: { type: 'band', axis: null, domain: runs.map((_, i) => i), padding: 0, round: false },
      marks: [
        Plot.gridX(grid),
        Plot.ruleY(runs, {
          y,
          x1: (d: RunAccuracy) => d.interval.low * 100,
          x2: (d: RunAccuracy) => d.interval.high * 100,
          stroke: seriesColor(0),
          strokeWidth: 2.5,
          dy: 10,
        }),
        Plot.dot(runs, {
          y,
          x: (d: RunAccuracy) => d.accuracy * 100,
          r: 5,
          fill: seriesColor(0),
          stroke: colors.paper,
          dy: 10,
        }),
        Plot.tickX(published, {
          y: rowOf,
          x: (d: RunAccuracy) => (d.published ?? 0) * 100,
          stroke: seriesColor(1),
          strokeWidth: 2.5,
          insetTop: 23,
          insetBottom: 3,
        }),
        Plot.text(runs, {
          y,
          frameAnchor: 'left',
          text: (d: RunAccuracy) =>
            `${fit(d.run, 12, sheet.width * 0.55)}: ${percent(d.accuracy, 2)}${d.published === undefined ? '' : ` (published ${percent(d.published, 2)})`}`,
          fill: colors.ink,
          stroke: colors.paper,
          strokeWidth: 4,
          fontSize: 12,
          dy: -9,
        }),
      ],
    }),
  ]);
  const said = runs.map(
    ({ run, accuracy, interval, published: p }) =>
      `${run} ${percent(accuracy, 2)} (${percent(interval.low, 2)} to ${percent(interval.high, 2)}` +
      `${p === undefined ? '' : `; published ${percent(p, 2)}`})`,
  );
  return sheet.figure(`Test accuracy of ${plural(runs.length, 'run')} with 95% intervals: ${list(said)}.`);
}
