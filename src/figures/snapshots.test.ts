/**
 * Every figure as it was last looked at. Where one changes on purpose, look at it, then write the snapshots again:
 * `UPDATE_SNAPSHOTS=1 node --test src/figures/snapshots.test.ts`.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gray } from '../../test/dataset-fixture.ts';
import { madeUpAudit, madeUpSplits } from '../../test/figures/audit-fixture.ts';
import { makeInspection } from '../../test/figures/fixture.ts';
import { madeUpCurves } from '../../test/figures/rates-fixture.ts';
import { madeUpSearches } from '../../test/figures/search-fixture.ts';
import { auditExamples } from '../audit/examples.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { auditFigures } from './audit.ts';
import type { Figure } from './figure.ts';
import { drawRates } from './rates.ts';
import { searchFigures } from './search/index.ts';
import { comparisonFigures, pairFigures, runFigures } from './table.ts';

const folder = fileURLToPath(new URL('../../test/figures/snapshots/', import.meta.url));
const inspection = makeInspection();
const deeper = makeInspection({ run: 'deeper-8', recipe: 'deeper', seed: 8, epochs: 16 });
const runs = [inspection, deeper];
/** Color images that are wider than high, of three classes. */
const color = makeInspection({
  run: 'color-1',
  classNames: ['red', 'green', 'blue'],
  shape: { height: 4, width: 5, channels: 3 },
  hidden: [6],
});
/** As many classes as Kuzushiji-49 has. */
const kuzushiji = [
  ...'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをんゝ',
];
const many = makeInspection({ run: 'many-1', classNames: kuzushiji, shape: gray(2, 2) });
const veryMany = makeInspection({
  run: 'many-2',
  classNames: Array.from({ length: 120 }, (_, i) => `species ${i + 1}`),
  shape: gray(2, 2),
});
/** What looks different then. */
const ofColor = ['pixels', 'samples', 'mean-images', 'augmentation', 'top-losses', 'first-layer', 'saliency'];
const ofMany = ['class-balance', 'mean-images', 'classes', 'map-pca', 'prediction'];
const ofVeryMany = ['class-balance', 'confusion'];

const audited = auditExamples(madeUpAudit, madeUpSplits);
const searched = madeUpSearches.complete();
const options = { document: nodeDocument() };

/** Some figures of an inspection. */
function drawOf(
  prefix: string,
  subject: Inspection,
  names: readonly string[],
): (readonly [file: string, draw: () => Figure])[] {
  return runFigures
    .filter(({ name }) => names.includes(name))
    .map(({ name, draw }) => [`${prefix}-${name}.svg`, () => draw(subject, { ...options, width: 420 })]);
}

const figures: readonly (readonly [file: string, draw: () => Figure])[] = [
  ...runFigures.map(({ name, draw }) => [`${name}.svg`, () => draw(inspection, options)] as const),
  ...runFigures
    .filter(({ name }) => ['curves', 'network', 'confusion', 'augmentation'].includes(name))
    .map(
      ({ name, draw }) =>
        [
          `${name}-narrow-dark.svg`,
          () => draw(inspection, { ...options, width: 340, theme: 'dark' }),
        ] as const,
    ),
  ...drawOf('color', color, ofColor),
  ...drawOf('many', many, ofMany),
  ...drawOf('very-many', veryMany, ofVeryMany),
  ...comparisonFigures.map(({ name, draw }) => [`compare-${name}.svg`, () => draw(runs, options)] as const),
  ...pairFigures.map(({ name, draw }) => [`${name}.svg`, () => draw([inspection, deeper], options)] as const),
  ...auditFigures.map(({ name, draw }) => [`${name}.svg`, () => draw(audited, options)] as const),
  ...searchFigures.map(({ name, draw }) => [`${name}.svg`, () => draw(searched, options)] as const),
  ...searchFigures.map(
    ({ name, draw }) =>
      [`${name}-narrow-dark.svg`, () => draw(searched, { ...options, width: 340, theme: 'dark' })] as const,
  ),
  ['lr-find.svg', () => drawRates(madeUpCurves.diverged, options)],
  [
    'lr-find-narrow-dark.svg',
    () => drawRates(madeUpCurves.diverged, { ...options, width: 340, theme: 'dark' }),
  ],
];

const { UPDATE_SNAPSHOTS } = process.env;
const update = UPDATE_SNAPSHOTS === '1';
if (update) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** A line for each element, so that a difference names the place. */
function readable({ svg, title, alt }: Figure): string {
  return `${svg.replaceAll('><', '>\n<')}\n<!-- ${title}: ${alt} -->\n`;
}

for (const [file, draw] of figures) {
  test(`${file} is as it was`, () => {
    const text = readable(draw());
    if (update) writeFileSync(folder + file, text);
    assert.equal(text, readFileSync(folder + file, 'utf8'));
  });
}

test('there is no snapshot without a figure', () => {
  assert.deepEqual(readdirSync(folder).sort(), figures.map(([file]) => file).sort());
});
