/**
 * The figures in a page: Chromium draws them with its own document, to the same text as Node, and lays out every
 * line of text inside its figure with the fonts that it has. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { comparisonFigures, runFigures } from '../../src/figures/table.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import { makeInspection } from '../figures/fixture.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { openSourcePage, pageAddress } from '../source-page.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

let browser: Browser | undefined;

before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
});

/** Where a page finds the packages that the figures use, as a bundler would. */
function importMap(): Record<string, string> {
  const plot = pageAddress('@observablehq/plot');
  const map: Record<string, string> = {
    '@observablehq/plot': plot,
    'fast-png': pageAddress('fast-png'),
    // Only the CommonJS package that Plot needs for a transform that no figure uses is left out.
    'interval-tree-1d': 'data:text/javascript,export default undefined',
    fflate: '/node_modules/fflate/esm/browser.js',
  };
  const names =
    'd3 isoformat internmap delaunator robust-predicates iobuffer d3-array d3-axis d3-brush d3-chord d3-color d3-contour ' +
    'd3-delaunay d3-dispatch d3-drag d3-dsv d3-ease d3-fetch d3-force d3-format d3-geo d3-hierarchy d3-interpolate d3-path ' +
    'd3-polygon d3-quadtree d3-random d3-scale d3-scale-chromatic d3-selection d3-shape d3-time d3-time-format d3-timer ' +
    'd3-transition d3-zoom';
  for (const name of names.split(' ')) map[name] = pageAddress(name);
  return map;
}

const openPage = (strays: string[]) => openSourcePage(browser, strays, importMap());

/** What the page runs: every figure, with the page's own document. */
const drawInPage = async (width: number): Promise<string[]> => {
  // Addresses of the page, which a type checker must not look up.
  const [tablePath, fixturePath]: string[] = ['/src/figures/table.ts', '/test/figures/fixture.ts'];
  const table: typeof import('../../src/figures/table.ts') = await import(tablePath);
  const { makeInspection: make }: typeof import('../figures/fixture.ts') = await import(fixturePath);
  const inspection = make();
  const options = { document, width };
  return [
    ...table.runFigures.map(({ draw }) => draw(inspection, options).svg),
    ...table.comparisonFigures.map(({ draw }) => draw([inspection], options).svg),
  ];
};

for (const width of [320, 640]) {
  test(`a page draws what Node draws, ${width} pixels wide`, { skip }, async () => {
    const strays: string[] = [];
    const page = await openPage(strays);
    const drawn = await page.evaluate(drawInPage, width);
    const options = { document: nodeDocument(), width };
    const inspection = makeInspection();
    const expected = [
      ...runFigures.map(({ draw }) => draw(inspection, options).svg),
      ...comparisonFigures.map(({ draw }) => draw([inspection], options).svg),
    ];
    assert.deepEqual(strays, []);
    assert.equal(drawn.length, expected.length);
    for (const [i, svg] of drawn.entries()) assert.ok(svg === expected[i], `differs: ${svg.slice(0, 120)}`);

    const outside = await page.evaluate((svgs: string[]) => {
      document.body.innerHTML = svgs.join('');
      return [...document.querySelectorAll('svg')].flatMap((svg) => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')]
          .filter((text) => text.textContent !== '')
          .filter((text) => {
            const box = text.getBoundingClientRect();
            return (
              box.left < frame.left ||
              box.right > frame.right ||
              box.top < frame.top ||
              box.bottom > frame.bottom
            );
          })
          .map((text) => `${svg.getAttribute('data-figure')}: ${text.textContent}`);
      });
    }, drawn);
    assert.deepEqual(outside, []);
    await page.close();
  });
}

test('a figure follows the color-scheme of its page', { skip }, async () => {
  const page = await openPage([]);
  const [svg] = runFigures
    .filter(({ name }) => name === 'curves')
    .map(({ draw }) => draw(makeInspection(), { document: nodeDocument() }).svg);
  const papers = await page.evaluate((text: string) => {
    document.body.innerHTML = text;
    return ['light', 'dark'].map((scheme) => {
      document.documentElement.style.colorScheme = scheme;
      const paper = document.querySelector('.couture-paper');
      return paper === null ? '' : getComputedStyle(paper).fill;
    });
  }, svg);
  assert.deepEqual(papers, ['rgb(255, 255, 255)', 'rgb(20, 23, 28)']);
  await page.close();
});
