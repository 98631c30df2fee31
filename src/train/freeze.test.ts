import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from './config.ts';
import { freezeInDigest, frozenLayers, withFreezeListed } from './freeze.ts';
import { configSchema } from './settings.ts';

test('frozen layers that were taken from a model keep their statistics; others gather them', () => {
  const { model, settings } = resolveConfig({ settings: { hidden: [8, 8], norm: 'batch', freeze: [1, 3] } });
  assert.deepEqual(frozenLayers({ model, settings }), { frozen: [0, 2], settled: [] });
  const initFrom = { model: 'x', sha256: 'ab'.repeat(32), layers: ['fc1', 'fc2'] };
  assert.deepEqual(frozenLayers({ model, settings, initFrom }), { frozen: [0, 2], settled: [0] });
});

test('the count of older configs reads as the list that it stands for, with the same digest', () => {
  const config = resolveConfig({ recipe: 'fast-92' });
  const older = (freeze: unknown) => ({ ...config, settings: { ...config.settings, freeze } });
  assert.deepEqual(configSchema.parse(withFreezeListed(older(2))), config);
  assert.deepEqual(configSchema.parse(withFreezeListed(older(0))).settings.freeze, []);
  assert.equal(withFreezeListed(config), config);
  for (const wrong of [-1, 1.5, 65, '2', null])
    assert.throws(() => configSchema.parse(withFreezeListed(older(wrong))), /freeze/);
  for (const odd of [null, 7, 'x', {}, { settings: 3 }]) assert.equal(withFreezeListed(odd), odd);
  assert.deepEqual([[1, 2], [], [2], [1, 3]].map(freezeInDigest), [2, 0, [2], [1, 3]]);
});
