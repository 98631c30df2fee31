/** The learning curves of all trials. */

import * as Plot from '@observablehq/plot';
import { percent, plural } from '../../core/format.ts';
import { isSound, type SearchSummary } from '../../search/summary.ts';
import type { Trial } from '../../search/trial.ts';
import { type Figure, type FigureOptions, Sheet } from '../figure.ts';
import { colors } from '../theme.ts';
import { bestOutcome, beyondText, clamp, drawn, valueRange, valueText } from './common.ts';
import { valueChart } from './value-chart.ts';

interface Point {
  readonly number: number;
  readonly step: number;
  readonly value: number;
}

/** The reported values of each trial over its steps; the best trial stands out. */
export function drawTrialCurves(summary: SearchSummary, options: FigureOptions): Figure {
  const step = summary.step ?? 'step';
  const best = bestOutcome(summary)?.trial;
  const curves = summary.trials.filter(({ reports }) => reports.some(({ value }) => isSound(value)));
  const pointsOf = (trials: readonly Trial[]): Point[] =>
    trials.flatMap(({ number, reports }) =>
      reports
        .filter(({ value }) => isSound(value))
        .map((report) => ({ number, step: report.step, value: report.value })),
    );
  const points = pointsOf(curves);
  const values = points.map(({ value }) => value);
  const range = valueRange(summary, values);
  const last = Math.max(1, ...points.map((point) => point.step));
  const steps = curves.reduce((sum, { reports }) => sum + reports.length, 0);
  const pruned = curves.filter(({ state }) => state === 'pruned');
  const share = steps / Math.max(1, last * curves.length);
  const sheet = new Sheet(options, {
    name: 'search-curves',
    title:
      pruned.length === 0
        ? `No trial of ${curves.length} was pruned`
        : `${pruned.length} of ${plural(curves.length, 'trial')} were pruned: the search trained ${percent(share, 0)} of all ${step}s`,
    facts: `${summary.objective} after each ${step}${beyondText(values, range)}`,
  });
  sheet.legend([
    ...(best === undefined
      ? []
      : [{ color: sheet.color, label: `best, trial ${best.number}`, mark: 'line' as const }]),
    { color: colors.muted, label: 'complete', mark: 'line' },
    { color: colors.quiet, label: 'pruned, with its end', mark: 'dot' },
  ]);
  const x = { x: 'step', z: 'number', y: (point: Point) => drawn(summary, clamp(point.value, range)) };
  const others = curves.filter(({ number }) => number !== best?.number);
  const ends = pruned.flatMap((trial) => pointsOf([trial]).slice(-1));
  sheet.row([
    valueChart(options.document, summary, {
      ...{ width: sheet.width, height: 300, range },
      x: {
        label: step,
        domain: last > 1 ? [1, last] : [0.5, 1.5],
        ticks: Math.min(last, Math.floor(sheet.width / 50)),
      },
      marks: [
        Plot.line(pointsOf(others.filter(({ state }) => state !== 'complete')), {
          ...x,
          stroke: colors.quiet,
          strokeWidth: 1,
        }),
        Plot.line(pointsOf(others.filter(({ state }) => state === 'complete')), {
          ...x,
          stroke: colors.muted,
          strokeWidth: 1.2,
          strokeOpacity: 0.8,
        }),
        Plot.dot(ends, { x: 'step', y: x.y, r: 2.5, fill: colors.quiet }),
        Plot.line(pointsOf(curves.filter(({ number }) => number === best?.number)), {
          ...x,
          stroke: sheet.color,
          strokeWidth: 3,
        }),
      ],
    }),
  ]);
  return sheet.figure(
    `${summary.objective} of ${plural(curves.length, 'trial')} after each ${step}, up to ${step} ${last}. ${plural(pruned.length, 'trial')} ` +
      `ended early; all trials together took ${plural(steps, step)}, ${percent(share, 0)} of the ${last * curves.length} without pruning.` +
      (best?.value === undefined
        ? ''
        : ` The best, trial ${best.number}, ends at ${valueText(summary, best.value)}.`),
  );
}
