/** The weights from the pixels to units of the first layer, as images, with the class that each unit favors. */

import { count, list, MOST_NAMED, percent, plural } from '../core/format.ts';
import { fromPlanes } from '../data/image-shape.ts';
import type { FavoredClass, FirstLayer } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet, shownOf } from './figure.ts';
import { type ImageSource, imageSource, signedSource } from './image.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

export interface FirstLayerOptions extends FigureOptions {
  /** Largest number of units; 24 by default. */
  readonly most?: number;
}

/** The share of weights within the color scale; the few larger ones are clipped. */
const QUANTILE = 0.98;

/** The units with the largest weights, one image each, all on one color scale. */
export function drawFirstLayer(
  layer: FirstLayer,
  classNames: readonly string[],
  { most = 24, ...options }: FirstLayerOptions,
): Figure {
  const { weights, units, width, height, channels } = layer;
  const shown = weights.slice(0, most);
  const favored = layer.favored.slice(0, most);
  const names = [...new Set(favored.flatMap((class_) => (class_ === undefined ? [] : [class_.label])))];
  const sheet = new Sheet(options, {
    name: 'first-layer',
    title: `The ${plural(shown.length, 'strongest unit', 'strongest units')} of the first layer favor ${names.length === classNames.length ? 'all' : names.length} of ${count(classNames.length)} classes`,
    facts: `${shownOf(shown.length, weights.length, 'unit')}, largest weights first; the class that activates the unit most, and its share of the activation`,
  });
  const limit = limitOf(shown);
  if (channels === 1)
    sheet.row([
      signedLegend(options.document, {
        width: Math.min(sheet.width, 320),
        limit,
        label: 'weight (larger weights are clipped)',
      }),
    ]);
  else
    sheet.paragraph(
      `The weights of red, green and blue are shown as the red, green and blue of an image: middle gray is 0, brighter is positive, up to ` +
        `${limit.toPrecision(2)}, and darker is negative. Larger weights are clipped.`,
    );
  const items = shown.map((row, i) => ({
    image: weightsSource(row, limit, layer),
    lines: linesOf(favored[i], units[i], classNames),
  }));
  sheet.row([tiles(sheet, items, { least: 76, most: 6, shape: layer, gap: 10 })]);
  const largest = shown.reduce(
    (most, row) => row.reduce((m, weight) => Math.max(m, Math.abs(weight)), most),
    0,
  );
  const colors = channels === 1 ? 'blue negative, red positive' : 'dark negative, bright positive, by color';
  return sheet.figure(
    `The weights from ${width} by ${height} pixels to each of ${shownOf(shown.length, weights.length, 'unit')} of the first ` +
      `layer, as images: ${colors}, the largest ${largest.toPrecision(3)} in size. ` +
      `Unit ${units[0]} has the largest norm. The classes that they favor: ${list(
        names.map((label) => classNames[label]),
        MOST_NAMED,
      )}.`,
  );
}

/** The favored class with its share, and the number of the unit. */
function linesOf(favored: FavoredClass | undefined, unit: number, names: readonly string[]): string[] {
  if (favored === undefined) return ['dead', `unit ${unit}`];
  return [names[favored.label], `${percent(favored.share, 0)}, unit ${unit}`];
}

/** Nearly the largest of all weights. */
function limitOf(weights: readonly Float32Array[]): number {
  const sizes = new Float32Array(weights.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of weights) for (const weight of row) sizes[at++] = Math.abs(weight);
  sizes.sort();
  return sizes[Math.floor((sizes.length - 1) * QUANTILE)] ?? 0;
}

/** One unit's weights [channel, height, width] as an image. */
function weightsSource(weights: Float32Array, limit: number, shape: FirstLayer): ImageSource {
  if (shape.channels === 1) return signedSource(weights, limit, shape);
  const bytes = Uint8Array.from(weights, (weight) => {
    const share = limit > 0 ? Math.max(-1, Math.min(1, weight / limit)) : 0;
    return Math.round(127.5 + 127.5 * share);
  });
  return imageSource(fromPlanes(bytes, shape), shape);
}
