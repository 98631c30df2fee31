/** The font of PNG figures: Inter under the SIL Open Font License, so that text looks the same on every machine. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The font's files, and where each is in the package that a checkout has. */
export const fontSources = {
  'Inter-Regular.ttf': '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
  'Inter-SemiBold.ttf': '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf',
} as const;

/** The paths of the font's files: the installed package has them in fonts/, with the characters that figures use. */
export function fontFiles(): string[] {
  return Object.entries(fontSources).map(([name, source]) => {
    const own = fileURLToPath(new URL(`../../../../fonts/${name}`, import.meta.url));
    return existsSync(own) ? own : fileURLToPath(import.meta.resolve(source));
  });
}
