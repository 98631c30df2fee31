/** Calibration: confidence against accuracy. */

import * as Plot from '@observablehq/plot';
import { count, percent, points } from '../core/format.ts';
import type { Calibration, CalibrationBin } from '../inspect/inspection.ts';
import { chart, grid, wholeNumber } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { colors, meanings } from './theme.ts';

export interface CalibrationOptions extends FigureOptions {
  /** The calibrations of all runs that are shown together, this one included: they share their scales. */
  readonly beside?: readonly Calibration[] | undefined;
}

/** Up to this distance, mean confidence and accuracy are called equal. */
const EQUAL = 0.005;

/**
 * Reliability diagram: accuracy against confidence for each bin, and below it the number of images in each
 * bin.
 */
export function drawCalibration(
  calibration: Calibration,
  { beside = [calibration], ...options }: CalibrationOptions,
): Figure {
  const { bins, ece } = calibration;
  const images = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (pick: (bin: CalibrationBin) => number): number =>
    bins.reduce((sum, bin) => sum + bin.count * pick(bin), 0) / Math.max(1, images);
  const confidence = mean((bin) => bin.confidence);
  const accuracy = mean((bin) => bin.accuracy);
  const sheet = new Sheet(options, {
    name: 'calibration',
    title: titleOf(confidence - accuracy),
    facts: `mean confidence ${percent(confidence)}, accuracy ${percent(accuracy)}, expected calibration error (ECE) ${percent(ece, 2)}`,
  });
  sheet.legend([
    { color: sheet.color, label: 'accuracy of a bin, with 95% interval', mark: 'dot' },
    { color: colors.muted, label: 'perfect calibration', mark: 'dashes' },
    { color: meanings.gap, label: 'gap' },
  ]);
  const shared = { width: sheet.width, marginLeft: 52, marginRight: 14 } as const;
  const x = { domain: [0, 100], ticks: 6 } as const;
  const side = Math.min(sheet.width - 66, 340);
  sheet.row([
    chart(options.document, {
      ...shared,
      height: side + 34,
      marginTop: 24,
      marginBottom: 10,
      x: { ...x, tickFormat: () => '', label: null },
      y: { domain: [0, 100], label: 'accuracy (%)', labelArrow: 'none' },
      marks: [
        Plot.gridY(grid),
        Plot.gridX({ ...grid, ticks: 6 }),
        Plot.line(
          [
            [0, 0],
            [100, 100],
          ],
          { stroke: colors.muted, strokeDasharray: '5 4' },
        ),
        Plot.ruleX(bins, {
          x: (bin: CalibrationBin) => bin.confidence * 100,
          y1: (bin: CalibrationBin) => bin.confidence * 100,
          y2: (bin: CalibrationBin) => bin.accuracy * 100,
          stroke: meanings.gap,
          strokeWidth: 7,
        }),
        Plot.ruleX(bins, {
          x: (bin: CalibrationBin) => bin.confidence * 100,
          y1: (bin: CalibrationBin) => bin.interval.low * 100,
          y2: (bin: CalibrationBin) => bin.interval.high * 100,
          stroke: sheet.color,
          strokeWidth: 1.5,
        }),
        Plot.dot(bins, {
          x: (bin: CalibrationBin) => bin.confidence * 100,
          y: (bin: CalibrationBin) => bin.accuracy * 100,
          r: 4.5,
          fill: sheet.color,
          stroke: colors.paper,
        }),
      ],
    }),
  ]);
  sheet.row([
    chart(options.document, {
      ...shared,
      height: 116,
      marginTop: 22,
      marginBottom: 38,
      x: {
        ...x,
        label: 'confidence (%)',
        labelArrow: 'none',
        labelAnchor: 'center',
      },
      y: {
        label: 'images',
        labelArrow: 'none',
        ticks: 3,
        tickFormat: wholeNumber,
        domain: [0, Math.max(...beside.flatMap((run) => run.bins.map((bin) => bin.count)))],
      },
      marks: [
        Plot.gridY({ ...grid, ticks: 3 }),
        Plot.rectY(bins, {
          x1: (bin: CalibrationBin) => bin.low * 100,
          x2: (bin: CalibrationBin) => bin.high * 100,
          y: 'count',
          fill: meanings.images,
          inset: 0.5,
          title: (bin: CalibrationBin) => count(bin.count),
        }),
      ],
    }),
  ]);
  const direction = confidence > accuracy ? 'overconfident' : 'underconfident';
  const widest = bins.reduce<CalibrationBin | undefined>((most, bin) => {
    const gap = (b: CalibrationBin): number => Math.abs(b.confidence - b.accuracy);
    return most === undefined || gap(bin) > gap(most) ? bin : most;
  }, undefined);
  return sheet.figure(
    `Reliability diagram of ${count(images)} images. The expected calibration error is ${percent(ece, 2)}: with a mean ` +
      `confidence of ${percent(confidence)} and an accuracy of ${percent(accuracy)}, the network is ${direction}.` +
      (widest === undefined
        ? ''
        : ` The widest gap is at a confidence of ${percent(widest.confidence)}, where ${percent(widest.accuracy)} of ` +
          `${count(widest.count)} images are right.`),
  );
}

/** How far confidence is from accuracy, in percentage points. */
function titleOf(gap: number): string {
  if (Math.abs(gap) < EQUAL) return `Confidence agrees with accuracy to ${points(gap)} points`;
  return `The network is ${gap > 0 ? 'overconfident' : 'underconfident'} by ${points(gap)} points`;
}
