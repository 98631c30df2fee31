/**
 * Gray images as text: two pixels in one character by the upper half block, in 24-bit or 256 colors, or a ramp of
 * plain characters. Pure: what the terminal can show is the caller's to know.
 */

/** How much a terminal can show. */
export type TerminalColors = 'truecolor' | '256' | 'ascii';

/** Dark to light on a dark terminal. */
const ramp = ' .:-=+*#%@';
const reset = '\x1b[0m';

/**
 * One image as lines of text, `width` columns wide and `height / 2` (rounded up) lines high.
 * @param pixels `height * width` bytes, row by row; 0 is the background
 */
export function imageLines(
  pixels: Uint8Array,
  height: number,
  width: number,
  colors: TerminalColors,
): string[] {
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    let before = '';
    for (let x = 0; x < width; x++) {
      const top = pixels[y * width + x];
      const bottom = y + 1 < height ? pixels[(y + 1) * width + x] : 0;
      if (colors === 'ascii') {
        line += ramp[Math.round(((top + bottom) / 2 / 255) * (ramp.length - 1))];
        continue;
      }
      // A color holds until the next one: saying it once per run keeps the text a tenth as long.
      const color = `\x1b[${gray(38, top, colors)};${gray(48, bottom, colors)}m`;
      line += color === before ? '▀' : `${color}▀`;
      before = color;
    }
    lines.push(colors === 'ascii' ? line : line + reset);
  }
  return lines;
}

/** `layer` is 38 for the foreground, 48 for the background. */
function gray(layer: 38 | 48, value: number, colors: TerminalColors): string {
  if (colors === 'truecolor') return `${layer};2;${value};${value};${value}`;
  // The 256 colors have 24 grays from 232 (8) to 255 (238), black is 16 and white 231.
  const step = Math.round((value - 8) / 10);
  return `${layer};5;${step < 0 ? 16 : step > 23 ? 231 : 232 + step}`;
}

/** A picture with a caption, for {@link imageGrid}. */
export interface CaptionedImage {
  readonly pixels: Uint8Array;
  readonly caption: string;
}

/**
 * Images side by side under their captions, as many to a row as fit into `columns`; a caption that is longer than
 * its image is cut.
 */
export function imageGrid(
  images: readonly CaptionedImage[],
  options: {
    readonly height: number;
    readonly width: number;
    readonly colors: TerminalColors;
    readonly columns: number;
  },
): string[] {
  const { height, width, colors, columns } = options;
  const gap = 2;
  const perRow = Math.max(1, Math.floor((columns + gap) / (width + gap)));
  const lines: string[] = [];
  for (let start = 0; start < images.length; start += perRow) {
    const row = images.slice(start, start + perRow);
    if (start > 0) lines.push('');
    lines.push(
      row
        .map(({ caption }) => fit(caption, width))
        .join(' '.repeat(gap))
        .trimEnd(),
    );
    const pictures = row.map(({ pixels }) => imageLines(pixels, height, width, colors));
    for (let y = 0; y < pictures[0].length; y++) {
      lines.push(pictures.map((picture) => picture[y]).join(' '.repeat(gap)));
    }
  }
  return lines;
}

function fit(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text + ' '.repeat(width - characters.length);
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
