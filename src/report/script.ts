/**
 * The script of the report, as text. The functions are type-checked TypeScript that goes into the page by
 * `Function.prototype.toString`, without a build step or a generated file, in Node, in a bundle and in a
 * page. This works because each function uses only its argument.
 */

import { watchRuns, watchTheme } from './page/controls.ts';
import { watchLargeMatrices } from './page/large-matrix.ts';
import { watchMaps } from './page/map.ts';
import { watchMatrices } from './page/matrix.ts';
import { openPage } from './page/page.ts';

/** The text of the script, without the tags. */
export function scriptText(): string {
  const watchers = [watchTheme, watchRuns, watchMatrices, watchLargeMatrices, watchMaps];
  return `const page = (${openPage})();\nfor (const watch of [${watchers.join(',\n')}]) watch(page);\n`;
}

/** The text of the script of a page without runs, which only has the button for light and dark. */
export function themeScript(): string {
  return `(${watchTheme})({ part: (id) => document.getElementById(id) });\n`;
}

/** The Content-Security-Policy source that allows only this script. */
export async function scriptSource(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
