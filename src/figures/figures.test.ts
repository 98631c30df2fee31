/** What holds for every figure, whatever the run, the width and the names of the classes. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gray } from '../../test/dataset-fixture.ts';
import { madeUpAudit, madeUpSplits } from '../../test/figures/audit-fixture.ts';
import { fixtures, makeInspection } from '../../test/figures/fixture.ts';
import { checkLayout, textBoxes } from '../../test/figures/layout.ts';
import { madeUpCurves } from '../../test/figures/rates-fixture.ts';
import { auditExamples } from '../audit/examples.ts';
import { describeTraining } from '../inspect/training.ts';
import { multilayer } from '../model/spec.ts';
import { nodeDocument, renderPng } from '../platform/node/images/figures.ts';
import { auditFigures, drawSuspects } from './audit.ts';
import { drawCurves } from './curves.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { drawNetwork } from './network.ts';
import { drawPixels } from './pixels.ts';
import { drawRates } from './rates.ts';
import { comparisonFigures, pairFigures, runFigures } from './table.ts';
import { inDark } from './theme.ts';

/** Among them the two that the report draws for. */
const widths = [320, 324, 360, 544, 640, 1000];
/** All figures of a fixture. */
function drawAll(name: keyof typeof fixtures, options: Omit<FigureOptions, 'document'>): Figure[] {
  const inspection = fixtures[name]();
  const whole = { document: nodeDocument(), ...options };
  // The same images, classified otherwise.
  const { classNames } = inspection.data;
  const { evaluation } = makeInspection({ classNames, seed: 8, shape: gray(2, 2), hidden: [2] });
  const other = { run: 'another', evaluation };
  return [
    ...runFigures.filter(({ has }) => has?.(inspection) ?? true).map(({ draw }) => draw(inspection, whole)),
    ...comparisonFigures.map(({ draw }) => draw([inspection, fixtures.plain()], whole)),
    ...pairFigures.map(({ draw }) => draw([inspection, other], whole)),
  ];
}

for (const name of Object.keys(fixtures) as (keyof typeof fixtures)[]) {
  describe(`figures of ${name}`, () => {
    for (const width of widths) {
      test(`at ${width} pixels no text is cut off, covered by other text, or too small`, () => {
        for (const figure of drawAll(name, { width })) {
          checkLayout(figure, width);
        }
      });
    }

    test('are well-formed, and refer to nothing outside', () => {
      for (const figure of drawAll(name, {})) {
        // A strict XML parser: throws at the first fault.
        assert.ok(renderPng(figure, { scale: 0.2 }).length > 100);
        const addresses = [...figure.svg.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address);
        for (const address of addresses) assert.match(address, /^data:image\/png;base64,/);
        assert.doesNotMatch(figure.svg, /url\(|<script|<foreignObject| on\w+="| id="|@import/);
        const words = figure.svg.replaceAll(/base64,[^"]*/g, '');
        assert.doesNotMatch(words, /NaN|undefined|Infinity|null|⚠/, figure.name);
      }
    });

    test('say in words and numbers what they show', () => {
      for (const { alt, name: figure, title } of drawAll(name, {})) {
        assert.match(alt, /\d/, figure);
        assert.ok(alt.length > 40 && title.length > 4, figure);
        assert.doesNotMatch(alt + title, /NaN|undefined|Infinity/, figure);
      }
    });
  });
}

test('an accuracy that is always 100% has no axis beyond it', () => {
  const history = [1, 2, 3].map((epoch) => ({
    ...{ epoch, trainLoss: 1 / epoch, validationLoss: 1 / epoch, validationAccuracy: 1 },
    ...{ learningRate: 0.001, seconds: 1 },
  }));
  const { svg } = drawCurves([describeTraining('own', history)], { document: nodeDocument() });
  const ticks = [...svg.matchAll(/>(\d+(?:\.\d+)?)</g)].map(([, text]) => Number(text));
  assert.ok(ticks.includes(100), 'the axis ends with 100');
  assert.ok(!ticks.some((value) => value > 100), `ticks: ${ticks.join(', ')}`);
});

test('the values of pixels that are too small to hold them appear under the pointer', () => {
  const { data } = makeInspection({ shape: gray(28, 28) });
  const { svg } = drawPixels(data, { document: nodeDocument(), width: 544 });
  const { pixels } = data.samples[0];
  const told = [...svg.matchAll(/<title>column (\d+), row (\d+): (\d+)</g)].map(([, ...numbers]) =>
    numbers.map(Number),
  );
  assert.equal(told.length, pixels.length);
  for (const [column, row, value] of told)
    assert.equal(value, pixels[row * 28 + column], `${column}, ${row}`);
  // The framed part shows its values: as many as it has pixels, each of them of the image.
  const shown = textBoxes(svg).filter(({ text, size }) => /^\d+$/.test(text) && size === 11);
  assert.ok(shown.length >= 81, `${shown.length} values`);
});

test('the network drawing names every operation and counts the parameters of BatchNorm1d', () => {
  const { spec } = fixtures['units that are never off, with BatchNorm1d']();
  const { alt, svg } = drawNetwork(spec, { document: nodeDocument(), width: 360 });
  assert.match(alt, /fc1 with 24 units \(Linear, BatchNorm1d, LeakyReLU, dropout 0.25; 1,608 parameters\)/);
  assert.doesNotMatch(svg, /BatchNorm…|LeakyReLU…/);
});

test('the network drawing says what goes round a residual block, and counts its norms where they belong', () => {
  const spec = multilayer(64, [24], 10, [0.25], { activation: 'gelu', blocks: 2, expansion: 3 });
  for (const width of widths) checkLayout(drawNetwork(spec, { document: nodeDocument(), width }), width);
  const { alt, svg } = drawNetwork(spec, { document: nodeDocument(), width: 560 });
  assert.match(alt, /fc2 with 72 units \(LayerNorm, Linear, GELU, dropout 0.25; 1,848 parameters\)/);
  assert.match(alt, /fc5 with 24 units \(Linear, plus fc3; 1,752 parameters\)/);
  assert.match(alt, /fc6 with 10 units \(LayerNorm, Linear, LogSoftmax; 298 parameters\)/);
  assert.match(svg, /Arrows: skip connections/);
});

test('figures of an audit keep the long names of neighbors apart, and show usual ones whole', () => {
  const examples = auditExamples(madeUpAudit, madeUpSplits);
  const classNames = ['T-shirt/top', 'Ankle boot and more', 'i'.repeat(80)];
  const suspects = Array.from({ length: 4 }, () => examples.suspects).flat();
  const drawing = drawSuspects(
    { ...examples, classNames, suspects },
    { document: nodeDocument(), width: 560 },
  );
  assert.match(drawing.svg, />T-shirt\/top</);
  for (const width of widths)
    for (const { draw } of auditFigures)
      checkLayout(draw({ ...examples, classNames, suspects }, { document: nodeDocument(), width }), width);
});

test('however a search for a learning rate went, its figure holds together', () => {
  const document = nodeDocument();
  for (const [name, curve] of Object.entries(madeUpCurves)) {
    for (const width of widths) checkLayout(drawRates(curve, { document, width, facts: name }), width);
    const figure = drawRates(curve, { document });
    assert.ok(renderPng(figure, { scale: 0.2 }).length > 100);
    assert.doesNotMatch(figure.svg + figure.alt, /url\(|NaN|undefined|Infinity|null/, name);
    assert.equal(figure.svg.includes('>take '), curve.suggested !== undefined);
    if (curve.suggested !== undefined) assert.ok(figure.alt.includes(`rate: ${curve.suggested},`));
  }
});

test('a figure has the name that the table gives it', () => {
  const inspection = fixtures.plain();
  const options = { document: nodeDocument() };
  for (const { name, draw } of runFigures) assert.equal(draw(inspection, options).name, name);
  for (const { name, draw } of comparisonFigures) assert.equal(draw([inspection], options).name, name);
  const names = runFigures.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

test('a notebook shows a figure by itself: the drawing, or its words', () => {
  for (const figure of drawAll('plain', {})) {
    // By the name that the kernel looks up, not by the constant of this code.
    const show: unknown = Reflect.get(figure, Symbol.for('Jupyter.display'));
    assert.ok(typeof show === 'function', figure.name);
    assert.deepEqual(show.call(figure), { 'image/svg+xml': figure.svg, 'text/plain': figure.alt });
  }
});

test('the same run gives the same text, from any document', () => {
  assert.deepEqual(
    drawAll('plain', {}).map(({ svg }) => svg),
    drawAll('plain', {}).map(({ svg }) => svg),
  );
});

test('names are data: what looks like markup comes out as text', () => {
  for (const { svg } of drawAll('hostile', {})) {
    assert.doesNotMatch(svg, /<script|<img|<!--|onload="/);
    assert.equal([...svg.matchAll(/<\/?svg/g)].length, 2);
  }
  const figures = drawAll('hostile', { width: 1000 });
  const balance = figures.find(({ name }) => name === 'class-balance');
  assert.match(balance?.svg ?? '', />&lt;script&gt;alert\(1\)&lt;\/script&gt;</);
});

describe('themes', () => {
  const color = /(?:fill|stroke)="(#[0-9a-f]{6})"/g;
  const used = (svg: string): string[] => [...new Set([...svg.matchAll(color)].map(([, hex]) => hex))];

  test('dark exchanges every color that has a dark one, and nothing else', () => {
    const [light, dark] = (['light', 'dark'] as const).map((theme) => drawAll('plain', { theme }));
    light.forEach((figure, i) => {
      assert.deepEqual(used(dark[i].svg), used(figure.svg).map(inDark));
      assert.doesNotMatch(figure.svg + dark[i].svg, /<style|light-dark|var\(/);
      assert.notEqual(figure.svg, dark[i].svg);
    });
  });

  test('auto has the light colors, and a rule for each that differs in the dark', () => {
    const light = drawAll('plain', { theme: 'light' });
    drawAll('plain', {}).forEach(({ svg }, i) => {
      assert.equal(svg.replace(/<style>.*?<\/style>/s, ''), light[i].svg);
      for (const hex of used(light[i].svg).filter((each) => inDark(each) !== each))
        assert.ok(svg.includes(`:light-dark(${hex},${inDark(hex)})`), hex);
    });
  });
});

test('cells and dots can be found by a page', () => {
  const inspection = fixtures.plain();
  const figures = drawAll('plain', {});
  const { svg } = figures.find(({ name }) => name === 'confusion') ?? { svg: '' };
  const cells = [...svg.matchAll(/<rect data-cell="(\d) (\d)"[^>]*><title>([^<]*)/g)];
  assert.equal(cells.length, 100);
  const { evaluation, data } = inspection;
  for (const [, actual, predicted, title] of cells) {
    const count = evaluation.confusion[Number(actual)][Number(predicted)];
    assert.ok(title.startsWith(data.classNames[Number(actual)]), title);
    assert.match(title, new RegExp(`: ${count} `));
  }
  const map = figures.find(({ name }) => name === 'map-pca')?.svg ?? '';
  const dots = /<g[^>]*data-dots=""[^>]*>(.*?)<\/g>/s.exec(map)?.[1] ?? '';
  const centers = [...dots.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  assert.equal(centers.length, inspection.map.labels.length);
  const { points } = inspection.map;
  const largest = centers.indexOf(Math.max(...centers));
  const xs = centers.map((_, i) => points[2 * i]);
  assert.equal(xs[largest], Math.max(...xs));
});
