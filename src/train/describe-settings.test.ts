import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from './config.ts';
import { describeSettings } from './describe-settings.ts';

const settings = describeSettings();
const named = (name: string) => settings.find((each) => each.name === name) ?? assert.fail(name);

test('every setting of a config is described, with its default', () => {
  const { settings: standard } = resolveConfig();
  assert.deepEqual(Object.fromEntries(settings.map((each) => [each.name, each.standard])), standard);
  for (const { description, group } of settings) assert.ok(description.length > 10 && group.length > 3);
});

test('kinds, ranges and choices are those of the checks', () => {
  const { kind, least, most } = named('epochs');
  assert.deepEqual([kind, least, most], ['integer', 1, 100_000]);
  assert.deepEqual([named('learningRate').kind, named('learningRate').above], ['number', 0]);
  assert.deepEqual(
    [named('dropout').kind, named('dropout').least, named('dropout').below],
    ['numbers', 0, 1],
  );
  assert.deepEqual(
    [named('hidden').kind, named('flip').kind, named('teacher').kind],
    ['integers', 'switch', 'text'],
  );
  assert.deepEqual([named('splitSeed').nullable, named('seed').nullable], [true, false]);
  assert.deepEqual(named('norm').choices, ['none', 'batch', 'layer']);
  for (const { name, choices = [] } of settings)
    for (const choice of choices)
      if (!(name === 'init' && choice === 'local')) resolveConfig({ settings: { [name]: choice } });
});
