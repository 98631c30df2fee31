/** Shows how a picture was prepared, as text and on the terminal. */

import type { ImageShape } from '../../data/image-shape.ts';
import type { PreparationFacts } from '../../data/prepare.ts';
import { imageLines } from '../../data/terminal-image.ts';
import type { CliContext } from '../context.ts';
import { terminalColors } from './images.ts';

/** The steps of the preparation: `cropped to 310x214 at 240, 122`, `light and dark swapped`. */
export function preparationNotes({ crop, nothingFound, ground, inverted }: PreparationFacts): string[] {
  const notes: string[] = [];
  if (crop !== null) {
    const [left, top, width, height] = [crop.left, crop.top, crop.width, crop.height].map(Math.round);
    notes.push(`cropped to ${width}x${height} at ${left}, ${top}`);
  }
  if (nothingFound) notes.push('no object found against the background: the whole picture is used');
  if (ground !== null) notes.push(`${colorName(ground)} behind transparent pixels`);
  if (inverted) notes.push('light and dark swapped');
  return notes;
}

function colorName(color: readonly [number, number, number]): string {
  const name = color.join(',');
  return name === '255,255,255' ? 'white' : name === '0,0,0' ? 'black' : `the color ${name}`;
}

/** The image on the terminal. */
export function seenPicture(pixels: Uint8Array, shape: ImageShape, context: CliContext): string {
  return imageLines(pixels, shape, terminalColors(context), context.columns).join('\n');
}
