/** The controls are the table of settings in another form. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingControls } from './controls.ts';
import { recipes } from './recipes.ts';
import { settingGroups, settingsSchema } from './settings.ts';

test('every setting has one control, with its group and default', () => {
  assert.deepEqual(
    settingControls.map(({ key }) => key),
    Object.keys(settingsSchema.shape),
  );
  for (const { key, group, standard, description } of settingControls) {
    assert.ok(settingGroups[group as keyof typeof settingGroups].includes(key), key);
    assert.deepEqual(standard, settingsSchema.shape[key].parse(undefined), key);
    assert.ok(description.length > 10, key);
  }
});

test('limits are those of the checks', () => {
  const accepts = (key: string, value: unknown): boolean =>
    settingsSchema.partial().safeParse({ [key]: value }).success;
  let tried = 0;
  for (const { key, kind, range, choices } of settingControls) {
    if (kind === 'choice') {
      assert.ok(choices.every((word) => accepts(key, word)) && !accepts(key, 'no such word'), key);
      continue;
    }
    if (kind !== 'number' && kind !== 'numbers') continue;
    const wrap = (value: number): unknown => (kind === 'numbers' ? [value] : value);
    const { least, most, aboveLeast, belowMost, whole } = range;
    const step = whole ? 1 : 1e-6;
    if (least !== undefined) {
      tried += 1;
      assert.equal(accepts(key, wrap(least)), !aboveLeast, `${key} ${least}`);
      assert.equal(accepts(key, wrap(least - step)), false, `${key} below ${least}`);
    }
    if (most !== undefined && most < Number.MAX_SAFE_INTEGER) {
      tried += 1;
      assert.equal(accepts(key, wrap(most)), !belowMost, `${key} ${most}`);
      assert.equal(accepts(key, wrap(most + step)), false, `${key} above ${most}`);
    }
    if (whole) assert.equal(accepts(key, wrap((least ?? 0) + 0.5)), false, `${key} is whole`);
  }
  assert.ok(tried > 40, `only ${tried} limits were tried`);
});

test('a setting of a recipe is of the kind that its control says', () => {
  const kinds = {
    number: 'number',
    switch: 'boolean',
    choice: 'string',
    numbers: 'object',
    changes: 'object',
    text: 'string',
  };
  for (const { settings } of Object.values(recipes))
    for (const { key, kind, optional } of settingControls) {
      const value = settings[key];
      if (value === undefined || (optional && value === null)) continue;
      assert.equal(typeof value, kinds[kind], key);
    }
});
