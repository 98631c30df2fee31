/** Reports of color images and of very many classes, opened in Chromium: what the page's script makes of them. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Inspection } from '../../src/inspect/inspection.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import { writeReport } from '../../src/report/report.ts';
import { fixtures } from '../figures/fixture.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { makeReportRun } from '../report-fixture.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-shapes-'));
let browser: Browser | undefined;

before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the report of a run; what the page complains of is in `said`. */
async function open(inspection: Inspection, width: number): Promise<{ page: Page; said: string[] }> {
  const file = join(folder, `${width}.html`);
  await writeFile(file, await writeReport({ runs: [makeReportRun(inspection)], document: nodeDocument() }));
  assert.ok(browser);
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  return { page, said };
}

/** The first canvas of a container: its size, and the color of its pixel at the upper left. */
async function firstCanvas(page: Page, container: string): Promise<number[]> {
  return await page
    .locator(`${container} canvas`)
    .first()
    .evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      const color = canvas.getContext('2d')?.getImageData(0, 0, 1, 1).data ?? [];
      return [canvas.width, canvas.height, ...color].slice(0, 5);
    });
}

describe('reports of other images', { skip }, () => {
  test('the images behind a cell and a dot have their colors and their shape', async () => {
    const inspection = fixtures['colors of another shape']();
    const { page, said } = await open(inspection, 1280);
    const [{ actual, predicted, images }] = inspection.cells;
    await page.locator(`figure[data-name="confusion"] .wide [data-cell="${actual} ${predicted}"]`).click();
    const number = Number(
      /^Test image (\d+):/.exec(
        (await page.locator('#images canvas').first().getAttribute('aria-label')) ?? '',
      )?.[1],
    );
    const onMap = inspection.map.indices.indexOf(number);
    const shown =
      images.find(({ index }) => index === number)?.pixels ??
      inspection.mapImages.subarray(onMap * 24 * 40 * 3, (onMap + 1) * 24 * 40 * 3);
    assert.equal(inspection.predictions.labels[number], actual);
    // Of 40 by 24 pixels, each twice as large.
    assert.deepEqual(await firstCanvas(page, '#images'), [80, 48, ...shown.subarray(0, 3)]);
    await page.keyboard.press('Escape');
    await page.locator('figure[data-name="map-pca"] .wide svg').focus();
    await page.keyboard.press('ArrowRight');
    const words = (await page.locator('#tip').textContent()) ?? '';
    const { mapImages, map, data } = inspection;
    const point = map.indices.indexOf(Number(/#(\d+)/.exec(words)?.[1]));
    const start = point * data.width * data.height * 3;
    assert.deepEqual(await firstCanvas(page, '#tip'), [120, 72, ...mapImages.subarray(start, start + 3)]);
    assert.ok(words.startsWith(data.classNames[map.labels[point]]), words);
    assert.deepEqual(said, []);
  });

  test('in a matrix of very many classes the cell under the pointer is named and opens', async () => {
    const inspection = fixtures['very many classes that begin alike']();
    const { page, said } = await open(inspection, 1100);
    const matrix = page.locator('figure[data-name="confusion"] .wide [data-cells]');
    await matrix.scrollIntoViewIfNeeded();
    const box = await matrix.boundingBox();
    assert.ok(box);
    const [{ actual, predicted, count }] = inspection.pairs;
    const [is, called] = [actual, predicted].map((label) => inspection.data.classNames[label]);
    const at = (label: number): number => ((label + 0.5) / 200) * box.width;
    await page.mouse.move(box.x + at(predicted), box.y + at(actual));
    const images = `${count} ${count === 1 ? 'image' : 'images'}`;
    assert.equal(await page.locator('#tip').textContent(), `${is} predicted as ${called}${images}`);
    await page.mouse.click(box.x + at(predicted), box.y + at(actual));
    assert.equal(await page.locator('#images-title').textContent(), `${is} predicted as ${called}`);
    const note = (await page.locator('#images-note').textContent()) ?? '';
    assert.ok(note.startsWith(`baseline-7: ${count} test image`), note);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#images').isVisible(), false);
    // Far from any image there is nothing to say.
    await page.mouse.move(box.x - 20, box.y - 20);
    assert.equal(await page.locator('#tip').isVisible(), false);
    // By keyboard, the most frequent mistake comes first.
    await matrix.focus();
    await page.keyboard.press('ArrowDown');
    const walked = (await page.locator('#tip').textContent()) ?? '';
    assert.ok(walked.endsWith(`${inspection.pairs[0].count} images`) || count === 1, walked);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#images').isVisible(), true);
    assert.deepEqual(said, []);
  });

  test('a phone shows both without scrolling sideways', async () => {
    for (const name of ['a line of color', 'very many classes that begin alike'] as const) {
      const { page } = await open(fixtures[name](), 360);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, name);
    }
  });
});
