import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoFor } from '../../test/dataset-fixture.ts';
import {
  classCount,
  inputWidth,
  linear,
  logSoftmax,
  type ModelSpec,
  relu,
  sequential,
} from '../model/spec.ts';
import { checkPartialSettings } from './check-settings.ts';
import { resolveConfig } from './config.ts';
import { configSchema, type TrainSettings } from './settings.ts';

test('a recipe resolves to the published network', () => {
  const { model, settings, recipe } = resolveConfig({ recipe: 'deeper', settings: { seed: 3 } });
  const widths = model.layers.flatMap((layer) => (layer.type === 'Linear' ? [layer.out] : []));
  assert.deepEqual(widths, [392, 196, 98, 49, 10]);
  assert.deepEqual(
    [recipe, settings.seed, settings.epochs, settings.learningRate],
    ['deeper', 3, 35, 0.0007],
  );
});

test('other widths keep only the dropout that still has a place', () => {
  assert.deepEqual(
    resolveConfig({ recipe: 'baseline', settings: { hidden: [50] } }).settings.dropout,
    [0.25],
  );
  assert.throws(() => resolveConfig({ settings: { hidden: [50], dropout: [0.1, 0.1] } }), { kind: 'usage' });
});

test('pixels from zero keep the scale of the data set, and say so wherever the data is described', () => {
  const { data } = resolveConfig({ settings: { pixels: 'from-zero' } });
  assert.deepEqual(data.preprocessing.pixels, { offset: [0], scale: [0.5] });
  const again = resolveConfig({ settings: { pixels: 'from-zero' }, dataset: data });
  assert.deepEqual(again.data, data);
  const plain = resolveConfig();
  assert.deepEqual(plain.data.preprocessing.pixels, { offset: [0.5], scale: [0.5] });
});

test('any layers but all are frozen, and nothing that is about all layers goes with it', () => {
  const freezing = (freeze: number[]) =>
    resolveConfig({ settings: { hidden: [8, 8], freeze } }).settings.freeze;
  assert.deepEqual(freezing([3, 2, 3]), [2, 3]);
  assert.throws(() => freezing([4]), {
    kind: 'usage',
    message: 'Invalid setting freeze: there is no layer 4, because the network has 3 layers.',
    hint: 'Give numbers from 1 to 3: layer 1 is fc1, with its norm.',
  });
  assert.throws(() => freezing([1, 2, 3]), {
    kind: 'usage',
    message: 'Invalid setting freeze: it has all 3 layers, so nothing would be trained.',
  });
  for (const other of [{ clip: 1 }, { swa: 0.5 }])
    assert.throws(() => resolveConfig({ settings: { freeze: [1], ...other } }), {
      kind: 'usage',
      message: /freeze and/,
    });
});

test('a recipe freezes its stem, and no layer of a network without it', () => {
  assert.deepEqual(resolveConfig({ recipe: 'fast-92' }).settings.freeze, [1, 2]);
  const plain = (freeze?: number[]) =>
    resolveConfig({ recipe: 'fast-92', settings: { stem: 'none', ...(freeze && { freeze }) } }).settings
      .freeze;
  assert.deepEqual(plain(), []);
  assert.deepEqual(plain([1]), [1]);
});

test('layers of one’s own stand for hidden and dropout', () => {
  const model = sequential(linear(784, 20), relu(), linear(20, 10), logSoftmax());
  const config = resolveConfig({ recipe: 'baseline', model });
  assert.deepEqual(config.model, model);
  assert.deepEqual([config.settings.hidden, config.settings.dropout], [[20], [0]]);
  assert.throws(() => resolveConfig({ model: sequential(linear(5, 10), logSoftmax()) }), {
    kind: 'usage',
    message: /takes 5 values/,
  });
});

test('blocks stand behind the last hidden layer, and are told from a model', () => {
  const settings = { hidden: [30, 20], blocks: 3, expansion: 4, dropout: [0.5, 0.25] };
  const config = resolveConfig({ settings });
  assert.equal(config.model.layers.filter(({ type }) => type === 'Residual').length, 3);
  const again = resolveConfig({ settings: config.settings, model: config.model });
  assert.deepEqual(again, config);
  const { blocks, hidden } = resolveConfig({ model: config.model }).settings;
  assert.deepEqual([blocks, hidden], [3, [30, 20]]);
  assert.throws(() => resolveConfig({ settings: { hidden: [], blocks: 1 } }), {
    kind: 'usage',
    message: 'Invalid setting blocks: residual blocks need a hidden layer before them.',
  });
  assert.throws(() => resolveConfig({ settings: { hidden: [60_000], blocks: 1 } }), {
    kind: 'usage',
    message: /layers\[2\]\.layers\[1\]\.out must be at most 65536/,
  });
});

test('a stem stands in front of the hidden layers, and a model must begin with it', () => {
  const config = resolveConfig({ settings: { stem: 'diagonals', hidden: [30], dropout: [0.5] } });
  const widths = config.model.layers.flatMap((layer) => (layer.type === 'Linear' ? [layer.out] : []));
  assert.deepEqual(widths, [3136, 324, 30, 10]);
  assert.equal(config.model.layers.filter(({ type }) => type === 'Dropout').length, 1);
  assert.deepEqual(resolveConfig({ settings: config.settings, model: config.model }), config);
  assert.deepEqual(configSchema.parse(JSON.parse(JSON.stringify(config))), config);
  const [{ type, ...first }, ...others] = config.model.layers;
  const reordered = { layers: [{ ...first, type }, ...others] } as ModelSpec;
  assert.deepEqual(resolveConfig({ settings: config.settings, model: reordered }), config);
  const model = sequential(linear(784, 20), relu(), linear(20, 10), logSoftmax());
  assert.throws(() => resolveConfig({ settings: { stem: 'edges' }, model }), {
    kind: 'usage',
    message: 'The model does not begin with the layers of the stem edges.',
  });
});

test('a config survives its file', () => {
  const config = resolveConfig({ recipe: 'baseline' });
  assert.deepEqual(configSchema.parse(JSON.parse(JSON.stringify(config))), config);
});

test('settings that exclude each other are named together', () => {
  assert.throws(() => resolveConfig({ recipe: 'fast-90', settings: { swa: 0.25 } }), {
    kind: 'usage',
    message:
      'Invalid settings average and swa: they are 0.995 and 0.25, but a run can keep only one average of its weights.',
  });
  assert.equal(resolveConfig({ recipe: 'fast-90', settings: { swa: 0.25, average: 0 } }).settings.swa, 0.25);
  for (const optimizer of ['adam', 'lion'] as const) {
    assert.throws(() => resolveConfig({ settings: { lasso: 1e-5, optimizer } }), {
      kind: 'usage',
      message: `Invalid setting lasso: it works only with the optimizer sgd, but this run uses ${optimizer}.`,
    });
  }
  assert.equal(resolveConfig({ settings: { lasso: 1e-5, optimizer: 'sgd' } }).settings.lassoThreshold, 50);
});

test('wrong names are answered with the nearest', () => {
  // @ts-expect-error A misspelled recipe does not compile; JavaScript gets the nearest name.
  assert.throws(() => resolveConfig({ recipe: 'basline' }), {
    kind: 'usage',
    hint: 'Did you mean baseline?',
  });
  assert.throws(() => checkPartialSettings({ epoch: 1 }), { kind: 'usage', hint: 'Did you mean epochs?' });
  assert.throws(() => checkPartialSettings({ epochs: 0 }), { kind: 'usage', message: /epochs/ });
  assert.deepEqual(checkPartialSettings({ epochs: 2 }), { epochs: 2 });
});

test('a teacher and its share go together, and mixing has its limits', () => {
  const rejected = (settings: Partial<TrainSettings>, message: RegExp): void => {
    assert.throws(() => resolveConfig({ settings }), { kind: 'usage', message });
  };
  rejected({ distillation: 0.5 }, /distillation: it is 0\.5, but there is no teacher/);
  rejected(
    { teacher: 'baseline-seed1' },
    /teacher: there is a teacher, but its share of the targets, distillation, is 0/,
  );
  for (const teacher of ['', ' ', 'a,,b', ',a', 'a, ']) rejected({ teacher, distillation: 1 }, /teacher/);
  rejected({ mixup: 0.6, cutmix: 0.5 }, /0\.6 and 0\.5 sum to more than 1/);
  rejected({ mixup: 1.5 }, /mixup/);
  rejected({ cutmix: 0.5, batchSize: 1 }, /batchSize: with 1 image in a batch there is no other/);
  const { settings } = resolveConfig({ settings: { teacher: 'a, runs/b c', distillation: 1, mixup: 0.5 } });
  assert.deepEqual([settings.teacher, settings.distillation, settings.cutmix], ['a, runs/b c', 1, 0]);
});

test('the network takes its inputs and classes from the data set, whatever that is', () => {
  const dataset = infoFor({ height: 20, width: 12, channels: 3 }, ['cat', 'dog', 'hen']);
  const { model, data } = resolveConfig({ recipe: 'baseline', dataset });
  assert.deepEqual(data, dataset);
  assert.deepEqual([inputWidth(model), classCount(model)], [720, 3]);
  const { data: fallback } = resolveConfig();
  assert.deepEqual([fallback.name, fallback.classNames.length], ['fashion-mnist', 10]);
  assert.throws(() => resolveConfig({ dataset: { ...dataset, classNames: ['cat', 'cat'] } }), {
    kind: 'data',
    message: /two classes have the same name/,
  });
});
