/** The loss while the learning rate rises, and the suggested rate. */

import * as Plot from '@observablehq/plot';
import { plural } from '../core/format.ts';
import { adviseRate, type RateCurve } from '../train/rate-curve.ts';
import { chart, grid, TICK } from './chart.ts';
import { type Figure, type FigureOptions, type LegendEntry, Sheet } from './figure.ts';
import type { FigureEntry } from './table.ts';
import { textWidth } from './text.ts';
import { colors } from './theme.ts';

const HEIGHT = 300;
/** Range above the highest smoothed loss in which single losses are shown. */
const HEADROOM = 1.12;

/** Reach of the smoothed line to either side, as a share of the steps. */
const REACH = 1 / 40;

/** `read` of the values around each step. */
function around(
  values: readonly number[],
  reach: number,
  read: (window: readonly number[]) => number,
): number[] {
  return values.map((_, step) => read(values.slice(Math.max(0, step - reach), step + reach + 1)));
}

/**
 * A line through the losses that neither lags nor rises early: the median of the steps on both sides of each,
 * made even by means over a few of them. The running mean of the search knows only the steps so far, and so
 * falls and rises late.
 */
function centered(losses: readonly number[]): number[] {
  const reach = Math.max(1, Math.round(losses.length * REACH));
  const medians = around(losses, reach, (window) => window.toSorted((a, b) => a - b)[window.length >> 1]);
  const mean = (window: readonly number[]): number =>
    window.reduce((sum, value) => sum + value, 0) / window.length;
  return around(medians, Math.max(1, reach >> 1), mean);
}

/** Loss of each step and smoothed loss over the learning rate; the suggested rate is marked. */
export function drawRates(curve: RateCurve, options: FigureOptions): Figure {
  const { rates, losses, smoothed: running, lowest, suggested } = curve;
  const top = highest(curve) * HEADROOM;
  const smoothed = centered(losses.map((loss) => Math.min(loss, top)));
  // What leaves the frame is cut off at its edge.
  const steps = rates.map((rate, i) => ({
    rate,
    loss: Math.min(losses[i], top),
    smoothed: Math.min(smoothed[i], top),
    running: Math.min(running[i], top),
  }));
  const above = losses.filter((loss) => loss > top).length;
  const sheet = new Sheet(options, {
    name: 'lr-find',
    title:
      suggested === undefined
        ? 'The search suggests no learning rate'
        : `The search suggests a learning rate of ${suggested}`,
    facts: `loss while the rate rises, ${plural(steps.length, 'step')}${above > 0 ? `, ${above} of them above the plot` : ''}`,
  });
  const entries: LegendEntry[] = [
    { color: colors.quiet, label: 'loss of each step', mark: 'line' },
    { color: sheet.color, label: 'smoothed', mark: 'line' },
    { color: colors.muted, label: 'running mean of the search', mark: 'line' },
    ...(suggested === undefined
      ? []
      : [{ color: colors.ink, label: `suggested, ${suggested}`, mark: 'tick' } as const]),
  ];
  sheet.legend(entries);
  const ends: [number, number] = [rates[0], Math.max(rates[rates.length - 1], rates[0] * 1.001)];
  const [marginLeft, marginRight] = [44, 14];
  const across = sheet.width - marginLeft - marginRight;
  const label = `take ${suggested}`;
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: HEIGHT,
      marginLeft,
      marginRight,
      marginTop: 40,
      marginBottom: 40,
      x: {
        type: 'log',
        domain: ends,
        label: 'learning rate (log scale)',
        labelArrow: 'none',
        labelAnchor: 'center',
        ticks: decades(ends, across),
        tickFormat: (rate: number) => (rate < 0.0005 ? rate.toExponential(0) : rateText(rate)),
      },
      y: {
        domain: [Math.min(...losses, ...running) * 0.9, top],
        label: 'loss (nats)',
        labelArrow: 'none',
        ticks: 6,
      },
      marks: [
        Plot.gridY(grid),
        Plot.lineY(steps, { x: 'rate', y: 'loss', stroke: colors.quiet, strokeWidth: 1 }),
        ...(suggested === undefined
          ? []
          : [
              Plot.ruleX([suggested], { stroke: colors.ink, strokeWidth: 2 }),
              Plot.text([suggested], {
                x: (rate: number) => rate,
                frameAnchor: 'top',
                text: () => label,
                dy: -16,
                dx: inside(suggested, ends, across, textWidth(label, TICK + 2, { bold: true })),
                fill: colors.ink,
                fontSize: TICK + 2,
                fontWeight: 600,
              }),
            ]),
        Plot.lineY(steps, { x: 'rate', y: 'running', stroke: colors.muted, strokeWidth: 1.2 }),
        Plot.lineY(steps, { x: 'rate', y: 'smoothed', stroke: sheet.color, strokeWidth: 2.5 }),
        Plot.dot(suggested === undefined ? [] : [steps[lowest]], {
          x: 'rate',
          y: 'running',
          r: 4.5,
          stroke: colors.muted,
          fill: colors.paper,
          strokeWidth: 2,
        }),
      ],
    }),
  ]);
  sheet.paragraph(adviseRate(curve));
  return sheet.figure(altOf(curve));
}

function altOf(curve: RateCurve): string {
  const { rates, smoothed, lowest, end } = curve;
  const ends = {
    diverged: 'until the loss has risen too far',
    'not-a-number': 'until the loss is not a finite number',
    finished: 'the last rate of the search',
  };
  return (
    `Loss of ${plural(rates.length, 'step')} while the learning rate rises from ${rateText(rates[0])} to ` +
    `${rateText(rates[rates.length - 1])}, ${ends[end]}. The running mean of the loss is ${smoothed[0].toFixed(2)} nats at first and ` +
    `${smoothed[lowest].toFixed(2)} at its lowest. ${adviseRate(curve)}`
  );
}

/** The highest smoothed loss that says something: the last one may be anything where training came apart. */
function highest({ smoothed, end }: RateCurve): number {
  const sound = end === 'finished' || smoothed.length < 2 ? smoothed : smoothed.slice(0, -1);
  return Math.max(...sound);
}

/** How far to shift a text over a rate so that it does not leave the frame, in pixels. */
function inside(rate: number, [low, high]: readonly [number, number], across: number, width: number): number {
  const at = (Math.log10(rate / low) / Math.log10(high / low)) * across;
  return Math.max(0, width / 2 - at) - Math.max(0, at + width / 2 - across);
}

/** Powers of ten, as many as fit. */
function decades([low, high]: readonly [number, number], across: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / (across / 56)));
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => 10 ** (first + i * every));
}

/** `0.003`, `1e-7` */
function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

/** The figures of a search for a learning rate, for whatever lists figures. */
export const rateFigures: readonly FigureEntry<RateCurve>[] = [
  {
    name: 'lr-find',
    title: 'Loss while the learning rate rises',
    source: 'drawRates',
    reading:
      'A rate that is too small leaves the loss unchanged, and one that is too large increases it. A tenth of the rate at the lowest loss trains fast with a safe margin.',
    section: 'training',
    draw: drawRates,
  },
];
