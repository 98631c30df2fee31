/**
 * Makes docs/report.png, the picture in README.md: the opening of the report of both published networks and what they
 * confuse, as Chromium shows them. `npm run report-picture` trains the two runs unless they are there.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { resolveConfig, trainOnce } from '../src/node.ts';
import { reportRuns } from '../src/platform/node/reports.ts';
import { findChromium, root } from '../test/matrix/runtimes.ts';

/** CSS pixels; the picture has twice as many, for sharp screens. */
const WIDTH = 1280;
const SCALE = 2;
/** Space around the figures. */
const MARGIN = 10;

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
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 900 },
    deviceScaleFactor: SCALE,
    colorScheme: 'light',
  });
  await page.goto(pathToFileURL(path).href);
  await page.evaluate(() => document.fonts.ready);
  const parts = [
    await strip(page, 'header.opening', 0),
    await strip(page, 'figure:has([data-figure="confusion"])', MARGIN),
  ];
  // A palette of 128 colors is a third of the bytes, and looks the same.
  const picture = await stacked(parts).png({ palette: true, colors: 128, effort: 10 }).toBuffer();
  await writeFile(join(root, 'docs/report.png'), picture);
  console.log(`docs/report.png: ${Math.round(picture.length / 1024)} KB`);
} finally {
  await browser.close();
}

/** A part of a picture. */
interface Strip {
  readonly png: Uint8Array;
  readonly height: number;
}

/** The page from its left to its right edge, as high as the visible elements of a selector. */
async function strip(page: Page, selector: string, margin: number): Promise<Strip> {
  const range = await page.evaluate((wanted) => {
    const boxes = [...document.querySelectorAll(wanted)].map((element) => element.getBoundingClientRect());
    const shown = boxes.filter(({ height }) => height > 0);
    const top = Math.min(...shown.map((box) => box.top)) + scrollY;
    return { top, bottom: Math.max(...shown.map((box) => box.bottom)) + scrollY };
  }, selector);
  if (!Number.isFinite(range.top)) throw new Error(`The report shows no ${selector}.`);
  const y = Math.max(0, range.top - margin);
  const height = Math.ceil(range.bottom + margin - y);
  const png = await page.screenshot({ fullPage: true, clip: { x: 0, y, width: WIDTH, height } });
  return { png, height: height * SCALE };
}

/** One part below the other. */
function stacked(parts: readonly Strip[]): Sharp {
  const width = WIDTH * SCALE;
  const height = parts.reduce((sum, part) => sum + part.height, 0);
  let top = 0;
  const layers = parts.map(({ png, height: own }) => {
    top += own;
    return { input: Buffer.from(png), left: 0, top: top - own };
  });
  return sharp({ create: { width, height, channels: 3, background: 'white' } }).composite(layers);
}
