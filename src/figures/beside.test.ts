/** Figures of several runs side by side: the same axes, scales and order, and each in the color of its run. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInspection } from '../../test/figures/fixture.ts';
import { textBoxes } from '../../test/figures/layout.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { accuracyFinding, drawAccuracies, type RunAccuracy } from './accuracies.ts';
import { drawConfusionDifference } from './confusion-difference.ts';
import { runFigures } from './table.ts';
import { runColor, sequential } from './theme.ts';

const options = { document: nodeDocument(), width: 544 };
const runs = [
  makeInspection({ run: 'baseline-7' }),
  makeInspection({ run: 'deeper-8', seed: 8, epochs: 30, hidden: [40, 20] }),
];

/** The figures of a name for both runs, as they stand beside each other. */
function sideBySide(name: string) {
  const entry = runFigures.find((each) => each.name === name);
  assert.ok(entry, name);
  return runs.map((subject, run) => entry.draw(subject, { ...options, run }, runs));
}

/** The texts of a figure that match, with where they stand. */
function placed(svg: string, wanted: RegExp): string[] {
  return textBoxes(svg)
    .filter(({ text }) => wanted.test(text))
    .map(({ text, left, bottom }) => `${text} at ${left.toFixed(1)}, ${bottom.toFixed(0)}`);
}

/** Where the texts stand from left to right, whatever is above them. */
const across = (places: readonly string[]): string[] => places.map((place) => place.replace(/, \d+$/, ''));
const as = (places: readonly string[]): readonly string[] => places;

const shared: readonly (readonly [figure: string, texts: RegExp, read?: typeof as])[] = [
  ['classes', /^\d+$|^[A-Z][a-z-]+( boot|\/top)?$/],
  ['confused-pairs', /^\d+$|→/],
  ['rejection', /^\d+$/],
  // Its counts have an axis from bottom to top.
  ['calibration', /^[\d,]+$/, as],
  ['curves', /^\d+(\.\d+)?$/],
  ['confusion', /^[\d,]+$/],
];

for (const [name, texts, read = across] of shared) {
  test(`${name}: two runs have the same ticks and the same order at the same places`, () => {
    const [first, second] = sideBySide(name).map(({ svg }) => read(placed(svg, texts)));
    assert.ok(first.length > 5, first.join());
    // A matrix and its bars hold numbers of their own, so only what is not data is compared there.
    if (name !== 'confusion') assert.deepEqual(second, first);
    const legend = (each: readonly string[]) => each.slice(-4);
    assert.deepEqual(legend(second), legend(first));
    const entry = runFigures.find((each) => each.name === name);
    const alone = runs.map((run) => read(placed(entry?.draw(run, options).svg ?? '', texts)));
    assert.notDeepEqual(alone[1], alone[0], 'drawn alone, each has its own');
  });
}

test('a figure has the color of its run, and not that of the other', () => {
  const [blue, orange] = [0, 1].map((run) => [
    runColor(run),
    ...[0.5, 0.75].map((share) => sequential(share, run)),
  ]);
  const names = ['network', 'curves', 'confusion', 'confused-pairs', 'calibration', 'rejection', 'activity'];
  for (const name of names) {
    const [first, second] = sideBySide(name);
    for (const [{ svg }, own, other] of [
      [first, blue, orange],
      [second, orange, blue],
    ] as const) {
      assert.ok(own.some((color) => svg.includes(`"${color}"`)) || name === 'activity', name);
      for (const color of other) assert.ok(!svg.includes(`"${color}"`), `${name}: ${color}`);
    }
  }
});

test('the difference of two matrices counts images, in the color of the run with more', () => {
  const [first, second] = runs;
  const { svg, title, alt } = drawConfusionDifference(first, second, options);
  const cells = [...svg.matchAll(/<rect data-cell="(\d) (\d)" fill="(#\w+)"[^>]*><title>([^<]*)/g)];
  assert.equal(cells.length, 100);
  let changed = 0;
  for (const [, actual, predicted, fill, words] of cells) {
    const [a, b] = runs.map(({ evaluation }) => evaluation.confusion[Number(actual)][Number(predicted)]);
    const change = b - a;
    assert.ok(words.endsWith(`: ${change < 0 ? `−${-change}` : `+${change}`} with deeper-8`), words);
    const ramp = [0, 1].map((run) => Array.from({ length: 17 }, (_, i) => sequential(i / 16, run)));
    if (change !== 0) assert.ok(ramp[change > 0 ? 1 : 0].includes(fill), `${words}: ${fill}`);
    else assert.equal(fill, sequential(0, 2), 'a cell without a change has the color of neither run');
    changed += Math.abs(change);
  }
  assert.ok(changed > 20, `${changed} images`);
  const gained = second.evaluation.correct - first.evaluation.correct;
  const what = `${Math.abs(gained)} ${gained < 0 ? 'fewer' : 'more'} correct image`;
  assert.match(title, new RegExp(`^deeper-8 has ${what}s?$`));
  // The two largest changes may have different signs: both are named, and the first is the larger.
  const words = textBoxes(svg).map(({ text }) => text);
  const found = /largest changes: .+? as .+? [+−](\d+), .+? as .+? [+−](\d+) /.exec(words.join(' '));
  assert.ok(Number(found?.[1]) >= Number(found?.[2]), words.slice(0, 4).join(' '));
  assert.ok(alt.includes(`${gained < 0 ? '−' : '+'}${Math.abs(gained)} correct images`), alt);
  assert.equal(
    drawConfusionDifference(first, { ...first, run: 'b' }, options).title,
    'Both runs make the same mistakes',
  );
});

test('narrow cells of a difference keep the minus', () => {
  const one = makeInspection();
  const confusion = one.evaluation.confusion.map((row, actual) =>
    row.map((images, predicted) => (actual === 1 && predicted === 2 ? images + 44 : images)),
  );
  const more = { ...one, run: 'more', evaluation: { ...one.evaluation, confusion } };
  for (const width of [324, 360, 544]) {
    const texts = (from: typeof one, to: typeof one): string[] =>
      textBoxes(drawConfusionDifference(from, to, { ...options, width }).svg).map(({ text }) => text);
    const [fewer, gained] = [texts(more, one), texts(one, more)];
    assert.ok(
      fewer.some((text) => /^[−-]44$/.test(text)) && !fewer.includes('44'),
      `${width}: ${fewer.join()}`,
    );
    assert.ok(
      gained.some((text) => /^[+]?44$/.test(text)),
      `${width}: ${gained.join()}`,
    );
    // A number that is too wide leaves its own cell blank, and not all others.
    confusion[5][5] += 1234;
    const wide = texts(more, one);
    confusion[5][5] -= 1234;
    assert.equal(wide.includes('−1234'), width > 400);
    assert.ok(
      wide.some((text) => /^[−-]44$/.test(text)),
      `${width}: ${wide.join()}`,
    );
  }
});

test('a published accuracy is drawn for the runs that have one', () => {
  const own = { ...accuracyOf('baseline-2-epochs', 'baseline', 850) };
  const drawn = drawAccuracies([own, { ...accuracyOf('b1', 'baseline', 870), published: 0.8742 }], options);
  assert.deepEqual(drawn.svg.match(/\(published [\d.]+%\)/g), ['(published 87.42%)']);
  assert.doesNotMatch(drawAccuracies([own], options).svg, /published/);
});

/** A run of 1,000 images of which the first so many are right. */
function accuracyOf(run: string, recipe: string | undefined, correct: number): RunAccuracy {
  const labels = new Uint16Array(1000);
  const predicted = labels.map((_, i) => (i < correct ? 0 : 1));
  const accuracy = correct / 1000;
  return {
    run,
    recipe,
    accuracy,
    interval: { low: accuracy - 0.02, high: accuracy + 0.02 },
    predictions: { labels, predicted },
  };
}

test('the finding of a comparison is the difference on the same images, or that there is none', () => {
  const baseline = accuracyOf('b1', 'baseline', 870);
  assert.equal(accuracyFinding([baseline]), 'The baseline network recognizes 87.00% of the test images');
  assert.equal(
    accuracyFinding([baseline, accuracyOf('d1', 'deeper', 887)]),
    'The deeper network recognizes 1.7 points more of the test images',
  );
  assert.equal(
    accuracyFinding([baseline, accuracyOf('b2', 'baseline', 840)]),
    'b2 recognizes 3.0 points fewer of the test images',
  );
  assert.equal(
    accuracyFinding([baseline, accuracyOf('c', 'unknown', 872)]),
    'c and the baseline network differ by no more than chance, 0.2 points',
  );
  const three = [baseline, accuracyOf('d1', 'deeper', 887), accuracyOf('e1', undefined, 900)];
  assert.equal(
    accuracyFinding(three),
    'e1 recognizes 3.0 points more of the test images than the baseline network',
  );
  // The interval of 18 against 32 excludes 0, but the exact p-value is 0.065: the p-value decides.
  const labels = new Uint16Array(10_000);
  const rated = (run: string, wrongFrom: number, wrongTo: number): RunAccuracy => ({
    ...accuracyOf(run, undefined, 900),
    predictions: { labels, predicted: labels.map((_, i) => Number(i >= wrongFrom && i < wrongTo)) },
  });
  const near = [rated('a', 0, 32), rated('b', 32, 50)];
  const drawn = drawAccuracies(near, options);
  assert.match(drawn.alt, /b minus a: \+0\.1 points \(95% interval \+0\.0 to \+0\.3; p = 0\.065\)\.$/);
  assert.equal(drawn.title, 'b and a differ by no more than chance, 0.1 points');
  assert.match(drawn.svg, /: \+0\.1 \(\+0\.0 to \+0\.3\), p = 0\.065</);
  assert.equal(
    accuracyFinding([...near, rated('c', 40, 50)]),
    'c recognizes 0.2 points more of the test images than a',
  );
  // The intervals of the two overlap, and yet they differ: only the interval of the difference is drawn.
  const { alt, svg } = drawAccuracies([baseline, accuracyOf('d1', 'deeper', 887)], options);
  assert.match(alt, /d1 minus b1: \+1\.7 points \(95% interval \+0\.9 to \+2\.5; p < 0\.001\)\.$/);
  assert.match(svg, />Difference from b1</);
});
