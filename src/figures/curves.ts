/** Loss and accuracy per epoch, of one run or of several in the same axes. */

import * as Plot from '@observablehq/plot';
import { percent, plural } from '../core/format.ts';
import type { TrainingHistory } from '../inspect/inspection.ts';
import type { EpochMetrics } from '../train/events.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, type LegendEntry, Sheet } from './figure.ts';
import { colors, seriesColor } from './theme.ts';

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

/** Training and validation loss, and validation accuracy, per epoch; the best epoch of each run is marked. */
export function drawCurves(runs: readonly TrainingHistory[], options: FigureOptions): Figure {
  const single = runs.length === 1;
  const color = (run: number): string => seriesColor(run);
  const sheet = new Sheet(options, {
    name: 'curves',
    title: single ? 'Loss and accuracy per epoch' : `Loss and accuracy per epoch of ${runs.length} runs`,
    facts: single ? runs[0].sentence : 'best epoch ringed',
  });
  const entries: LegendEntry[] = single
    ? [
        { color: colors.muted, label: 'training (mean over the epoch)', mark: 'dashes' },
        { color: color(0), label: 'validation', mark: 'line' },
        { color: colors.ink, label: `best epoch, ${runs[0].bestEpoch}`, mark: 'tick' },
      ]
    : [
        ...runs.map((run, i) => ({
          color: color(i),
          label: `${run.run} (best: ${run.bestEpoch})`,
          mark: 'line' as const,
        })),
        { color: colors.muted, label: 'validation', mark: 'line' as const },
        { color: colors.muted, label: 'training (with dropout)', mark: 'dashes' as const },
      ];
  sheet.legend(entries);

  const last = Math.max(1, ...runs.flatMap(({ history }) => history.map(({ epoch }) => epoch)));
  const panel = (label: string, series: readonly { pick: Pick; dashed: boolean }[]) => (width: number) =>
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
        domain: rangeOf(series.flatMap(({ pick }) => pointsOf(runs, pick))),
      },
      marks: [
        Plot.gridY(grid),
        ...(single
          ? [Plot.ruleX([runs[0].bestEpoch], { stroke: colors.ink, strokeWidth: 1, strokeOpacity: 0.6 })]
          : []),
        ...series.flatMap(({ pick, dashed }) => lines(runs, pick, dashed, single)),
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
    panel('validation accuracy (%)', [{ pick: accuracy, dashed: false }]),
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

function lines(
  runs: readonly TrainingHistory[],
  pick: Pick,
  dashed: boolean,
  single: boolean,
): Plot.Markish[] {
  const points = pointsOf(runs, pick);
  const stroke = single && dashed ? colors.muted : (d: Point) => seriesColor(d.run);
  const few = runs.every(({ history }) => history.length <= DOTTED);
  return [
    Plot.lineY(points, {
      x: 'epoch',
      y: 'value',
      z: 'run',
      stroke,
      strokeWidth: 1.8,
      ...(dashed ? { strokeDasharray: '5 3' } : {}),
    }),
    ...(few ? [Plot.dot(points, { x: 'epoch', y: 'value', r: 1.8, fill: stroke })] : []),
  ];
}

/** From the lowest to the highest value; a little of both sides where there is but one. */
function rangeOf(points: readonly Point[]): [number, number] {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 0.1, high + 0.1];
}

/** Whole epochs, evenly spaced, as many as fit. */
function epochTicks(last: number, width: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => last / size <= width / 34) ?? last;
  const ticks = Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
  return step > 1 ? [1, ...ticks] : ticks;
}
