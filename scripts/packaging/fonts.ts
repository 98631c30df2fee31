/** The font of PNG figures: Inter with the characters that figures can have, from the package that has all weights. */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';
import { fontSources } from '../../src/platform/node/images/fonts.ts';
import { folders } from './packages.ts';

/**
 * Latin with its accents and extensions, Greek and Cyrillic, in which classes may be named; punctuation, currency, letterlike
 * symbols, arrows and mathematics. Inter has no other scripts.
 */
const ranges = [
  [0x20, 0x24f],
  [0x2b0, 0x52f],
  [0x1e00, 0x1eff],
  [0x2010, 0x2122],
  [0x2190, 0x22ff],
  [0x25a0, 0x25ff],
] as const;

/** Whether the font of the package has a character, as far as Inter has it. */
export function keepsCharacter(code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

/** A font of the package: the kept characters of a whole font file. */
export async function fontOf(source: string): Promise<Uint8Array> {
  const characters = ranges
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .map((code) => String.fromCodePoint(code))
    .join('');
  const whole = readFileSync(fileURLToPath(import.meta.resolve(source)));
  // Family and weight, by which a renderer finds the font; and copyright and license.
  const preserveNameIds = [0, 1, 2, 13, 14, 16, 17];
  return await subsetFont(whole, characters, { targetFormat: 'truetype', preserveNameIds });
}

/** Writes fonts/ of the larger package. */
export async function writeFonts(): Promise<void> {
  const folder = join(folders.couture, 'fonts');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, source] of Object.entries(fontSources))
    writeFileSync(join(folder, name), await fontOf(source));
  const license = fileURLToPath(import.meta.resolve('@expo-google-fonts/inter/LICENSE_FONT'));
  cpSync(license, join(folder, 'LICENSE.txt'));
}
