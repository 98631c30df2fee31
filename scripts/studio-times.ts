/**
 * Measures the Studio in Chromium: the first answer on slow connections, and the tasks over 50 ms in the page while it trains.
 * `node scripts/studio-times.ts`; the figures are in docs/studio.md.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { serveStudio } from '../src/serve/studio.ts';
import { findChromium } from '../test/matrix/runtimes.ts';
import { buildStudio, openStudio, result, startButton, waitForData } from '../test/studio.ts';

/** Connections as Chromium's developer tools name them: bytes a second and milliseconds. */
const connections = {
  'no limit': undefined,
  '4G': { downloadThroughput: (9e6 / 8) * 0.9, uploadThroughput: (9e6 / 8) * 0.9, latency: 60 },
  'Fast 3G': { downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9, latency: 562 },
} as const;

const found = await findChromium();
if ('missing' in found) {
  console.error(`Nothing was measured: ${found.missing}.`);
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'couture-studio-times-'));
await buildStudio(folder);
const served = await serveStudio({ port: 0, folder });
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
try {
  for (const [name, limits] of Object.entries(connections)) await firstAnswer(browser, name, limits);
  await longTasks(browser);
} finally {
  await browser.close();
  await served.close();
  await rm(folder, { recursive: true, force: true });
}

async function firstAnswer(
  browser: Browser,
  name: string,
  limits: (typeof connections)[keyof typeof connections],
): Promise<void> {
  const page = await browser.newPage();
  if (limits !== undefined) {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, ...limits });
  }
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
  await page.goto(served.url);
  await page.locator('.app').waitFor();
  const shown = seconds();
  await page.locator('.verdict').waitFor({ timeout: 120_000 });
  console.log(`${name}: the page after ${shown} s, the first answer after ${seconds()} s.`);
  await page.close();
}

async function longTasks(browser: Browser): Promise<void> {
  const { page } = await openStudio(browser, served.url, {
    fragment: '#view=train&recipe=baseline&epochs=12',
  });
  await page.locator('.verdict').waitFor();
  await waitForData(page);
  await page.waitForTimeout(2000);
  await page.evaluate(() => {
    const tasks: string[] = [];
    Reflect.set(window, 'longTasks', tasks);
    const began = performance.now();
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries())
        tasks.push(`${Math.round(duration)} ms at ${((startTime - began) / 1000).toFixed(1)} s`);
    }).observe({ type: 'longtask' });
  });
  await startButton(page).click();
  await result(page);
  const tasks: string[] = await page.evaluate(() => Reflect.get(window, 'longTasks'));
  console.log(`Tasks over 50 ms while training 12 epochs: ${tasks.length} (${tasks.join(', ')}).`);
  await page.close();
}
