/** The test images of the report's cells and dots, on one sheet for all runs, as one PNG. */

import { type ImageShape, imageSize } from '../data/image-shape.ts';
import { reducedShape, reduceImage } from '../data/reduce-image.ts';
import { imageUri } from '../figures/image.ts';
import { inDark, runColor } from '../figures/theme.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { PageData, PageRun } from './page/page.ts';

/** A confidence of 1 in the data of the page. */
const CERTAIN = 10_000;
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
  /** Largest side of an image in pixels. */
  readonly side: number;
  /** Share of the maps' images. */
  readonly mapShare: number;
}

/** All images of every cell. */
const ALL = Number.POSITIVE_INFINITY;

/**
 * Everything, then less and less: first the cells with the most images, which hold correct predictions, lose
 * some, then images get smaller, then the other cells lose some, then the maps.
 */
const extents: readonly Extent[] = [
  ...[ALL, 400, 200, 100].map((perCell) => ({ side: 128, perCell, mapShare: 1 })),
  ...[128, 64, 32].flatMap((side) => [48, 24, 12, 6].map((perCell) => ({ side, perCell, mapShare: 1 }))),
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
  // Small images are the same at several sides.
  const tried = extents.filter(
    (extent, i) =>
      extents.findIndex(
        (other) =>
          reductionTo(other.side, shape) === reductionTo(extent.side, shape) &&
          other.perCell === extent.perCell &&
          other.mapShare === extent.mapShare,
      ) === i,
  );
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

/** Side of the squares of pixels that are averaged to one, so that no side is longer than `side`. */
function reductionTo(side: number, { width, height }: ImageShape): number {
  return Math.ceil(Math.max(width, height) / side);
}

/** A test image by its number in the split. */
interface Shown {
  readonly number: number;
  readonly pixels: Uint8Array;
}

/** Which images are on the sheet, in the order of their numbers. */
class Layout {
  readonly #inspections: readonly Inspection[];
  readonly #shown: readonly Shown[];
  /** Side of the squares of pixels that are averaged to one. */
  readonly #by: number;

  constructor(inspections: readonly Inspection[], extent: Extent) {
    this.#inspections = inspections;
    this.#by = reductionTo(extent.side, inspections[0].data);
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
        labels: this.#shown.map(({ number }) => this.#inspections[0].predictions.labels[number]),
        runs: this.#inspections.map((inspection, place) => pageRun(inspection, place, places)),
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

/** The predictions of a run for the images on the sheet. */
function pageRun(
  { run, map, predictions, evaluation: { confusion } }: Inspection,
  place: number,
  places: ReadonlyMap<number, number>,
): PageRun {
  const classes = confusion.length;
  const counts = confusion.flatMap((row, actual) =>
    row.flatMap((count, predicted) =>
      count === 0 ? [] : [[String(actual * classes + predicted), count] as const],
    ),
  );
  const numbers = [...places.keys()];
  const color = runColor(place);
  return {
    name: run,
    color: `light-dark(${color}, ${inDark(color)})`,
    counts: Object.fromEntries(counts),
    predicted: numbers.map((number) => predictions.predicted[number]),
    confidence: numbers.map((number) => Math.round(predictions.confidence[number] * CERTAIN)),
    map: {
      places: Array.from(map.indices, (number) => places.get(number) ?? -1),
      numbers: [...map.indices],
      labels: [...map.labels],
      predicted: [...map.predicted],
    },
  };
}
