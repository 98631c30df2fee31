/** Single images that are worth a look: the first ones, the worst ones, and those behind a confusion matrix. */

import type { PredictedImage } from './inspection.ts';
import { type Predictions, predictedImage } from './predictions.ts';

/** The first images of the data set, right and wrong as they come. */
export function firstImages(predictions: Predictions, count: number): PredictedImage[] {
  const indices = Array.from({ length: Math.min(count, predictions.dataset.length) }, (_, i) => i);
  return indices.map((index) => predictedImage(predictions, index));
}

/** The wrong images with the largest loss, largest first; of equals the earlier one first. */
export function topLosses(predictions: Predictions, count: number): PredictedImage[] {
  const { correct, losses } = predictions;
  const wrong = [...correct.keys()].filter((index) => correct[index] === 0);
  wrong.sort((a, b) => losses[b] - losses[a] || a - b);
  return wrong.slice(0, count).map((index) => predictedImage(predictions, index));
}

/**
 * The images behind each cell of the confusion matrix, [true class][predicted class]: the `perCell` most
 * confident, most confident first; of equals the earlier one first.
 */
export function imagesBehindCells(predictions: Predictions, perCell: number): PredictedImage[][][] {
  const { dataset, predicted, confidence } = predictions;
  const classes = dataset.info.classNames.length;
  const cells = Array.from({ length: classes }, () => Array.from({ length: classes }, (): number[] => []));
  predicted.forEach((called, index) => {
    cells[dataset.labels[index]][called].push(index);
  });
  return cells.map((row) =>
    row.map((indices) =>
      indices
        .sort((a, b) => confidence[b] - confidence[a] || a - b)
        .slice(0, perCell)
        .map((index) => predictedImage(predictions, index)),
    ),
  );
}

/** Of a more confident prediction nothing that one covers changes much. */
const BEYOND_DOUBT = 0.99;

/**
 * Predictions that are worth explaining: for each class the first image that the network gets right without being
 * all but certain; failing that, the first that it gets right; in the order of the classes.
 */
export function rightWithDoubt(predictions: Predictions): PredictedImage[] {
  const { dataset, correct, confidence } = predictions;
  return dataset.info.classNames.flatMap((_, label) => {
    const right = [...correct.keys()].filter((i) => correct[i] === 1 && dataset.labels[i] === label);
    const index = right.find((i) => confidence[i] < BEYOND_DOUBT) ?? right[0];
    return index === undefined ? [] : [predictedImage(predictions, index)];
  });
}
