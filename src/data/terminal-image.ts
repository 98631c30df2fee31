/**
 * Images as text: two pixels in one character by the upper half block, in 24-bit or 256 colors, or a ramp of plain
 * characters. Pure: the caller knows what the terminal can show.
 */

import type { ImageShape } from './image-shape.ts';
import { reducedShape, reduceImage } from './reduce-image.ts';

/** Color support of a terminal. */
export type TerminalColors = 'truecolor' | '256' | 'ascii';

/** Dark to light on a dark terminal. */
const ramp = ' .:-=+*#%@';
const reset = '\x1b[0m';

type Color = readonly [red: number, green: number, blue: number];

/**
 * One image as lines of text, `width` columns wide and `height / 2` (rounded up) lines high.
 * @param columns characters across: an image that is wider is made smaller
 */
export function imageLines(
  image: Uint8Array,
  shape: ImageShape,
  colors: TerminalColors,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const by = reduction(shape, columns);
  const pixels = reduceImage(image, shape, by);
  const { height, width, channels } = reducedShape(shape, by);
  const black: Color = [0, 0, 0];
  const colorAt = (x: number, y: number): Color => {
    if (y >= height) return black;
    const at = (y * width + x) * channels;
    return channels === 1
      ? [pixels[at], pixels[at], pixels[at]]
      : [pixels[at], pixels[at + 1], pixels[at + 2]];
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    let before = '';
    for (let x = 0; x < width; x++) {
      const [top, bottom] = [colorAt(x, y), colorAt(x, y + 1)];
      if (colors === 'ascii') {
        line += ramp[Math.round(((brightness(top) + brightness(bottom)) / 2 / 255) * (ramp.length - 1))];
        continue;
      }
      // A color is valid until the next one: writing it once per run makes the text ten times shorter.
      const color = `\x1b[${colorCode(38, top, colors)};${colorCode(48, bottom, colors)}m`;
      line += color === before ? '▀' : `${color}▀`;
      before = color;
    }
    lines.push(colors === 'ascii' ? line : line + reset);
  }
  return lines;
}

/** Pixels across that become one, for an image to fit. */
function reduction({ width }: ImageShape, columns: number): number {
  return Math.max(1, Math.ceil(width / Math.max(1, columns)));
}

/** How bright a color looks, 0 to 255: Rec. 601. */
function brightness([red, green, blue]: Color): number {
  return (299 * red + 587 * green + 114 * blue) / 1000;
}

/** `layer` is 38 for the foreground, 48 for the background. */
function colorCode(layer: 38 | 48, color: Color, colors: TerminalColors): string {
  return colors === 'truecolor' ? `${layer};2;${color.join(';')}` : `${layer};5;${paletteIndex(color)}`;
}

/** The levels of each channel in the cube of 6 by 6 by 6 colors, which begins at 16. */
const levels = [0, 95, 135, 175, 215, 255];

/** The nearest of the 256 colors: of a gray one of the 24 grays from 232 (8) to 255 (238), black (16) or white (231). */
function paletteIndex([red, green, blue]: Color): number {
  if (red === green && green === blue) {
    const step = Math.round((red - 8) / 10);
    return step < 0 ? 16 : step > 23 ? 231 : 232 + step;
  }
  const [r, g, b] = [red, green, blue].map((value) =>
    levels.reduce(
      (best, level, i) => (Math.abs(level - value) < Math.abs(levels[best] - value) ? i : best),
      0,
    ),
  );
  return 16 + 36 * r + 6 * g + b;
}

/** A picture with a caption, for {@link imageGrid}. */
export interface CaptionedImage {
  readonly pixels: Uint8Array;
  readonly caption: string;
}

export interface GridOptions {
  /** Of every image. */
  readonly shape: ImageShape;
  readonly colors: TerminalColors;
  /** Characters across. */
  readonly columns: number;
}

/** Characters between two images. */
const GAP = 2;
/** A small image is given as much room as its caption takes, up to this. */
const CAPTION = 16;

/**
 * Images side by side under their captions, as many to a row as fit into `columns`; an image that is wider than that is
 * made smaller, and a caption that is longer than its image and 16 characters is cut.
 */
export function imageGrid(
  images: readonly CaptionedImage[],
  { shape, colors, columns }: GridOptions,
): string[] {
  const small = reducedShape(shape, reduction(shape, columns));
  const longest = images.reduce((most, { caption }) => Math.max(most, [...caption].length), 0);
  const width = Math.max(small.width, Math.min(longest, CAPTION, columns));
  const perRow = Math.max(1, Math.floor((columns + GAP) / (width + GAP)));
  const beside = (parts: readonly string[]): string => parts.join(' '.repeat(GAP));
  const lines: string[] = [];
  for (let start = 0; start < images.length; start += perRow) {
    const row = images.slice(start, start + perRow);
    if (start > 0) lines.push('');
    lines.push(beside(row.map(({ caption }) => fit(caption, width))).trimEnd());
    const drawn = row.map(({ pixels }) => imageLines(pixels, shape, colors, columns));
    const padding = ' '.repeat(width - small.width);
    for (let y = 0; y < drawn[0].length; y++)
      lines.push(beside(drawn.map((image, i) => image[y] + (i < drawn.length - 1 ? padding : ''))));
  }
  return lines;
}

function fit(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text + ' '.repeat(width - characters.length);
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
