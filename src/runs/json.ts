/** JSON files of a store, checked before they are believed. */

import type * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import type { RunStore } from './store.ts';

export const MAX_JSON_BYTES = 16 * 1024 * 1024;

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
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CoutureError('data', `${path} is not JSON.`, { cause });
  }
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
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CoutureError('data', `${path} is damaged: ${issue.path.join('.') || 'it'}: ${issue.message}.`);
}
