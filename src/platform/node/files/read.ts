/** Files from outside: read within limits, and checked before they are believed. */

import { readFile, stat } from 'node:fs/promises';
import type * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from './files.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** Whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** The bytes of a file, or undefined when there is none. */
export async function readLimited(path: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path);
    if (size > limit)
      throw new CoutureError('data', `${path} has ${size} bytes, over the limit of ${limit}.`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new CoutureError('data', `Cannot read ${path}: ${reason(cause)}.`, { cause });
  }
}

/**
 * A JSON file, checked.
 * @throws CoutureError of kind `data` naming the file and what is wrong with it
 */
export async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const bytes = await readLimited(path, MAX_JSON_BYTES);
  if (bytes === undefined) throw new CoutureError('data', `${path} is missing.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CoutureError('data', `${path} is not JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CoutureError('data', `${path} is damaged: ${issue.path.join('.') || 'it'}: ${issue.message}.`);
}
