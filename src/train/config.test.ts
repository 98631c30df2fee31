import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linear, logSoftmax, relu, sequential } from '../model/spec.ts';
import { checkPartialSettings, resolveConfig } from './config.ts';
import { configSchema } from './settings.ts';

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

test('layers of one’s own stand for hidden and dropout', () => {
  const model = sequential(linear(784, 20), relu(), linear(20, 10), logSoftmax());
  const config = resolveConfig({ recipe: 'baseline', model });
  assert.deepEqual(config.model, model);
  assert.deepEqual([config.settings.hidden, config.settings.dropout], [[20], [0]]);
  assert.throws(() => resolveConfig({ model: sequential(linear(5, 10), logSoftmax()) }), {
    kind: 'usage',
    message: /takes 5 pixels/,
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
    message: /layers\.2\.layers\.1\.out/,
  });
});

test('a config survives its file', () => {
  const config = resolveConfig({ recipe: 'baseline' });
  assert.deepEqual(configSchema.parse(JSON.parse(JSON.stringify(config))), config);
});

test('wrong names are answered with the nearest', () => {
  assert.throws(() => resolveConfig({ recipe: 'basline' }), {
    kind: 'usage',
    hint: 'Did you mean baseline?',
  });
  assert.throws(() => resolveConfig({ settings: { dataset: 'fasion-mnist' } }), {
    kind: 'usage',
    hint: 'Did you mean fashion-mnist?',
  });
  assert.throws(() => checkPartialSettings({ epoch: 1 }), { kind: 'usage', hint: 'Did you mean epochs?' });
  assert.throws(() => checkPartialSettings({ epochs: 0 }), { kind: 'usage', message: /epochs/ });
  assert.deepEqual(checkPartialSettings({ epochs: 2 }), { epochs: 2 });
});
