/** Loss and accuracy per epoch, of one run or of several in the same axes. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { percent, plural } from '../core/format.ts';
import type { TrainingHistory } from '../inspect/inspection.ts';
import type { EpochMetrics } from '../train/events.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, type LegendEntry, Sheet } from './figure.ts';
import { colors, meanings, runColor } from './theme.ts';

/** Largest number of epochs with a dot for each. */
const DOTTED = 60;

interface Point {
  readonly run: number;
  readonly epoch: number;
  readonly value: number;
}

type Pick = (metrics: EpochMetrics) => number;

const trainLoss: Pick = (metrics) => metrics.trainLoss;
const validationLoss: Pick = (metrics) => metrics.validationLoss;
const accuracy: Pick = (metrics) => metrics.validationAccuracy * 100;

function pointsOf(runs: readonly TrainingHistory[], pick: Pick): Point[] {
  return runs.flatMap(({ history }, run) =>
    history
      .map((metrics) => ({ run, epoch: metrics.epoch, value: pick(metrics) }))
      // A diverged run has epochs without a loss.
      .filter(({ value }) => Number.isFinite(value)),
  );
}

function bestOf({ history, bestEpoch }: TrainingHistory): EpochMetrics {
  return history.find(({ epoch }) => epoch === bestEpoch) ?? history[history.length - 1];
}

/** Options of `drawCurves`. */
export interface CurvesOptions extends FigureOptions {
  /** The histories of all runs with such a figure of their own, these included: they share their axes. */
  readonly beside?: readonly TrainingHistory[] | undefined;
}

/** Training and validation loss, and validation accuracy, per epoch; the best epoch of each run is marked. */
export function drawCurves(
  runs: readonly TrainingHistory[],
  { beside = runs, ...options }: CurvesOptions,
): Figure {
  const single = runs.length === 1;
  const color = (run: number): string => runColor(single ? (options.run ?? 0) : run);
  const sheet = new Sheet(options, {
    name: 'curves',
    title: titleOf(runs),
    facts: single ? runs[0].sentence : 'the best epoch of each run is ringed',
  });
  const entries: LegendEntry[] = single
    ? [
        { color: color(0), label: 'validation', mark: 'line' },
        { color: meanings.training, label: 'training (mean over the epoch)', mark: 'dashes' },
        { color: colors.ink, label: `best epoch, ${runs[0].bestEpoch}`, mark: 'tick' },
      ]
    : [
        ...runs.map((run, i) => ({
          color: color(i),
          label: `${run.run} (best: ${run.bestEpoch})`,
          mark: 'dot' as const,
        })),
        { color: colors.ink, label: 'validation', mark: 'line' as const },
        { color: colors.ink, label: 'training', mark: 'dashes' as const },
      ];
  sheet.legend(entries);

  const last = Math.max(1, ...beside.flatMap(({ history }) => history.map(({ epoch }) => epoch)));
  const panel =
    (label: string, series: readonly { pick: Pick; dashed: boolean }[], most = Infinity) =>
    (width: number) =>
      chart(options.document, {
        width,
        height: 270,
        marginLeft: 44,
        marginRight: 12,
        marginTop: 26,
        marginBottom: 38,
        x: {
          label: 'epoch',
          labelArrow: 'none',
          labelAnchor: 'center',
          domain: last > 1 ? [1, last] : [0.5, 1.5],
          ticks: epochTicks(last, width),
          tickFormat: String,
        },
        y: {
          label,
          labelArrow: 'none',
          nice: true,
          ticks: 6,
          domain: rangeOf(
            series.flatMap(({ pick }) => pointsOf(beside, pick)),
            most,
          ),
        },
        marks: [
          Plot.gridY(grid),
          ...(single
            ? [Plot.ruleX([runs[0].bestEpoch], { stroke: colors.ink, strokeWidth: 1, strokeOpacity: 0.6 })]
            : []),
          ...series.flatMap(({ pick, dashed }) =>
            lines(runs, pick, {
              dashed,
              stroke: (run) => (single && dashed ? meanings.training : color(run)),
            }),
          ),
          Plot.dot(
            runs.map((run, i) => ({ run: i, best: bestOf(run) })),
            {
              x: ({ best }) => best.epoch,
              y: ({ best }) => series[series.length - 1].pick(best),
              r: 5,
              stroke: (d) => color(d.run),
              fill: colors.paper,
              strokeWidth: 2,
            },
          ),
        ],
      });
  sheet.columns([
    panel('loss (mean NLL, nats)', [
      { pick: trainLoss, dashed: true },
      { pick: validationLoss, dashed: false },
    ]),
    panel('validation accuracy (%)', [{ pick: accuracy, dashed: false }], 100),
  ]);
  return sheet.figure(
    runs
      .map((run) => {
        const best = bestOf(run);
        return (
          `${run.run}: ${plural(run.history.length, 'epoch')}, the best is ${best.epoch} with a validation loss of ` +
          `${best.validationLoss.toFixed(4)} nats, a training loss of ${best.trainLoss.toFixed(4)} and a validation ` +
          `accuracy of ${percent(best.validationAccuracy, 2)}. ${run.sentence}`
        );
      })
      .join(' '),
  );
}

/** The best validation accuracy of a run, or which of several has the lowest validation loss. */
function titleOf(runs: readonly TrainingHistory[]): string {
  const bests = runs.map(bestOf);
  if (runs.length === 1) {
    const [{ validationAccuracy, epoch }] = bests;
    return `Validation accuracy is ${percent(validationAccuracy)} at the best epoch, ${epoch} of ${runs[0].history.length}`;
  }
  const lowest = argMax(bests.map(({ validationLoss }) => -validationLoss));
  return `${runs[lowest].run} reaches the lowest validation loss, ${bests[lowest].validationLoss.toFixed(3)} nats`;
}

function lines(
  runs: readonly TrainingHistory[],
  pick: Pick,
  { dashed, stroke }: { readonly dashed: boolean; readonly stroke: (run: number) => string },
): Plot.Markish[] {
  const points = pointsOf(runs, pick);
  const colorOf = ({ run }: Point): string => stroke(run);
  const few = runs.every(({ history }) => history.length <= DOTTED);
  return [
    Plot.lineY(points, {
      x: 'epoch',
      y: 'value',
      z: 'run',
      stroke: colorOf,
      strokeWidth: dashed ? 1.4 : 2,
      ...(dashed ? { strokeDasharray: '5 3' } : {}),
    }),
    ...(few && !dashed ? [Plot.dot(points, { x: 'epoch', y: 'value', r: 2, fill: colorOf })] : []),
  ];
}

/** From the smallest to the largest value; around a single value, but not below 0 or above `most`. */
function rangeOf(points: readonly Point[], most: number): [number, number] {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [Math.max(0, low - 0.1), Math.min(most, high + 0.1)];
}

/** Whole epochs, evenly spaced, as many as fit. */
function epochTicks(last: number, width: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => last / size <= width / 34) ?? last;
  const ticks = Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
  return step > 1 ? [1, ...ticks] : ticks;
}
