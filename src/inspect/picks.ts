/** Single images that are worth a look: some as they come, the worst ones, and those behind a confusion matrix. */

import type { ConfusionCell, PredictedImage } from './inspection.ts';
import { type Predictions, predictedImage } from './predictions.ts';

/**
 * The first images of the data set, right and wrong as they come. Where the images lie class by class, as those of class
 * folders do, at even distances instead: the first ones would all be of one class.
 */
export function firstImages(predictions: Predictions, count: number): PredictedImage[] {
  const { labels, length } = predictions.dataset;
  const shown = Math.min(count, length);
  const isSorted = labels.every((label, i) => i === 0 || label >= labels[i - 1]);
  const indices = Array.from({ length: shown }, (_, i) => (isSorted ? Math.floor((i * length) / shown) : i));
  return indices.map((index) => predictedImage(predictions, index));
}

/** The wrong images with the largest loss, largest first; of equals the earlier one first. */
export function topLosses(predictions: Predictions, count: number): PredictedImage[] {
  const { correct, losses } = predictions;
  const wrong = [...correct.keys()].filter((index) => correct[index] === 0);
  wrong.sort((a, b) => losses[b] - losses[a] || a - b);
  return wrong.slice(0, count).map((index) => predictedImage(predictions, index));
}

/** How many images behind cells are wanted. */
export interface CellOptions {
  /** Of one cell. */
  readonly perCell: number;
  /** Of all cells together: all have fewer then, and where that is not enough, those with the fewest images have none. */
  readonly total: number;
}

/**
 * The images behind the cells of the confusion matrix that have any, row by row: of each the most confident, most
 * confident first; of equals the earlier one first.
 */
export function imagesBehindCells(predictions: Predictions, options: CellOptions): ConfusionCell[] {
  const { dataset, predicted, confidence } = predictions;
  const classes = dataset.info.classNames.length;
  const cells = new Map<number, number[]>();
  predicted.forEach((called, index) => {
    const key = dataset.labels[index] * classes + called;
    const indices = cells.get(key);
    if (indices === undefined) cells.set(key, [index]);
    else indices.push(index);
  });
  const largest = [...cells].sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || a - b);
  const perCell = fittingPerCell(
    largest.map(([, indices]) => indices.length),
    options,
  );
  return largest
    .slice(0, options.total)
    .sort(([a], [b]) => a - b)
    .map(([key, indices]) => ({
      actual: Math.floor(key / classes),
      predicted: key % classes,
      images: indices
        .sort((a, b) => confidence[b] - confidence[a] || a - b)
        .slice(0, perCell)
        .map((index) => predictedImage(predictions, index)),
    }));
}

/** As many images of each cell as come to no more than the total; at least one. */
function fittingPerCell(sizes: readonly number[], { perCell, total }: CellOptions): number {
  let fitting = perCell;
  while (fitting > 1 && sizes.reduce((sum, size) => sum + Math.min(size, fitting), 0) > total) fitting -= 1;
  return fitting;
}

/** Of a more confident prediction nothing that one covers changes much. */
const BEYOND_DOUBT = 0.99;

/**
 * Predictions that are worth explaining: for each class the first image that the network gets right without being
 * all but certain; failing that, the first that it gets right; in the order of the classes.
 */
export function rightWithDoubt(predictions: Predictions): PredictedImage[] {
  const { dataset, correct, confidence } = predictions;
  const first = new Map<number, number>();
  correct.forEach((isRight, index) => {
    if (isRight === 0) return;
    const label = dataset.labels[index];
    const known = first.get(label);
    const better = known === undefined || confidence[known] >= BEYOND_DOUBT;
    if (known === undefined || (better && confidence[index] < BEYOND_DOUBT)) first.set(label, index);
  });
  return [...first].sort(([a], [b]) => a - b).map(([, index]) => predictedImage(predictions, index));
}
