/** A grid of small images with lines of text under each, in as many columns as fit. */

import * as Plot from '@observablehq/plot';
import { chart, SMALL } from './chart.ts';
import type { Sheet } from './figure.ts';
import { drawnSize, type ImageSource, imageLook, type Size } from './image.ts';
import { fitApart } from './text.ts';
import { colors } from './theme.ts';

/** One image and its text. */
export interface Tile {
  readonly image: ImageSource;
  /** Short lines, cut to fit. */
  readonly lines: readonly string[];
  /** Color of the lines; muted by default. */
  readonly fill?: string;
  /** Tooltip of the image. */
  readonly hint?: string;
}

export interface TileOptions {
  /** Pixels of all columns; the sheet's by default. */
  readonly width?: number;
  /** Smallest width of a tile in pixels. */
  readonly least: number;
  /** Largest number of columns. */
  readonly most?: number;
  /** All images have this shape. */
  readonly shape: Size;
  readonly gap?: number;
}

const LINE = 14;

/** The tiles row by row. */
export function tiles(
  sheet: Sheet,
  items: readonly Tile[],
  { width = sheet.width, least, most = 100, shape, gap = 8 }: TileOptions,
): SVGSVGElement {
  const fitting = Math.max(1, Math.min(most, items.length, Math.floor((width + gap) / (least + gap))));
  // The fewest rows, evenly filled.
  const columns = Math.max(1, Math.ceil(items.length / Math.ceil(items.length / fitting)));
  const size = (width - gap * (columns - 1)) / columns;
  const image = drawnSize(shape, size);
  const lines = Math.max(0, ...items.map((item) => item.lines.length));
  const rowHeight = image.height + lines * LINE + (lines > 0 ? 6 : 0) + gap;
  const rows = Math.ceil(items.length / columns);
  const left = (i: number): number => (i % columns) * (size + gap);
  const top = (i: number): number => Math.floor(i / columns) * rowHeight;
  const isBold = (k: number): boolean => k === 0 && lines > 1;
  // Line by line over all tiles, as names with the same beginning must be told apart.
  const fitted = Array.from({ length: lines }, (_, k) =>
    fitApart(
      items.map((item) => item.lines[k] ?? ''),
      SMALL,
      size + gap - 4,
      { bold: isBold(k) },
    ),
  );
  const captions = items.flatMap((item, i) =>
    item.lines.map((_, k) => {
      return {
        text: fitted[k][i],
        bold: isBold(k),
        x: left(i),
        y: top(i) + image.height + 12 + k * LINE,
        fill: item.fill ?? colors.muted,
      };
    }),
  );
  const caption = (bold: boolean) =>
    Plot.text(
      captions.filter((line) => line.bold === bold),
      {
        x: 'x',
        y: 'y',
        text: 'text',
        fill: 'fill',
        fontSize: SMALL,
        fontWeight: bold ? 600 : 400,
        textAnchor: 'start',
      },
    );
  return chart(sheet.document, {
    width,
    height: Math.max(1, rows * rowHeight),
    margin: 0,
    x: { type: 'identity', axis: null },
    y: { type: 'identity', axis: null },
    marks: [
      Plot.image(items, {
        x: (_, i) => left(i) + image.width / 2,
        y: (_, i) => top(i) + image.height / 2,
        ...image,
        src: (item: Tile) => item.image(image.width * sheet.detail),
        ...imageLook(shape, image.width),
        ...(items.some((item) => item.hint !== undefined) ? { title: (item: Tile) => item.hint ?? '' } : {}),
      }),
      caption(true),
      caption(false),
    ],
  });
}
