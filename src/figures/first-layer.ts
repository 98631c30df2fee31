/** The weights from the pixels to each unit of the first layer, as images. */

import { fromPlanes } from '../data/image-shape.ts';
import type { FirstLayer } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet, shownOf } from './figure.ts';
import { type ImageSource, imageSource, signedSource } from './image.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

/** Options of `drawFirstLayer`. */
export interface FirstLayerOptions extends FigureOptions {
  /** Largest number of units; 60 by default. */
  readonly most?: number;
}

/** The share of weights within the color scale; the few larger ones are clipped. */
const QUANTILE = 0.98;

/** The units with the largest weights, one image each, all on one color scale. */
export function drawFirstLayer(layer: FirstLayer, { most = 60, ...options }: FirstLayerOptions): Figure {
  const { weights, units, width, height, channels } = layer;
  const shown = weights.slice(0, most);
  const sheet = new Sheet(options, {
    name: 'first-layer',
    title: 'Weights of the first layer as images',
    facts: `${shownOf(shown.length, weights.length, 'unit')}, largest norm first, with the number of each unit`,
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
    lines: [String(units[i])],
  }));
  sheet.row([tiles(sheet, items, { least: 44, most: 12, shape: layer, gap: 6 })]);
  const largest = shown.reduce(
    (most, row) => row.reduce((m, weight) => Math.max(m, Math.abs(weight)), most),
    0,
  );
  const colors = channels === 1 ? 'blue negative, red positive' : 'dark negative, bright positive, by color';
  return sheet.figure(
    `The weights from ${width} by ${height} pixels to each of ${shownOf(shown.length, weights.length, 'unit')} of the first ` +
      `layer, as images: ${colors}, the largest ${largest.toPrecision(3)} in size. ` +
      `Unit ${units[0]} has the largest norm.`,
  );
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
