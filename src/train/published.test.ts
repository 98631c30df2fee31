import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, infoFor } from '../../test/dataset-fixture.ts';
import { resolveConfig } from './config.ts';
import { publishedAccuracy } from './published.ts';

test('the published accuracy is that of the recipe itself, on any machine and with any seed', () => {
  assert.equal(publishedAccuracy(resolveConfig({ recipe: 'baseline' })), 0.8742);
  const other = resolveConfig({ recipe: 'deeper', settings: { seed: 5, fast: true }, backend: 'gpu' });
  assert.equal(publishedAccuracy(other), 0.8865);
  // A run knows the checksums of its data.
  const train = { length: 60_000, imagesSha256: 'a'.repeat(64), labelsSha256: 'b'.repeat(64) };
  assert.equal(publishedAccuracy({ ...other, data: { ...other.data, splits: { train } } }), 0.8865);
});

test('a run of a recipe with other settings, other data or without a recipe has no published accuracy', () => {
  const changes = [{ epochs: 2 }, { learningRate: 0.1 }, { hidden: [128, 32] }, { validation: 0.1 }];
  for (const settings of changes)
    assert.equal(publishedAccuracy(resolveConfig({ recipe: 'baseline', settings })), undefined);
  assert.equal(
    publishedAccuracy(
      resolveConfig({ recipe: 'baseline', dataset: infoFor(gray(28, 28), resolveConfig().data.classNames) }),
    ),
    undefined,
  );
  const { settings, model } = resolveConfig({ recipe: 'baseline' });
  assert.equal(publishedAccuracy(resolveConfig({ settings })), undefined);
  assert.equal(publishedAccuracy(resolveConfig({ model, settings: { seed: 1 } })), undefined);
  assert.equal(publishedAccuracy(resolveConfig({ recipe: 'fast-90' })), undefined);
});
