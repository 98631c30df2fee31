/** The test images of the report's cells and dots, on one sheet for all runs, as one PNG. */

import { type ImageShape, imageSize } from '../data/image-shape.ts';
import { reducedShape, reduceImage } from '../data/reduce-image.ts';
import { imageUri } from '../figures/image.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { PageData, PageRun } from './page/page.ts';

/** Images in a row of the sheet, so that neither side exceeds the limit of browsers. */
const COLUMNS = 64;

/** The sheet as a data URI, and the data of the page's script. */
export interface ImageSheet {
  readonly uri: string;
  readonly data: PageData;
}

/** How much of the images the sheet includes. */
interface Extent {
  /** Images behind a cell. */
  readonly perCell: number;
  /** Reduction factor of an image in both directions. */
  readonly side: number;
  /** Share of the maps' images. */
  readonly mapShare: number;
}

/** Everything, then less and less: smaller images first, then fewer in each cell, then fewer of the maps. */
const extents: readonly Extent[] = [
  ...[128, 64, 32].flatMap((side) => [24, 12, 6].map((perCell) => ({ side, perCell, mapShare: 1 }))),
  ...[3, 1].map((perCell) => ({ side: 32, perCell, mapShare: 1 })),
  ...[0.5, 0.25, 0].map((mapShare) => ({ side: 32, perCell: 1, mapShare })),
];

/**
 * Smallest number of data-URI characters per byte of pixels: layouts that are too large even so are not
 * tried.
 */
const BEST_CASE = 0.25;

/**
 * Lays out the images of the matrices and maps of several runs with the same test split.
 * @param room largest number of characters of the sheet; it always includes one image of each cell
 */
export function layOutImages(inspections: readonly Inspection[], room: number): ImageSheet {
  const shape = inspections[0].data;
  const whole = Math.max(shape.width, shape.height);
  const tried = extents.filter(({ side }) => side < 2 * whole || side === 32);
  let charactersPerByte = BEST_CASE;
  for (const extent of tried.slice(0, -1)) {
    const layout = new Layout(inspections, extent);
    if (layout.bytes * charactersPerByte > room) continue;
    const sheet = layout.draw();
    if (sheet.uri.length <= room) return sheet;
    // Compressing takes seconds, so estimate: the rest compresses about as well as this.
    charactersPerByte = (0.9 * sheet.uri.length) / layout.bytes;
  }
  return new Layout(inspections, tried[tried.length - 1]).draw();
}

/** A test image by its number in the split. */
interface Shown {
  readonly number: number;
  readonly pixels: Uint8Array;
}

/** Which images are on the sheet, in the order of their numbers. */
class Layout {
  readonly #inspections: readonly Inspection[];
  readonly #extent: Extent;
  readonly #shown: readonly Shown[];
  /** Side of the squares of pixels that are averaged to one. */
  readonly #by: number;

  constructor(inspections: readonly Inspection[], extent: Extent) {
    const { width, height } = inspections[0].data;
    this.#inspections = inspections;
    this.#extent = extent;
    this.#by = Math.ceil(Math.max(width, height) / extent.side);
    this.#shown = gather(inspections, extent);
  }

  /** Bytes of all pixels. */
  get bytes(): number {
    return (this.#shown.length * imageSize(this.#inspections[0].data)) / this.#by ** 2;
  }

  draw(): ImageSheet {
    const { data } = this.#inspections[0];
    const images = this.#shown.map(({ pixels }) => reduceImage(pixels, data, this.#by));
    const shape: ImageShape = reducedShape(data, this.#by);
    const { width, height } = shape;
    const places = new Map(this.#shown.map(({ number }, place) => [number, place]));
    const sheet = drawSheet(images, shape);
    return {
      uri: imageUri(sheet.pixels, sheet.shape),
      data: {
        classNames: data.classNames,
        sheet: { columns: COLUMNS, width, height },
        numbers: this.#shown.map(({ number }) => number),
        runs: this.#inspections.map((inspection) => pageRun(inspection, places, this.#extent.perCell)),
      },
    };
  }
}

/** Each image once, whatever shows it. */
function gather(inspections: readonly Inspection[], { perCell, mapShare }: Extent): Shown[] {
  const images = new Map<number, Uint8Array>();
  for (const { cells, map, mapImages, data } of inspections) {
    for (const cell of cells)
      for (const { index, pixels } of cell.images.slice(0, perCell)) images.set(index, pixels);
    const size = imageSize(data);
    map.indices.subarray(0, Math.ceil(map.indices.length * mapShare)).forEach((number, i) => {
      images.set(number, mapImages.subarray(i * size, (i + 1) * size));
    });
  }
  return [...images].sort(([a], [b]) => a - b).map(([number, pixels]) => ({ number, pixels }));
}

/** Images in rows, as one image. */
function drawSheet(
  images: readonly Uint8Array[],
  { width, height, channels }: ImageShape,
): { pixels: Uint8Array; shape: ImageShape } {
  const [line, stride] = [width * channels, COLUMNS * width * channels];
  const rows = Math.max(1, Math.ceil(images.length / COLUMNS));
  const pixels = new Uint8Array(stride * rows * height);
  images.forEach((image, place) => {
    const corner = Math.floor(place / COLUMNS) * height * stride + (place % COLUMNS) * line;
    for (let y = 0; y < height; y++)
      pixels.set(image.subarray(y * line, (y + 1) * line), corner + y * stride);
  });
  return { pixels, shape: { width: COLUMNS * width, height: rows * height, channels } };
}

function pageRun(
  { run, cells, map, evaluation: { confusion } }: Inspection,
  places: ReadonlyMap<number, number>,
  perCell: number,
): PageRun {
  const classes = confusion.length;
  const shown = new Map(cells.map((cell) => [cell.actual * classes + cell.predicted, cell.images]));
  const pageCells = confusion.flatMap((row, actual) =>
    row.flatMap((count, predicted) => {
      if (count === 0) return [];
      const key = actual * classes + predicted;
      const images = (shown.get(key) ?? []).slice(0, perCell);
      const cell = {
        count,
        places: images.map(({ index }) => places.get(index) ?? -1),
        sureness: images.map(({ probabilities }) => Math.round(probabilities[predicted] * 1000)),
      };
      return [[String(key), cell] as const];
    }),
  );
  return {
    name: run,
    cells: Object.fromEntries(pageCells),
    map: {
      places: Array.from(map.indices, (number) => places.get(number) ?? -1),
      numbers: [...map.indices],
      labels: [...map.labels],
      predicted: [...map.predicted],
    },
  };
}
