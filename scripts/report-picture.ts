/**
 * Makes docs/report.png, the picture in README.md: the beginning of the report of both published networks, in Chromium.
 * `npm run report-picture` trains the two runs unless they are there.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { resolveConfig, trainOnce } from '../src/node.ts';
import { reportRuns } from '../src/platform/node/reports.ts';
import { findChromium, root } from '../test/matrix/runtimes.ts';

/** In CSS pixels; the picture has twice as many, for sharp screens. */
const VIEW = { width: 1120, height: 900 };

const found = await findChromium();
if ('missing' in found) {
  console.error(`The picture was not made: ${found.missing}.`);
  process.exit(1);
}
const runs = [];
for (const recipe of ['baseline', 'deeper'] as const) {
  const config = resolveConfig({ recipe, settings: { seed: 1 } });
  runs.push((await trainOnce({ config, backend: 'cpu' })).run);
}
const folder = join(root, 'build/report-picture');
await mkdir(folder, { recursive: true });
const { path } = await reportRuns(runs, { out: join(folder, 'report.html') });

const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage({ viewport: VIEW, deviceScaleFactor: 2, colorScheme: 'light' });
  await page.goto(pathToFileURL(path).href);
  await page.evaluate(() => document.fonts.ready);
  const shot = await page.screenshot();
  // A palette of 128 colors is a third of the bytes, and looks the same.
  const picture = await sharp(shot).png({ palette: true, colors: 128, effort: 10 }).toBuffer();
  await writeFile(join(root, 'docs/report.png'), picture);
  console.log(`docs/report.png: ${Math.round(picture.length / 1024)} KB`);
} finally {
  await browser.close();
}
