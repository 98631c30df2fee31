/** The most confidently wrong images. */

import { count, list, percent, plural } from '../core/format.ts';
import type { PredictedImage } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageSource } from './image.ts';
import type { ImageSet } from './predictions.ts';
import { tiles } from './tiles.ts';

/** Options of `drawTopLosses`. */
export interface TopLossesOptions extends FigureOptions {
  /** Largest number of images; 15 by default. */
  readonly most?: number;
}

/** Wrongly classified images with the largest loss, each with its true class, its prediction and its loss. */
export function drawTopLosses(
  images: readonly PredictedImage[],
  set: ImageSet,
  { most = 15, ...options }: TopLossesOptions,
): Figure {
  const shown = images.slice(0, most);
  const sheet = new Sheet(options, {
    name: 'top-losses',
    title: 'The most confidently wrong images',
    facts: shown.length === 0 ? 'no mistakes' : 'the largest losses (NLL, nats) first',
  });
  const items = shown.map((image) => ({
    image: imageSource(image.pixels, set),
    lines: [
      `label: ${set.classNames[image.label]}`,
      `predicted: ${set.classNames[image.predicted]}`,
      `with ${percent(image.probabilities[image.predicted])}`,
      `loss ${image.loss.toFixed(2)}`,
    ],
    hint: `image ${count(image.index)}`,
  }));
  if (items.length > 0) sheet.row([tiles(sheet, items, { least: 96, most: 5, shape: set, gap: 14 })]);
  const said = shown
    .slice(0, 3)
    .map(
      ({ label, predicted, probabilities, loss }) =>
        `${set.classNames[label]} predicted as ${set.classNames[predicted]} with ${percent(probabilities[predicted])} ` +
        `(loss ${loss.toFixed(2)} nats)`,
    );
  return sheet.figure(
    shown.length === 0
      ? 'No image was misclassified.'
      : `${plural(shown.length, 'misclassified image')} with the largest loss. First: ${list(said)}.`,
  );
}
