import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { decode } from 'fast-png';
import { fixtures } from '../../../../test/figures/fixture.ts';
import type { Figure } from '../../../figures/figure.ts';
import { comparisonFigures, runFigures } from '../../../figures/table.ts';
import { nodeDocument, renderPng, writeFigure } from './figures.ts';

const inspection = fixtures.plain();

/** Every figure of the fixture. */
function drawAll(theme: 'light' | 'dark' | 'auto'): Figure[] {
  const options = { document: nodeDocument(), theme, width: 400 };
  return [
    ...runFigures.map(({ draw }) => draw(inspection, options)),
    ...comparisonFigures.map(({ draw }) => draw([inspection], options)),
  ];
}

interface Region {
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a PNG, in a band of rows, that differ from those of another one. */
function differing(a: Uint8Array, b: Uint8Array, { top, bottom }: Region): number {
  const [one, other] = [decode(a), decode(b)];
  assert.deepEqual([one.width, one.height], [other.width, other.height]);
  let found = 0;
  for (let at = top * one.width * 4; at < bottom * one.width * 4; at += 4) {
    if ([0, 1, 2].some((c) => one.data[at + c] !== other.data[at + c])) found += 1;
  }
  return found;
}

const withoutText = (figure: Figure): Figure => ({
  ...figure,
  svg: figure.svg.replaceAll(/<text[^>]*>.*?<\/text>/gs, ''),
});
const withoutMarks = (figure: Figure): Figure => ({
  ...figure,
  svg: figure.svg.replaceAll(/<(rect(?! class)|image|path|circle|line)\b[^>]*?(\/>|>.*?<\/\1>)/gs, ''),
});

describe('a figure as PNG', () => {
  for (const theme of ['light', 'dark'] as const) {
    test(`has its size, its text and its marks: ${theme}`, () => {
      for (const figure of drawAll(theme)) {
        const png = renderPng(figure, { scale: 1 });
        const { width, height } = decode(png);
        assert.deepEqual([width, height], [figure.width, figure.height], figure.name);
        const title = { top: 14, bottom: 34 };
        const whole = { top: 0, bottom: height };
        assert.ok(
          differing(png, renderPng(withoutText(figure), { scale: 1 }), title) > 100,
          `${figure.name}: title`,
        );
        assert.ok(
          differing(png, renderPng(withoutMarks(figure), { scale: 1 }), whole) > 100,
          `${figure.name}: marks`,
        );
      }
    });
  }

  test('is twice as large by default, and light where the theme is left to a page', () => {
    const [auto, light] = [drawAll('auto')[5], drawAll('light')[5]];
    const png = renderPng(auto);
    assert.equal(decode(png).width, 800);
    assert.deepEqual(png, renderPng(light));
  });

  test('shows images as squares, not smoothed', () => {
    const pixels = drawAll('light').find(({ name }) => name === 'pixels');
    assert.ok(pixels);
    const { data, width } = decode(renderPng(withoutText(pixels), { scale: 1 }));
    const sample = inspection.data.samples[0].pixels;
    const grays = new Set(sample);
    // A row through the middle of the image's cells.
    const y = 200;
    const seen = Array.from({ length: 200 }, (_, i) => data[(y * width + 100 + i) * 4]);
    assert.deepEqual(
      seen.filter((gray) => !grays.has(gray)),
      [],
    );
  });
});

describe('a figure as file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'couture-figures-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('is SVG or PNG', async () => {
    const figure = drawAll('light')[2];
    await writeFigure(join(folder, 'a.svg'), figure, 'svg');
    await writeFigure(join(folder, 'a.png'), figure, 'png');
    assert.equal(readFileSync(join(folder, 'a.svg'), 'utf8'), `${figure.svg}\n`);
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, 'a.png'))), new Uint8Array(renderPng(figure)));
  });
});
