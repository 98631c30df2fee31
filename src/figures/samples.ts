/** Training images of every class, and the mean of each. */

import * as Plot from '@observablehq/plot';
import { count, list } from '../core/format.ts';
import type { DatasetOverview, LabeledImage } from '../inspect/inspection.ts';
import { chart, labelRoom, namesAxis } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { grayImage } from './image.ts';
import { tiles } from './tiles.ts';

/** Narrowest that a sample is drawn, in pixels: fewer a row on a narrow sheet. */
const LEAST = 26;

/** A row of training images for each class. */
export function drawSamples(data: DatasetOverview, options: FigureOptions): Figure {
  const sheet = new Sheet(options, {
    name: 'samples',
    title: `Training images of the ${data.classNames.length} classes`,
    facts: `${data.dataset}, ${data.width} × ${data.height} pixels`,
  });
  const room = labelRoom(data.classNames, sheet.width);
  const rows = data.classNames.map((_, label) => data.samples.filter((sample) => sample.label === label));
  const longest = Math.max(1, ...rows.map((row) => row.length));
  const columns = Math.max(1, Math.min(longest, Math.floor((sheet.width - room) / LEAST)));
  const cell = Math.min(rows.length > 20 ? 36 : 64, (sheet.width - room) / columns);
  const ratio = data.height / data.width;
  const placed = rows.flatMap((row) => row.slice(0, columns).map((sample, column) => ({ sample, column })));
  sheet.row([
    chart(options.document, {
      width: room + cell * columns,
      height: cell * ratio * rows.length,
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
      y: { ...namesAxis(data.classNames, room), padding: 0, round: false },
      marks: [
        Plot.image(placed, {
          src: ({ sample }: { sample: LabeledImage }) => grayImage(sample.pixels, data),
          x: 'column',
          y: ({ sample }: { sample: LabeledImage }) => sample.label,
          width: cell - 2,
          height: cell * ratio - 2,
          preserveAspectRatio: 'none',
          imageRendering: 'pixelated',
        }),
      ],
    }),
  ]);
  return sheet.figure(
    `${count(placed.length)} training images of ${data.dataset}, up to ${columns} of each class, a row for each: ` +
      `${list(data.classNames)}.`,
  );
}

/** The mean of each class's training images. */
export function drawMeanImages(data: DatasetOverview, options: FigureOptions): Figure {
  const sheet = new Sheet(options, {
    name: 'mean-images',
    title: 'The mean training image of each class',
    facts: `${data.dataset}, each pixel averaged over the class`,
  });
  const items = data.meanImages.map((pixels, label) => ({
    image: grayImage(pixels, data),
    lines: [data.classNames[label]],
  }));
  const sizes = {
    width: sheet.width,
    least: 60,
    most: 10,
    ratio: data.height / data.width,
  };
  sheet.row([tiles(options.document, items, sizes)]);
  const grays = data.meanImages.map(
    (pixels) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length,
  );
  const at = (value: number): string => data.classNames[grays.indexOf(value)];
  const [darkest, brightest] = [Math.min(...grays), Math.max(...grays)];
  return sheet.figure(
    `The mean training image of each of the ${items.length} classes of ${data.dataset}. The brightest is ${at(brightest)} ` +
      `with a mean pixel value of ${brightest.toFixed(0)} of 255, the darkest ${at(darkest)} with ${darkest.toFixed(0)}.`,
  );
}
