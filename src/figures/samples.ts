/** Training images of every class, and the mean of each. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { count, list, MOST_NAMED, plural } from '../core/format.ts';
import type { DatasetOverview, LabeledImage } from '../inspect/inspection.ts';
import { chart, labelRoom, MOST_ROWS, namesAxis, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawnSize, imageLook, imageSource } from './image.ts';
import { tiles } from './tiles.ts';

/** Smallest and largest width of a sample in pixels; with many classes it is smaller. */
const LEAST = 26;
const MOST = 64;
const MOST_OF_MANY = 36;
/** From this number of classes on, their rows are in two columns if there is room. */
const MANY = 20;
/** Pixels between the two. */
const GAP = 24;

/** A row of training images for each class, or for the first of very many. */
export function drawSamples(data: DatasetOverview, options: FigureOptions): Figure {
  const labels = [...data.classNames.keys()].slice(0, MOST_ROWS);
  const [all, shown] = [data.classNames.length, labels.length];
  const sheet = new Sheet(options, {
    name: 'samples',
    title: `Training images of ${shown < all ? `${shown} of ` : ''}the ${count(all)} classes`,
    facts: `${data.dataset}, ${data.width} × ${data.height} pixels`,
  });
  const parts = shown > MANY && !sheet.narrow ? 2 : 1;
  const width = (sheet.width - GAP * (parts - 1)) / parts;
  const room = labelRoom(
    labels.map((label) => data.classNames[label]),
    width,
  );
  const rows = labels.map((label) => data.samples.filter((sample) => sample.label === label));
  const longest = Math.max(1, ...rows.map((row) => row.length));
  const columns = Math.max(1, Math.min(longest, Math.floor((width - room) / LEAST)));
  const cell = Math.min(shown > MANY ? MOST_OF_MANY : MOST, (width - room) / columns);
  const each = Math.ceil(shown / parts);
  sheet.row(
    Array.from({ length: parts }, (_, part) =>
      drawRows(sheet, data, labels.slice(part * each, (part + 1) * each), { rows, room, columns, cell }),
    ),
    { gap: GAP },
  );
  const placed = rows.reduce((sum, row) => sum + Math.min(columns, row.length), 0);
  return sheet.figure(
    `${count(placed)} training images of ${data.dataset}, up to ${columns} of each class, one row for each: ` +
      `${list(data.classNames, MOST_NAMED)}.`,
  );
}

/** The rows of some classes. */
function drawRows(
  sheet: Sheet,
  data: DatasetOverview,
  labels: readonly number[],
  { rows, room, columns, cell }: RowOptions,
): SVGSVGElement {
  const drawn = drawnSize(data, cell - 2);
  const placed = labels.flatMap((label) =>
    rows[label].slice(0, columns).map((sample, column) => ({ sample, column })),
  );
  return chart(sheet.document, {
    width: room + cell * columns,
    height: Math.max(TICK + 3, drawn.height + 2) * labels.length,
    marginLeft: room,
    marginRight: 0,
    marginTop: 0,
    marginBottom: 0,
    x: {
      type: 'band',
      domain: Array.from({ length: columns }, (_, i) => i),
      axis: null,
      padding: 0,
      round: false,
    },
    y: { ...namesAxis(data.classNames, room, labels), padding: 0, round: false },
    marks: [
      Plot.image(placed, {
        src: ({ sample }: { sample: LabeledImage }) =>
          imageSource(sample.pixels, data)(drawn.width * sheet.detail),
        x: 'column',
        y: ({ sample }: { sample: LabeledImage }) => sample.label,
        ...drawn,
        ...imageLook(data, drawn.width),
      }),
    ],
  });
}

interface RowOptions {
  /** The samples of each class. */
  readonly rows: readonly (readonly LabeledImage[])[];
  /** Pixels for the names. */
  readonly room: number;
  readonly columns: number;
  /** Pixels of a column. */
  readonly cell: number;
}

/** Largest number of mean images. */
const MOST_MEANS = 100;

/**
 * The mean training image of each class, or of the first of very many; classes without images are left out.
 */
export function drawMeanImages(data: DatasetOverview, options: FigureOptions): Figure {
  const training = data.balance.find(({ split }) => split === 'train')?.perClass;
  const means = data.meanImages
    .map((pixels, label) => ({ pixels, label }))
    .filter(({ label }) => training?.[label] !== 0);
  const shown = means.slice(0, MOST_MEANS);
  const without = data.classNames.length - means.length;
  const sheet = new Sheet(options, {
    name: 'mean-images',
    title: meanTitle(data, shown),
    facts:
      `${data.dataset}, each pixel averaged over the class` +
      `${shown.length < means.length ? `, the first ${shown.length} of ${count(means.length)} classes` : ''}` +
      `${without > 0 ? `, ${plural(without, 'class', 'classes')} without training images` : ''}`,
  });
  const items = shown.map(({ pixels, label }) => ({
    image: imageSource(pixels, data),
    lines: [data.classNames[label]],
  }));
  const sizes = shown.length > 2 * MANY ? { least: 58, most: 10 } : { least: 84, most: 5 };
  sheet.row([tiles(sheet, items, { ...sizes, shape: data })]);
  const levels = shown.map(({ pixels }) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length);
  const brightest = argMax(levels);
  const darkest = argMax(levels.map((level) => -level));
  const say = (at: number): string => data.classNames[shown[at].label];
  return sheet.figure(
    `The mean training image of each of ${shown.length < data.classNames.length ? '' : 'the '}${count(shown.length)} classes of ${data.dataset}. The brightest is ${say(brightest)} ` +
      `with a mean pixel value of ${levels[brightest].toFixed(0)} of 255, and the darkest is ${say(darkest)} with ${levels[darkest].toFixed(0)}.`,
  );
}

/** The two classes whose means are nearest, by the mean squared difference of their pixels. */
function meanTitle(
  { classNames }: DatasetOverview,
  means: readonly { readonly pixels: Uint8Array; readonly label: number }[],
): string {
  let nearest: { readonly pair: readonly [number, number]; readonly distance: number } | undefined;
  means.forEach(({ pixels, label }, i) => {
    for (const other of means.slice(i + 1)) {
      const distance = pixels.reduce((sum, value, k) => sum + (value - other.pixels[k]) ** 2, 0);
      if (nearest === undefined || distance < nearest.distance)
        nearest = { pair: [label, other.label], distance };
    }
  });
  if (nearest === undefined) return 'The mean training image of each class';
  const [one, other] = nearest.pair.map((label) => classNames[label]);
  return `The mean images of ${one} and ${other} are the most alike`;
}
