/** Pages that use the packages: their files, and what Chromium says of them. */

import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from '../matrix/runtimes.ts';

/** What a consumer answers for the picture. */
export interface Answer {
  readonly label: string;
  readonly probabilities: readonly number[];
}

export const picture = join(root, 'test/consumers/ankle-boot.png');

/**
 * What a page must allow: scripts of its own and the compilation of WebAssembly, workers of its own, and its own files for
 * models and pictures. docs/installing.md has the same text.
 */
export const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const html = `<!doctype html><meta charset="utf-8"><title>Consumer</title><link rel="icon" href="data:,">
<body><script type="module" src="./main.js"></script></body>`;

/** The script of a page: predicts the picture and leaves the answer in the document. */
const script = (imports: string, model: string, picture: string, more = '') => `${imports}
try {
  const model = await load(${model});
  const response = await fetch(${picture});
  const { label, probabilities } = await model.predict(await response.blob());
  await model.dispose();
  document.body.dataset.answer = JSON.stringify({ label, probabilities: [...probabilities] });
} catch (error) {
  document.body.dataset.failure = String(error);
}
${more}`;

/** Files of a plain page beside the one file of the package, or with that at another address. */
export async function writePlainPage(folder: string, modules: string, library = './page.js'): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.html'), html);
  const imports = `import { load } from '${library}';`;
  await writeFile(join(folder, 'main.js'), script(imports, "'./compact.safetensors'", "'./ankle-boot.png'"));
  await copyFile(picture, join(folder, 'ankle-boot.png'));
  await copyFile(join(modules, 'couture/models/compact.safetensors'), join(folder, 'compact.safetensors'));
  await copyFile(join(modules, 'couture/dist/page.js'), join(folder, 'page.js'));
}

/** Files of a Vite app, which also tries what needs Node. */
export async function writeViteApp(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.html'), html);
  const imports = `import { load, multilayer } from '@couture/core';
import { drawNetwork } from 'couture/figures';
import modelUrl from '@couture/core/models/compact.safetensors?url';
import pictureUrl from './ankle-boot.png?url';`;
  const refused = `const names = ['node', 'figures/node', 'report/node'];
const loads = [() => import('couture/node'), () => import('couture/figures/node'), () => import('couture/report/node')];
const said = await Promise.all(loads.map((load) => load().then(() => 'loaded', (error) => error.message)));
document.body.dataset.figure = drawNetwork(multilayer(784, [128], 10), { document }).svg;
document.body.dataset.refused = JSON.stringify(Object.fromEntries(names.map((name, i) => [name, said[i]])));`;
  await writeFile(join(folder, 'main.js'), script(imports, 'modelUrl', 'pictureUrl', refused));
  await copyFile(picture, join(folder, 'ankle-boot.png'));
}

/** What a page left in its document. */
export interface PageResult {
  readonly answer: Answer | undefined;
  readonly failure: string | undefined;
  /** A figure that was drawn in the page, as SVG. */
  readonly figure: string | undefined;
  /** By entry: what an import of it said. */
  readonly refused: Readonly<Record<string, string>> | undefined;
  /** Errors of the console. */
  readonly errors: readonly string[];
}

/** Opens a page and waits for its answer or failure. */
export async function visit(
  browser: Browser | undefined,
  url: string,
  isolated?: boolean,
): Promise<PageResult> {
  assert.ok(browser);
  const page = await browser.newPage();
  try {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(url);
    if (isolated !== undefined) assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
    await page.waitForSelector('body[data-answer], body[data-failure]', {
      state: 'attached',
      timeout: 60_000,
    });
    if (url.includes('refused'))
      await page.waitForSelector('body[data-refused]', { state: 'attached', timeout: 60_000 });
    const { answer, failure, figure, refused } = await page.evaluate(() => ({ ...document.body.dataset }));
    const parsed = (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text));
    return { answer: parsed(answer), failure, figure, refused: parsed(refused), errors };
  } finally {
    await page.close();
  }
}
