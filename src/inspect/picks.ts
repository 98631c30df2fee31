/**
 * Picks single images to show: the first ones, the worst ones, and those of each cell of the confusion
 * matrix.
 */

import { aNumber, arrayOf, checkArguments } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aDataset } from '../data/argument-kinds.ts';
import type { Dataset } from '../data/dataset.ts';
import type { ConfusionCell, PredictedImage } from './inspection.ts';
import { type Predictions, predictedImage, readPredictions } from './predictions.ts';

/**
 * The first images of the data set, correct or not. If the images are sorted by class, as from class folders,
 * images at even distances instead, because the first ones would all be of one class.
 */
export function firstImages(predictions: Predictions, count: number): PredictedImage[] {
  const { labels, length } = predictions.dataset;
  const shown = Math.min(count, length);
  const isSorted = labels.every((label, i) => i === 0 || label >= labels[i - 1]);
  const indices = Array.from({ length: shown }, (_, i) => (isSorted ? Math.floor((i * length) / shown) : i));
  return indices.map((index) => predictedImage(predictions, index));
}

/** The wrong images with the largest loss, largest first; among equal ones the earlier first. */
export function topLosses(predictions: Predictions, count: number): PredictedImage[] {
  const { correct, losses } = predictions;
  const wrong = [...correct.keys()].filter((index) => correct[index] === 0);
  wrong.sort((a, b) => losses[b] - losses[a] || a - b);
  return wrong.slice(0, count).map((index) => predictedImage(predictions, index));
}

/**
 * The misclassified images of a data set with the largest loss, largest first.
 * @param logProbabilities [images, classes], of every image of the data set
 * @param most largest number of images
 * @throws CoutureError of kind `usage` when the numbers do not match the data set
 */
export function findTopLosses(
  dataset: Dataset,
  logProbabilities: Float32Array,
  most: number,
): PredictedImage[] {
  checkArguments('findTopLosses', {
    dataset: [dataset, aDataset],
    logProbabilities: [logProbabilities, arrayOf('Float32Array')],
    most: [most, aNumber],
  });
  const wanted = dataset.length * dataset.info.classNames.length;
  if (logProbabilities.length !== wanted)
    throw new CoutureError(
      'usage',
      `${logProbabilities.length} log-probabilities do not match ${dataset.length} images in ${dataset.info.classNames.length} classes.`,
    );
  return topLosses(readPredictions(dataset, logProbabilities), most);
}

/** How many images of cells to pick. */
export interface CellOptions {
  /** Of one cell. */
  readonly perCell: number;
  /** For all cells together: first all cells get fewer, then those with the fewest images get none. */
  readonly total: number;
}

/**
 * The images of the nonempty cells of the confusion matrix, row by row: the most confident of each cell, most
 * confident first; among equal ones the earlier first.
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
  let fitting = Math.min(perCell, Math.max(0, ...sizes));
  while (fitting > 1 && sizes.reduce((sum, size) => sum + Math.min(size, fitting), 0) > total) fitting -= 1;
  return fitting;
}

/** For a more confident prediction, covering a patch changes little. */
const BEYOND_DOUBT = 0.99;

/**
 * Predictions to explain, in the order of the classes: for each class the first correct image with a
 * confidence that is not almost 1; otherwise the first correct one.
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
