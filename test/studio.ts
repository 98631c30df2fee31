/** The Studio built into a folder of its own, and pages that report everything that they should not do. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { build } from 'vite';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Builds the page into a folder. */
export async function buildStudio(folder: string): Promise<void> {
  const configFile = fileURLToPath(new URL('../packages/studio/vite.config.ts', import.meta.url));
  await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
}

/** A page of the Studio. */
export interface StudioPage {
  readonly page: Page;
  /** Errors, warnings of the console, and requests to other addresses. */
  readonly faults: string[];
  /** Opens a view by its tab. */
  readonly show: (name: string) => Promise<void>;
}

/** Opens the Studio at an address and waits until it has answered for the first time. */
export async function openStudio(
  browser: Browser | BrowserContext,
  url: string,
  { fragment = '', ...options }: { readonly fragment?: string } & Parameters<Browser['newPage']>[0] = {},
): Promise<StudioPage> {
  const page = await browser.newPage(options);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !/^(blob|data):/.test(address)) faults.push(`asked for ${address}`);
  });
  await page.goto(`${url}${fragment}`);
  await page.locator('.app').waitFor();
  const show = async (name: string): Promise<void> =>
    await page.getByRole('navigation').getByRole('button', { name }).click();
  return { page, faults, show };
}

/** Waits until all images are there. */
export async function waitForData(page: Page): Promise<void> {
  await startButton(page).and(page.locator(':enabled')).waitFor({ timeout: 60_000 });
}

/** The button that starts a run. */
export function startButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Start', exact: true });
}

/** Starts the setup and waits for its result: the SHA-256 of the weights and the command that repeats it. */
export async function trainToEnd(page: Page): Promise<{ readonly sha: string; readonly command: string }> {
  await startButton(page).click();
  return await result(page);
}

/** Waits for the result of the run in progress. */
export async function result(page: Page): Promise<{ readonly sha: string; readonly command: string }> {
  const sha = page.locator('.result [data-sha]');
  await sha.waitFor({ timeout: 120_000 });
  const command = await page.locator('.result .command code').textContent();
  return { sha: (await sha.textContent()) ?? '', command: command ?? '' };
}

/** Waits until training has reached an epoch. */
export async function reached(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number.parseInt(document.querySelector('.transport dd')?.textContent ?? '', 10) >= least,
    epoch,
    // A hidden page has no frames.
    { timeout: 60_000, polling: 200 },
  );
}

/** A run of the list, by its whole name. */
export function runRow(page: Page, name: string): Locator {
  return page.locator('.run-list').getByRole('button', { name: new RegExp(`^${name}(?![-\\w])`) });
}

/** Holds what is shown to the rules of WCAG AA. */
export async function checkAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { violations } = await Reflect.get(window, 'axe').run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.map((one: { id: string; nodes: { html: string; failureSummary: string }[] }) => {
      const [node] = one.nodes;
      return `${one.id} (${one.nodes.length}): ${node.html.slice(0, 200)} ${node.failureSummary}`;
    });
  });
  assert.deepEqual(violations, [], where);
}
