/** The most confidently wrong images. */

import { count, list, plural, probabilityText } from '../core/format.ts';
import type { PredictedImage } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageSource } from './image.ts';
import type { ImageSet } from './predictions.ts';
import { tiles } from './tiles.ts';

/** Options of `drawTopLosses`. */
export interface TopLossesOptions extends FigureOptions {
  /** Largest number of images; 12 by default. */
  readonly most?: number;
}

/** Wrongly classified images with the largest loss, each with its true class, its prediction and its loss. */
export function drawTopLosses(
  images: readonly PredictedImage[],
  set: ImageSet,
  { most = 12, ...options }: TopLossesOptions,
): Figure {
  const shown = images.slice(0, most);
  const sheet = new Sheet(options, {
    name: 'top-losses',
    title: titleOf(shown),
    facts:
      shown.length === 0
        ? 'no mistakes'
        : 'largest loss (NLL, nats) first; the label is bold, below it the prediction',
  });
  const items = shown.map((image) => ({
    image: imageSource(image.pixels, set),
    lines: [
      set.classNames[image.label],
      `as ${set.classNames[image.predicted]}`,
      `${probabilityText(image.probabilities[image.predicted])}, loss ${image.loss.toFixed(1)}`,
    ],
    hint: `image ${count(image.index)}`,
  }));
  if (items.length > 0) sheet.row([tiles(sheet, items, { least: 104, most: 4, shape: set, gap: 14 })]);
  const said = shown
    .slice(0, 3)
    .map(
      ({ label, predicted, probabilities, loss }) =>
        `${set.classNames[label]} predicted as ${set.classNames[predicted]} with ${probabilityText(probabilities[predicted])} ` +
        `(loss ${loss.toFixed(2)} nats)`,
    );
  return sheet.figure(
    shown.length === 0
      ? 'No image was misclassified.'
      : `${plural(shown.length, 'misclassified image')} with the largest loss. First: ${list(said)}.`,
  );
}

/** How small the probability of the true class is in all of the worst mistakes. */
function titleOf(images: readonly PredictedImage[]): string {
  if (images.length === 0) return 'No image is misclassified';
  const most = Math.max(...images.map(({ probabilities, label }) => probabilities[label]));
  const share = `${Number((most * 100).toPrecision(1))}%`;
  return images.length === 1
    ? `In the only mistake, the true class has a probability of ${share}`
    : `In the ${images.length} worst mistakes, the true class has a probability of at most ${share}`;
}
