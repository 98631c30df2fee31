import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { settingsSchema, type TrainSettings } from './settings.ts';

/** Both ways, so that the interface has no field more or less than the table, and no other type. */
type Stored = z.infer<typeof settingsSchema>;
type Same<A, B> = [A, B] extends [B, A] ? true : never;
const hasSameFields: Same<keyof TrainSettings, keyof Stored> = true;

/** The comment of a setting: the sentence of the table, which the command line prints, and the default. */
function expectedComment(schema: (typeof settingsSchema.shape)[keyof TrainSettings]): string {
  const { description = '' } = schema;
  const value = schema.unwrap();
  const [first] = description.split(' ');
  const isOption = value instanceof z.ZodEnum && value.options.map(String).includes(first);
  const sentence = isOption ? description : description.charAt(0).toUpperCase() + description.slice(1);
  const standard: unknown = schema.parse(undefined);
  const text = Array.isArray(standard) ? standard.join(', ') || 'none' : String(standard ?? 'none');
  return `${sentence}. Default: ${text}.`;
}

test('the comment of each setting in the interface is the sentence of the command line', () => {
  const text = readFileSync(new URL('./train-settings.ts', import.meta.url), 'utf8');
  const body = text.slice(text.indexOf('export interface TrainSettings'));
  const comments = new Map(
    [...body.matchAll(/\/\*\*(.*?)\*\/\s*readonly (\w+):/gs)].map(([, comment, name]) => [
      name,
      comment.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim(),
    ]),
  );
  const expected = new Map(
    Object.entries(settingsSchema.shape).map(([name, schema]) => [name, expectedComment(schema)]),
  );
  assert.deepEqual(comments, expected);
  assert.ok(hasSameFields);
});
