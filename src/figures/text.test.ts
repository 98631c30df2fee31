/** Layout without a browser: widths that are never too small, lines that fit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { fit, fitApart, textWidth, wrap, wrapEvenly } from './text.ts';

const font = (file: string): string => fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${file}`));
const fontFiles = [font('400Regular/Inter_400Regular.ttf'), font('600SemiBold/Inter_600SemiBold.ttf')];

/** How wide Inter really is, at 100 pixels: the box around the text between two bars, less that of the bars alone. */
function drawnWidth(text: string, weight: number): number {
  const box = (content: string): number => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="200"><text y="100" font-family="Inter" font-size="100" font-weight="${weight}" xml:space="preserve">|${content}|</text></svg>`;
    return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles } }).getBBox()?.width ?? 0;
  };
  return box(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')) - box('');
}

const phrases = [
  'T-shirt/top',
  'Ankle boot',
  'The mean training image of each class',
  'Validation loss stops falling at about epoch 11 of 25',
  'rejection threshold: confidence (%)',
  '10,000 images (87.02%)',
  'baseline-seed1 · 0.44 MB of float32 weights',
  'WWWWW MMMMM mmmmm',
  '±0.81 × 28 − 5 … “a” & <b>',
];

test('the width of text is at least what the bundled font takes, and not a third more', () => {
  for (const phrase of phrases) {
    for (const [weight, bold] of [
      [400, false],
      [600, true],
    ] as const) {
      const ratio = textWidth(phrase, 100, { bold }) / drawnWidth(phrase, weight);
      assert.ok(ratio >= 1 && ratio < 4 / 3, `${phrase} at ${weight}: ${ratio.toFixed(2)}`);
    }
  }
});

test('text that does not fit ends in an ellipsis, and then fits', () => {
  assert.equal(fit('Coat', 11, 100), 'Coat');
  for (const width of [10, 20, 40, 80]) {
    const shown = fit('A class with a very long name', 11, width);
    assert.match(shown, /^A?.*…$/);
    assert.ok(textWidth(shown, 11) <= width || shown === '…', shown);
  }
  // As wide as the plain text is: too narrow for the same in semibold.
  const tight = textWidth('Ankle boot', 11);
  assert.equal(fit('Ankle boot', 11, tight), 'Ankle boot');
  assert.equal(fit('Ankle boot', 11, tight, { bold: true }), 'Ankle b…');
  assert.equal(fit('👕👖', 10, 22), '👕…');
});

test('names with the same beginning are told apart by their ends', () => {
  const names = ['species number 1', 'species number 12', 'genus', 'species number 1'];
  const short = fitApart(names, 10, 60);
  assert.deepEqual(short, ['spec…er 1', 'spec…r 12', 'genus', 'spec…er 1']);
  for (const text of short) assert.ok(textWidth(text, 10) <= 60);
  assert.deepEqual(fitApart(names, 10, 200), names);
  assert.deepEqual(fitApart(['a first name', 'the second'], 10, 40), ['a firs…', 'the s…']);
});

test('wrapping keeps the words in order, and no line is wider than allowed', () => {
  const text = 'Validation loss stops falling at about epoch 11 of 25: the lowest value is at epoch 17.';
  const lines = wrap(text, 12, 160);
  assert.ok(lines.length > 2);
  assert.equal(lines.join(' '), text);
  for (const line of lines) assert.ok(textWidth(line, 12) <= 160, line);
  assert.deepEqual(wrap('', 12, 100), []);
  assert.deepEqual(wrap('Donaudampfschifffahrtsgesellschaft', 12, 60).length, 1);
});

test('lines of a title are about as long as each other, and no more than needed', () => {
  const title = 'The strongest units of the first layer favor eight of ten classes';
  const [wide, even] = [wrap(title, 16, 420), wrapEvenly(title, 16, 420)];
  assert.deepEqual([wide.length, even.length], [2, 2]);
  const lengths = (lines: readonly string[]) => lines.map((line) => textWidth(line, 16));
  const spread = (lines: readonly string[]) => Math.max(...lengths(lines)) - Math.min(...lengths(lines));
  assert.ok(spread(even) < spread(wide) / 2, `${even.join(' | ')}`);
  assert.equal(even.join(' '), title);
  assert.deepEqual(wrapEvenly('short', 16, 420), ['short']);
  const word = 'i'.repeat(200);
  assert.deepEqual(wrapEvenly(`a ${word}`, 16, 420), wrap(`a ${word}`, 16, 420));
});
