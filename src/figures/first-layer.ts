/** What the first layer looks for: the weights from the pixels to each unit, as images. */

import type { FirstLayer } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet, shownOf } from './figure.ts';
import { signedImage } from './image.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

export interface FirstLayerOptions extends FigureOptions {
  /** At most so many units; 60 by default. */
  readonly most?: number;
}

/** The share of weights that the colors tell apart; the few larger ones are drawn as the largest. */
const QUANTILE = 0.98;

/** The units with the largest weights, one image each, all on one color scale. */
export function drawFirstLayer(
  { weights, units, width, height }: FirstLayer,
  { most = 60, ...options }: FirstLayerOptions,
): Figure {
  const shown = weights.slice(0, most);
  const sheet = new Sheet(options, {
    name: 'first-layer',
    title: 'Weights of the first layer as images',
    facts: `${shownOf(shown.length, weights.length, 'units')}, the largest norm first; a number names its unit`,
  });
  const sizes = Float32Array.from(
    shown.flatMap((row) => [...row]),
    Math.abs,
  ).sort();
  const limit = sizes[Math.floor((sizes.length - 1) * QUANTILE)] ?? 0;
  sheet.row([
    signedLegend(options.document, {
      width: Math.min(sheet.width, 320),
      limit,
      label: 'weight (larger ones are cut off)',
    }),
  ]);
  const items = shown.map((row, i) => ({
    image: signedImage(row, limit, { width, height }),
    lines: [String(units[i])],
  }));
  sheet.row([
    tiles(options.document, items, {
      width: sheet.width,
      least: 44,
      most: 12,
      ratio: height / width,
      gap: 6,
    }),
  ]);
  const largest = sizes[sizes.length - 1] ?? 0;
  return sheet.figure(
    `The weights from ${width} by ${height} pixels to each of ${shownOf(shown.length, weights.length, 'units')} of the first ` +
      `layer, as images: blue negative, red positive, the largest ${largest.toPrecision(3)} in size. ` +
      `Unit ${units[0]} has the largest norm.`,
  );
}
