/** One training image enlarged until its numbers can be read. */

import * as Plot from '@observablehq/plot';
import { count } from '../core/format.ts';
import type { DatasetOverview } from '../inspect/inspection.ts';
import { chart } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { grayImage } from './image.ts';

export interface PixelsOptions extends FigureOptions {
  /** Place in `data.samples`; the first by default. */
  readonly sample?: number;
}

/** One of the samples with the value of every pixel written into it. */
export function drawPixels(data: DatasetOverview, options: PixelsOptions): Figure {
  const { width, height } = data;
  const { pixels, label, index } = data.samples[options.sample ?? 0];
  const name = data.classNames[label];
  const sheet = new Sheet(options, {
    name: 'pixels',
    title: `One training image, ${name}, and its ${count(pixels.length)} pixel values`,
    facts: `training image ${count(index)}, ${width} × ${height} pixels from 0 (black) to 255 (white)`,
  });
  const left = 40;
  const bottom = 34;
  const cell = (sheet.width - left - 4) / width;
  const values = Array.from(pixels, (value, at) => ({ value, x: at % width, y: Math.floor(at / width) }));
  const numbers = (fill: string, wanted: (value: number) => boolean) =>
    Plot.text(
      values.filter(({ value }) => wanted(value)),
      { x: 'x', y: 'y', text: (d: { value: number }) => String(d.value), fill, fontSize: cell * 0.42 },
    );
  const tick = Math.max(1, Math.ceil(width / 7));
  const ticks = (length: number): number[] =>
    Array.from({ length: Math.ceil(length / tick) }, (_, i) => i * tick);
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: cell * height + bottom + 4,
      marginLeft: left,
      marginRight: 4,
      marginTop: 4,
      marginBottom: bottom,
      x: {
        domain: [-0.5, width - 0.5],
        ticks: ticks(width),
        tickFormat: String,
        label: 'column (pixel)',
        labelArrow: 'none',
        labelAnchor: 'center',
      },
      y: {
        domain: [height - 0.5, -0.5],
        ticks: ticks(height),
        tickFormat: String,
        label: 'row (pixel)',
        labelArrow: 'none',
        labelAnchor: 'center',
      },
      marks: [
        Plot.image([grayImage(pixels, data)], {
          src: (uri: string) => uri,
          x: (width - 1) / 2,
          y: (height - 1) / 2,
          width: cell * width,
          height: cell * height,
          preserveAspectRatio: 'none',
          imageRendering: 'pixelated',
        }),
        numbers('#fff', (value) => value < 128),
        numbers('#000', (value) => value >= 128),
      ],
    }),
  ]);
  const lit = pixels.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  return sheet.figure(
    `Training image ${count(index)} of ${data.dataset}, labeled ${name}, ${width} by ${height} pixels, enlarged with the value of ` +
      `each pixel written into it. ${count(lit)} of ${count(pixels.length)} pixels are above 0; their mean is ` +
      `${mean.toFixed(1)} and the largest is ${Math.max(...pixels)}.`,
  );
}
