/** The test images behind the report's cells and dots: gathered once for all runs, on one sheet, as one PNG. */

import { grayImage, type Size } from '../figures/image.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { PageData, PageRun } from './page/page.ts';

/** Images behind a cell: as many as there is room for. */
const PER_CELL = [24, 12, 6, 3, 1] as const;
/** To a row of the sheet, so that neither side of it grows past what browsers decode. */
const COLUMNS = 64;

/** The sheet as a data URI, and what the page's script reads. */
export interface ImageSheet {
  readonly uri: string;
  readonly data: PageData;
}

/** A test image by its number in the split. */
interface Picture {
  readonly pixels: Uint8Array;
  readonly label: number;
}

/**
 * Lays out the images that the matrices and maps of some runs show. All runs are of the same test split.
 * @param room characters that the sheet may take; at the least, one image of each cell and the maps' are in it
 */
export function layOutImages(inspections: readonly Inspection[], room: number): ImageSheet {
  let sheet: ImageSheet | undefined;
  for (const perCell of PER_CELL) {
    sheet = layOut(inspections, perCell);
    if (sheet.uri.length <= room) break;
  }
  return sheet!;
}

function layOut(inspections: readonly Inspection[], perCell: number): ImageSheet {
  const { width, height, classNames } = inspections[0].data;
  const shown = [...gather(inspections, perCell)].sort(([a], [b]) => a - b);
  const places = new Map(shown.map(([number], place) => [number, place]));
  const images = shown.map(([, { pixels }]) => pixels);
  return {
    uri: grayImage(...drawSheet(images, { width, height })),
    data: {
      classNames,
      sheet: { columns: COLUMNS, width, height },
      numbers: shown.map(([number]) => number),
      labels: shown.map(([, { label }]) => label),
      runs: inspections.map((inspection) => pageRun(inspection, places, perCell)),
    },
  };
}

function gather(inspections: readonly Inspection[], perCell: number): Map<number, Picture> {
  const pictures = new Map<number, Picture>();
  for (const { cells, map, mapImages, data } of inspections) {
    for (const cell of cells.flat())
      for (const image of cell.slice(0, perCell)) pictures.set(image.index, image);
    const size = data.width * data.height;
    map.indices.forEach((number, i) => {
      const pixels = mapImages.subarray(i * size, (i + 1) * size);
      pictures.set(number, { pixels, label: map.labels[i] });
    });
  }
  return pictures;
}

function drawSheet(images: readonly Uint8Array[], { width, height }: Size): [pixels: Uint8Array, size: Size] {
  const stride = COLUMNS * width;
  const rows = Math.max(1, Math.ceil(images.length / COLUMNS));
  const pixels = new Uint8Array(stride * rows * height);
  images.forEach((image, place) => {
    const corner = Math.floor(place / COLUMNS) * height * stride + (place % COLUMNS) * width;
    for (let y = 0; y < height; y++)
      pixels.set(image.subarray(y * width, (y + 1) * width), corner + y * stride);
  });
  return [pixels, { width: stride, height: rows * height }];
}

function pageRun(
  { run, cells, map, evaluation }: Inspection,
  places: ReadonlyMap<number, number>,
  perCell: number,
): PageRun {
  const placesOf = (numbers: ArrayLike<number>): number[] =>
    Array.from(numbers, (number) => places.get(number) ?? 0);
  return {
    name: run,
    cells: cells.flatMap((row, actual) =>
      row.map((cell, predicted) => {
        const shown = cell.slice(0, perCell);
        return {
          count: evaluation.confusion[actual][predicted],
          places: placesOf(shown.map(({ index }) => index)),
          sureness: shown.map(({ probabilities }) => Math.round(probabilities[predicted] * 1000)),
        };
      }),
    ),
    map: { places: placesOf(map.indices), predicted: [...map.predicted] },
  };
}
