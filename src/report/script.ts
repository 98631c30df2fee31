/**
 * The report's one script, as text. The functions are real, checked TypeScript that goes into the page by
 * `Function.prototype.toString`: no build step and no generated file, in Node, in a bundle and in a page alike. It
 * works because each function refers to nothing outside itself but its argument.
 */

import { watchRuns, watchTheme } from './page/controls.ts';
import { watchLargeMatrices } from './page/large-matrix.ts';
import { watchMaps } from './page/map.ts';
import { watchMatrices } from './page/matrix.ts';
import { openPage } from './page/page.ts';

/** The script's text: what stands between the tags. */
export function scriptText(): string {
  const watchers = [watchTheme, watchRuns, watchMatrices, watchLargeMatrices, watchMaps];
  return `const page = (${openPage})();\nfor (const watch of [${watchers.join(',\n')}]) watch(page);\n`;
}

/** The source of Content-Security-Policy that allows this script and no other. */
export async function scriptSource(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
