/** JSON files of a store, checked before they are believed. */

import type * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { decodeText } from '../core/text.ts';
import type { RunStore } from './store.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** JSON as Couture keeps it: indented, with a newline at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * A JSON file.
 * @throws CoutureError of kind `data` when it is missing, too long or not JSON
 */
export async function readJsonValue(store: RunStore, path: string): Promise<unknown> {
  const bytes = await store.read(path, MAX_JSON_BYTES);
  if (bytes === undefined) throw new CoutureError('data', `${path} is missing.`);
  return parseJson(decodeText(bytes, path), path);
}

/**
 * A JSON file, checked.
 * @throws CoutureError of kind `data` naming the file and what is wrong with it
 */
export async function readJson<Schema extends z.ZodType>(
  store: RunStore,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return checkJson(await readJsonValue(store, path), path, schema);
}

/**
 * The contents of a JSON file, checked.
 * @throws CoutureError of kind `data` naming the file and what is wrong with it
 */
export function checkJson<Schema extends z.ZodType>(
  value: unknown,
  path: string,
  schema: Schema,
): z.output<Schema> {
  return checkSchema(
    schema,
    value,
    ({ what, hint }) =>
      new CoutureError('data', `${path} is damaged: ${what}.`, { ...(hint !== undefined && { hint }) }),
  );
}
