/** How long the first load takes, by the connection: until the page can be used, and until the first prediction. */

import type { Browser } from 'playwright-core';
import { serveCompressed } from './compressed.ts';

/** Connections as Chromium's developer tools name them: bytes a second and milliseconds. */
const connections = {
  'no limit': undefined,
  '4G': { downloadThroughput: (9e6 / 8) * 0.9, uploadThroughput: (9e6 / 8) * 0.9, latency: 60 },
  'Fast 3G': { downloadThroughput: (1.6e6 / 8) * 0.9, uploadThroughput: (750e3 / 8) * 0.9, latency: 562 },
} as const;

/** Opens the page on each connection, each time with an empty cache. */
export async function measureConnections(browser: Browser, url: string): Promise<void> {
  const host = await serveCompressed(url);
  for (const [name, limits] of Object.entries(connections))
    await firstAnswer(browser, host.url, name, limits);
  host.close();
}

async function firstAnswer(
  browser: Browser,
  url: string,
  name: string,
  limits: (typeof connections)[keyof typeof connections],
): Promise<void> {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  if (limits !== undefined)
    await session.send('Network.emulateNetworkConditions', { offline: false, ...limits });
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.app').waitFor();
  const shown = seconds();
  await page.locator('.verdict').waitFor({ timeout: 240_000 });
  const answered = seconds();
  const bytes = await page.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => {
      const { name, startTime, responseEnd, encodedBodySize } = entry as PerformanceResourceTiming;
      return { name: name.split('/').at(-1) ?? '', startTime, responseEnd, encodedBodySize };
    }),
  );
  console.log(`${name}: the page after ${shown} s, the first answer after ${answered} s.`);
  for (const { name, startTime, responseEnd, encodedBodySize } of bytes)
    console.log(
      `  ${(startTime / 1000).toFixed(1)} to ${(responseEnd / 1000).toFixed(1)} s: ${Math.round(encodedBodySize / 1000)} KB, ${name}`,
    );
  await page.close();
}
