/** One training image enlarged until its numbers can be read. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { count, plural } from '../core/format.ts';
import type { DatasetOverview } from '../inspect/inspection.ts';
import { chart, SMALL } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawnSize, imageLook, imageSource, type Size } from './image.ts';
import { colors } from './theme.ts';

export interface PixelsOptions extends FigureOptions {
  /** Index in `data.samples`; the first by default. */
  readonly sample?: number;
}

/** Smallest size of an enlarged pixel with one number, and with three. */
const ROOM_FOR_ONE = 25;
const ROOM_FOR_THREE = 38;
/** Pixels left of the values, for the axis. */
const LEFT = 44;
/** Largest size of an enlarged pixel. */
const LARGEST = 80;
/** Pixels for an image as a whole, and between it and its part. */
const WHOLE = 186;
const GAP = 22;
/** Largest image whose whole picture tells the value of a pixel under the pointer. */
const MOST_POINTED = 1100;

/** A part of an image. */
interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * One of the samples with the value of every pixel written into it; for a large one, of a part with edges.
 */
export function drawPixels(data: DatasetOverview, options: PixelsOptions): Figure {
  const { width, height, channels } = data;
  const { pixels, label, index } = data.samples[options.sample ?? 0];
  const name = data.classNames[label];
  const sheet = new Sheet(options, {
    name: 'pixels',
    title: `To the network, this ${name} is ${plural(pixels.length, 'number')} from 0 to 255`,
    facts: `training image ${count(index)}, ${width} × ${height} pixels from 0 (black) to 255 (${channels === 1 ? 'white' : 'full red, green or blue'})`,
  });
  const least = channels === 1 ? ROOM_FOR_ONE : ROOM_FOR_THREE;
  const readable = (across: number): number => Math.max(1, Math.floor((across - LEFT - 4) / least));
  const isPart = Math.max(width, height) > readable(sheet.width);
  const beside = isPart && !sheet.narrow;
  const across = sheet.width - (beside ? WHOLE + GAP : 0);
  const shown = partOf(pixels, data, readable(across));
  const values = drawValues(sheet, data, pixels, shown, across);
  const whole = drawWhole(sheet, data, pixels, shown);
  const headings = ['The image', 'The framed part'];
  if (!isPart) sheet.row([values]);
  else if (beside) sheet.row([whole, values], { gap: GAP, headings });
  else [whole, values].forEach((part, i) => void sheet.row([part], { headings: [headings[i]] }));
  if (channels === 3) sheet.paragraph('Each pixel shows red, green and blue from top to bottom.');
  const lit = pixels.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const part = isPart
    ? `each of the ${shown.width} by ${shown.height} pixels from row ${shown.top} and column ${shown.left} on`
    : 'each pixel';
  return sheet.figure(
    `Training image ${count(index)} of ${data.dataset}, labeled ${name}, ${width} by ${height} pixels${channels === 3 ? ' in red, green and blue' : ''}, enlarged, with the value of ` +
      `${part} written into it. ${count(lit)} of ${count(pixels.length)} ${channels === 1 ? 'pixels' : 'values'} are above 0; their mean is ` +
      `${mean.toFixed(1)} and the largest is ${pixels[argMax(pixels)]}.`,
  );
}

/** A part of an image of limited size: its middle, or where neighbors differ more. */
function partOf(pixels: Uint8Array, image: DatasetOverview, most: number): Window {
  const { width, height } = image;
  const size = { width: Math.min(width, most), height: Math.min(height, most) };
  const middle = {
    ...size,
    left: Math.floor((width - size.width) / 2),
    top: Math.floor((height - size.height) / 2),
  };
  let best = { part: middle, contrast: contrastOf(cutOut(pixels, image, middle), image.channels) };
  const step = Math.max(1, Math.ceil(Math.min(size.width, size.height) / 2));
  for (let top = 0; top + size.height <= height; top += step) {
    for (let left = 0; left + size.width <= width; left += step) {
      const part = { ...size, left, top };
      const contrast = contrastOf(cutOut(pixels, image, part), image.channels);
      if (contrast > best.contrast) best = { part, contrast };
    }
  }
  return best.part;
}

/** Sum of the differences of each value from its left neighbor. */
function contrastOf(values: Uint8Array, channels: number): number {
  return values.reduce(
    (sum, value, i) => (i < channels ? 0 : sum + Math.abs(value - values[i - channels])),
    0,
  );
}

/** A large image with a frame around the part that is enlarged. */
function drawWhole(sheet: Sheet, data: DatasetOverview, pixels: Uint8Array, part: Window): SVGSVGElement {
  const drawn = drawnSize(data, Math.min(WHOLE, sheet.width));
  const scale = { x: drawn.width / data.width, y: drawn.height / data.height };
  const places = data.width * data.height;
  const pointed = places > MOST_POINTED ? [] : Array.from({ length: places }, (_, at) => at);
  const column = (at: number): number => at % data.width;
  const row = (at: number): number => Math.floor(at / data.width);
  return chart(sheet.document, {
    ...drawn,
    margin: 0,
    x: { type: 'identity', axis: null },
    y: { type: 'identity', axis: null },
    marks: [
      Plot.image([imageSource(pixels, data)(drawn.width * sheet.detail)], {
        src: (uri: string) => uri,
        x: drawn.width / 2,
        y: drawn.height / 2,
        ...drawn,
        ...imageLook(data, drawn.width),
      }),
      Plot.rect(pointed, {
        x1: (at: number) => column(at) * scale.x,
        x2: (at: number) => (column(at) + 1) * scale.x,
        y1: (at: number) => row(at) * scale.y,
        y2: (at: number) => (row(at) + 1) * scale.y,
        fill: 'none',
        pointerEvents: 'all',
        title: (at: number) =>
          `column ${column(at)}, row ${row(at)}: ${pixels.subarray(at * data.channels, (at + 1) * data.channels).join(', ')}`,
      }),
      ...[colors.paper, colors.ink].map((stroke, i) =>
        Plot.rect([part], {
          pointerEvents: 'none',
          x1: part.left * scale.x - i,
          x2: (part.left + part.width) * scale.x + i,
          y1: part.top * scale.y - i,
          y2: (part.top + part.height) * scale.y + i,
          stroke,
          fill: 'none',
        }),
      ),
    ],
  });
}

/** Pixels with their values, large enough to be read. */
function drawValues(
  sheet: Sheet,
  data: DatasetOverview,
  pixels: Uint8Array,
  part: Window,
  across: number,
): SVGSVGElement {
  const { channels } = data;
  const [left, bottom] = [LEFT, 36];
  const cell = Math.min(LARGEST, (across - left - 4) / part.width);
  const cut = cutOut(pixels, data, part);
  const places = Array.from({ length: part.width * part.height }, (_, at) => ({
    x: part.left + (at % part.width),
    y: part.top + Math.floor(at / part.width),
    values: cut.subarray(at * channels, (at + 1) * channels),
  }));
  const fontSize = Math.max(SMALL, cell * (channels === 1 ? 0.36 : 0.24));
  const numbers = (fill: string, wanted: (brightness: number) => boolean): Plot.Markish[] =>
    Array.from({ length: channels }, (_, channel) =>
      Plot.text(
        places.filter(({ values }) => wanted(brightnessOf(values))),
        {
          x: 'x',
          y: 'y',
          text: ({ values }: (typeof places)[number]) => String(values[channel]),
          fill,
          fontSize,
          dy: (channel - (channels - 1) / 2) * fontSize,
        },
      ),
    );
  const axis = (from: number, length: number, name: string) => ({
    ticks: ticksOf(from, length, part.width),
    tickFormat: String,
    label: `${name} (pixel)`,
    labelArrow: 'none',
    labelAnchor: 'center',
  });
  return chart(sheet.document, {
    width: left + cell * part.width + 4,
    height: cell * part.height + bottom + 4,
    marginLeft: left,
    marginRight: 4,
    marginTop: 4,
    marginBottom: bottom,
    x: {
      domain: [part.left - 0.5, part.left + part.width - 0.5],
      ...axis(part.left, part.width, 'column'),
    } as Plot.ScaleOptions,
    y: {
      domain: [part.top + part.height - 0.5, part.top - 0.5],
      ...axis(part.top, part.height, 'row'),
    } as Plot.ScaleOptions,
    marks: [
      Plot.image(
        [imageSource(cut, { width: part.width, height: part.height, channels })(cell * part.width)],
        {
          src: (uri: string) => uri,
          x: part.left + (part.width - 1) / 2,
          y: part.top + (part.height - 1) / 2,
          width: cell * part.width,
          height: cell * part.height,
          preserveAspectRatio: 'none',
          imageRendering: 'pixelated',
        },
      ),
      ...numbers('#fff', (value) => value < 128),
      ...numbers('#000', (value) => value >= 128),
    ],
  });
}

/** The bytes of a part of an image. */
function cutOut(pixels: Uint8Array, { width, channels }: DatasetOverview, part: Window): Uint8Array {
  const cut = new Uint8Array(part.width * part.height * channels);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * width + part.left) * channels;
    cut.set(pixels.subarray(from, from + part.width * channels), y * part.width * channels);
  }
  return cut;
}

/** Perceived brightness of a pixel, 0 to 255, with the weights of Rec. 601. */
function brightnessOf(values: Uint8Array): number {
  if (values.length === 1) return values[0];
  return 0.299 * values[0] + 0.587 * values[1] + 0.114 * values[2];
}

function ticksOf(from: number, length: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(width / 7));
  return Array.from({ length: Math.ceil(length / every) }, (_, i) => from + i * every);
}
