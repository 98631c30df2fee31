import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCard, makeInfo, makeModel, makeNetwork } from '../../test/model-fixture.ts';
import { multilayer } from '../model/spec.ts';
import { modelCard } from './card-text.ts';

const classNames = ['hat', 'shoe', 'sock'];
const file = { name: 'both.safetensors', bytes: 12_345 };
const members = [1, 2].map((seed) => makeNetwork(multilayer(12, [8], 3), seed));

/** A word and everything that must stand in a card for it. */
function assertHas(card: string, ...texts: string[]): void {
  for (const text of texts) assert.ok(card.includes(text), `${text}\nis not in\n${card}`);
}

test('a card says what the model is, how it was made and what it is worth', () => {
  const card = makeCard(classNames, 2);
  const calibration = { before: { loss: 0.31, ece: 0.091 }, after: { loss: 0.25, ece: 0.03 } };
  const model = makeModel({
    data: makeInfo({ height: 4, width: 3, channels: 1 }, classNames, 'fashion-mnist'),
    members,
    temperature: 0.8,
    views: { flip: true, shift: 1 },
    precision: 'float16',
    card: { ...card, calibration, title: "It's both" },
  });
  const text = modelCard(model, file);
  assert.equal(modelCard(model, file), text);
  assertHas(
    text,
    ...["# It's both\n", 'An ensemble of 2 fully connected networks', 'hat, shoe, sock'],
    ...[
      'over 2 networks and over 10 views of the image',
      '12,345 bytes',
      '2 times 12-8-3 of Linear, ReLU, LogSoftmax',
    ],
    ...['| parameters | 262 |', '| precision | float16 |', '| temperature | 0.8 |'],
    ...[
      '10: the image as it is, moved by a pixel in each direction, and all of these mirrored',
      'ab'.repeat(32),
    ],
    ...['20.00% of the training images, drawn with seed 1, were held out', 'No recipe: hidden 8; fast no.'],
    ...['| 1 | 2 | 2 of 3 | 0.1.0 |', 'npx couture train --hidden 8 --seed 2 --name made-seed2\n'],
    'npx couture pack made-seed1 made-seed2 --out both.safetensors --precision float16 --flip --shift 1 --no-fold --calibrate ' +
      "--title 'It'\\''s both'",
    ...['| test | 30 | 90.00% | 80.00% to 95.00% | 0.2500 | 3.00% |', '| validation | 30 | 90.00% |'],
    ...[
      '| hat | 90.00% | 90.00% | 90.00% | 10 |',
      'hat is classified as shoe: 1 test images, 10.0% of the class',
    ],
    ...['from 0.3100 to 0.2500', 'from 9.10% to 3.00%', 'MIT', 'The model fails on photographs'],
  );
});

test('the license of a model that somebody else trained is not known, and the card does not invent one', () => {
  const licensed = (name: string, license?: string): string =>
    modelCard(
      makeModel({ data: makeInfo({ height: 4, width: 3, channels: 1 }, classNames, name) }),
      license === undefined ? file : { ...file, license },
    ).split('## License')[1];
  const clothes = licensed('fashion-mnist');
  assert.match(clothes, /Fashion-MNIST is under the MIT license/);
  assert.match(clothes, /names no license for the weights/);
  assert.doesNotMatch(clothes, /license of Couture/);
  const own = licensed('photos');
  assert.match(own, /names no license for the pictures of photos or for the weights/);
  assert.doesNotMatch(own, /MIT|publisher/);
  assert.match(licensed('fashion-mnist', 'MIT'), /The weights are under the license of Couture, MIT\./);
});

test('what there is not is said, not left out', () => {
  const card = { ...makeCard(classNames, 2), split: null, validation: null };
  const [first, second] = card.members;
  const own = { ...second, command: null, recipe: 'fast-90', settings: { ...second.settings, fast: true } };
  const text = modelCard(makeModel({ members, card: { ...card, members: [first, own] } }), file);
  assertHas(
    text,
    ...[
      'held out different training images',
      'There are no figures for validation images',
      'No temperature was fitted',
    ],
    ...['networks 1 have custom layers', '- network 1: recipe `fast-90`: hidden 8; fast yes'],
  );
  assertHas(text, 'pictures like those of made', 'The model fails on pictures whose background is not plain');
  assert.doesNotMatch(text, /Photographs|class, validation|\| validation/);
});

test('names are text: none of them is markup', () => {
  const hostile = ['<script>', '[a](b)', 'x|y'];
  const card = makeCard(hostile, 1);
  const data = makeInfo({ height: 4, width: 3, channels: 1 }, hostile);
  const text = modelCard(makeModel({ data, card: { ...card, title: '# `x` *y*' } }), file);
  assertHas(text, '# \\# \\`x\\` \\*y\\*\n', '\\<script\\>, \\[a\\](b), x\\|y', '| x\\|y |');
});
