/**
 * Every text in the figures of a report can be read: at least 11 pixels on the screen, on a desktop, a laptop,
 * a tablet and a phone, with one run, two and three; and on a phone, runs come one at a time.
 */

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
import { gray } from '../dataset-fixture.ts';
import { makeInspection } from '../figures/fixture.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { makeReportRun } from '../report-fixture.ts';

/** Pixels on the screen. */
const LEAST_TYPE = 11;
/** A window with a scroll bar of 15 pixels; a laptop; tablets; a large and a small phone. */
const widths = [1905, 1585, 1265, 1280, 1024, 768, 600, 390, 360];

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-text-'));
let browser: Browser | undefined;

const inspections = ['baseline-7', 'deeper-8', 'wider-9'].map((run, i) =>
  makeInspection({ run, seed: 7 + i, shape: gray(28, 28), hidden: [[24, 12], [40, 20, 10], [64]][i] }),
);

before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(runs: readonly Inspection[], width: number): Promise<Page> {
  const file = join(folder, `${runs.length}.html`);
  await writeFile(file, await writeReport({ runs: runs.map(makeReportRun), document: nodeDocument() }));
  assert.ok(browser);
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  await page.goto(pathToFileURL(file).href);
  return page;
}

/** The sizes of all visible texts of the figures, on the screen. */
async function sizes(page: Page): Promise<{ figure: string; text: string; pixels: number }[]> {
  return await page.locator('figure svg text').evaluateAll((texts) =>
    texts.flatMap((text) => {
      if (!(text instanceof SVGTextElement) || !text.checkVisibility() || text.textContent === '') return [];
      const matrix = text.getScreenCTM();
      const scale = matrix === null ? 0 : Math.hypot(matrix.a, matrix.b);
      const figure = text.closest('figure')?.getAttribute('data-name') ?? '';
      const pixels = Number.parseFloat(getComputedStyle(text).fontSize) * scale;
      return [{ figure, text: text.textContent ?? '', pixels }];
    }),
  );
}

describe('text in the figures of a report', { skip }, () => {
  for (const count of [1, 2, 3]) {
    test(`has at least ${LEAST_TYPE} pixels on every screen, with ${count} of the runs`, async (t) => {
      const page = await open(inspections.slice(0, count), widths[0]);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        const all = await sizes(page);
        assert.ok(new Set(all.map(({ figure }) => figure)).size >= 20, `${all.length} texts`);
        const smallest = all.reduce((least, each) => (each.pixels < least.pixels ? each : least));
        t.diagnostic(`${width}: ${smallest.pixels.toFixed(1)} pixels in ${smallest.figure}`);
        assert.ok(smallest.pixels >= LEAST_TYPE - 0.01, `at ${width} pixels: ${JSON.stringify(smallest)}`);
        const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(scrolls, false, `the page scrolls sideways at ${width} pixels`);
      }
      await page.close();
    });
  }

  test('on a phone, runs come one at a time; back on a wide screen, all', async () => {
    const page = await open(inspections.slice(0, 2), 390);
    const shown = () =>
      page
        .locator('#mistakes .run')
        .evaluateAll((columns) => [
          ...new Set(
            columns
              .filter((column) => column.checkVisibility({ visibilityProperty: true }))
              .map((column) => column.getAttribute('data-run')),
          ),
        ]);
    assert.deepEqual(await shown(), ['0']);
    assert.equal(await page.locator('label.all').isVisible(), false);
    await page.locator('label:has(input[value="1"])').click();
    assert.deepEqual(await shown(), ['1']);
    // Chosen by hand, it stays.
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.deepEqual(await shown(), ['1']);
    await page.close();
    const turned = await open(inspections.slice(0, 2), 390);
    await turned.setViewportSize({ width: 1280, height: 900 });
    assert.equal(await turned.locator('input[value="all"]').isChecked(), true);
    assert.equal(await turned.locator('html').getAttribute('data-show'), 'all');
    await turned.close();
  });
});
