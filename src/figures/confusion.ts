/** The confusion matrix. */

import { argMax } from '../core/arg-max.ts';
import { count, list, percent, plural } from '../core/format.ts';
import type { Evaluation } from '../inspect/metrics.ts';
import { rampLegend } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawMatrix, explainAxes, MOST_SINGLE } from './matrix.ts';
import type { MatrixCell } from './matrix-cells.ts';
import { onSequential } from './theme.ts';

export interface ConfusionOptions extends FigureOptions {
  /** Shares of each true class instead of counts: for classes of unequal size. */
  readonly normalized?: boolean;
  /** The evaluations of all runs that are shown together, this one included: they share the color scale. */
  readonly beside?: readonly Evaluation[] | undefined;
}

/** Images of one true class with one predicted class. */
interface Cell {
  readonly actual: number;
  readonly predicted: number;
  readonly images: number;
  /** Of the images of the true class. */
  readonly share: number;
}

/** Whether some classes have more test images than others, so that counts of two classes do not compare. */
export function hasUnequalClasses({ perClass }: Evaluation): boolean {
  const supports = perClass.map(({ support }) => support);
  return Math.max(...supports) > 1.1 * Math.min(...supports);
}

/** Counts of the true class (rows) against the predicted one (columns), or shares of each row. */
export function drawConfusion(
  evaluation: Evaluation,
  { normalized = false, beside = [evaluation], ...options }: ConfusionOptions,
): Figure {
  const { confusion, perClass, images, correct, accuracy } = evaluation;
  const names = perClass.map(({ name }) => name);
  const cells = cellsOf(confusion);
  const slips = cells
    .filter(({ actual, predicted, images: n }) => actual !== predicted && n > 0)
    .sort((a, b) => (normalized ? b.share - a.share : b.images - a.images))
    .slice(0, 3);
  const sheet = new Sheet(options, {
    name: normalized ? 'confusion-normalized' : 'confusion',
    title: titleOf(slips[0], names, normalized),
    facts: `${count(correct)} of ${count(images)} correct (${percent(accuracy, 2)})`,
  });
  const largest = normalized ? 100 : Math.max(1, ...beside.flatMap((run) => run.confusion.flat()));
  // The square root, so that a few mistakes are visible beside many correct images.
  const depthOf = ({ images: n, share }: Cell): number => Math.sqrt(normalized ? share : n / largest);
  const drawn = cells
    .filter(({ images: n }) => n > 0 || names.length <= MOST_SINGLE)
    .map((cell): MatrixCell => {
      const depth = depthOf(cell);
      const look = { depth, fill: sheet.shade(depth), ink: onSequential(depth) };
      return { ...cell, ...look, texts: textsOf(cell, normalized), title: wordsOf(cell, names) };
    });
  sheet.row([drawMatrix(sheet, names, drawn, sheet.shade(0))]);
  sheet.row([
    rampLegend(options.document, {
      width: Math.min(sheet.width, 340),
      label: `${normalized ? '% of the true class' : 'images'} (square-root scale)`,
      values: legendValues(largest),
      place: (value) => Math.sqrt(value / largest),
      shade: (share) => sheet.shade(share),
    }),
  ]);
  explainAxes(sheet);
  const seen = perClass.filter(({ support }) => support > 0);
  const best = seen[argMax(seen.map(({ recall }) => recall))];
  const worst = seen[argMax(seen.map(({ recall }) => -recall))];
  const said = slips.map(
    (d) => `${names[d.actual]} predicted as ${names[d.predicted]} (${count(d.images)}, ${percent(d.share)})`,
  );
  return sheet.figure(
    `Confusion matrix of ${count(images)} images, with true classes in rows and predicted classes in columns, in ` +
      `${normalized ? 'percent of each row' : 'images'}. ${count(correct)} are correct (${percent(accuracy, 2)}): most often ` +
      `${best.name} (${percent(best.recall)}), least often ${worst.name} (${percent(worst.recall)}).` +
      `${said.length > 0 ? ` The most frequent mistakes: ${list(said)}.` : ''}`,
  );
}

/** The cells row by row. */
function cellsOf(confusion: readonly (readonly number[])[]): Cell[] {
  return confusion.flatMap((row, actual) => {
    const support = row.reduce((sum, images) => sum + images, 0);
    return row.map((images, predicted) => ({
      ...{ actual, predicted, images },
      share: support === 0 ? 0 : images / support,
    }));
  });
}

/** The most frequent mistake. */
function titleOf(slip: Cell | undefined, names: readonly string[], normalized: boolean): string {
  if (slip === undefined) return 'Every image is classified correctly';
  const often = normalized ? percent(slip.share) : count(slip.images);
  return `Most frequent mistake: ${names[slip.actual]} predicted as ${names[slip.predicted]} (${often})`;
}

function textsOf({ images, share }: Cell, normalized: boolean): string[] {
  if (images === 0) return [];
  return normalized ? [(share * 100).toFixed(1), (share * 100).toFixed(0)] : [String(images)];
}

function wordsOf({ actual, predicted, images, share }: Cell, names: readonly string[]): string {
  return actual === predicted
    ? `${names[actual]}: ${count(images)} right, ${percent(share)}`
    : `${names[actual]} predicted as ${names[predicted]}: ${plural(images, 'image')}, ${percent(share)}`;
}

/** 0, the largest, and round values between them with enough distance on the square-root scale. */
function legendValues(largest: number): number[] {
  const round = [0.25, 0.5, 0.75].map((depth) => {
    const value = depth ** 2 * largest;
    const unit = 10 ** Math.floor(Math.log10(value));
    return Math.round(value / unit) * unit;
  });
  return [...new Set([0, ...round.filter((value) => value >= 1 && value < largest), largest])];
}
