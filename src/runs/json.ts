/**
 * JSON files of a store, checked before they are believed. What Couture keeps of its own state is sealed: the SHA-256 of the
 * file's value stands in it under the key `sha256`. It is of the value, not of the text, so that a file may be laid out
 * anew; any other change is found by whoever reads it.
 */

import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { sha256 } from '../core/sha256.ts';
import { decodeText } from '../core/text.ts';
import type { RunStore } from './store.ts';

export const MAX_JSON_BYTES = 16 * 1024 * 1024;

const sealedSchema = z.looseObject({ sha256: z.string() });

/** JSON as Couture keeps it: indented, with a newline at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** SHA-256 of a value that JSON can hold. */
export async function jsonSha256(value: unknown): Promise<string> {
  return await sha256(new TextEncoder().encode(canonicalJson(value)));
}

/** The text of a sealed file. */
export async function formatSealed(value: object): Promise<string> {
  return formatJson({ ...value, sha256: await jsonSha256(value) });
}

/** Writes a sealed file. */
export async function writeSealed(store: RunStore, path: string, value: object): Promise<void> {
  await store.write(path, await formatSealed(value));
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
 * A sealed file, held to its digest and then checked.
 * @throws CoutureError of kind `data` naming the file and what is wrong with it
 */
export async function readSealed<Schema extends z.ZodType>(
  store: RunStore,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return checkJson(await unseal(await readJsonValue(store, path), path), path, schema);
}

/**
 * What a sealed file holds, without the digest.
 * @param hint what to do about a file that has changed
 * @throws CoutureError of kind `data` when the value does not have the digest that it carries, or carries none
 */
export async function unseal(
  value: unknown,
  path: string,
  hint = 'The file has changed since it was written. Undo the change, or restore the file from a backup.',
): Promise<object> {
  const sealed = sealedSchema.safeParse(value);
  if (!sealed.success) {
    throw new CoutureError('data', `${path} has no digest of its contents.`, {
      hint: 'Another program or an early version of Couture wrote it, or it is damaged.',
    });
  }
  const { sha256: digest, ...contents } = sealed.data;
  if ((await jsonSha256(contents)) === digest) return contents;
  throw new CoutureError('data', `${path} is damaged: its contents do not match its SHA-256 digest.`, {
    hint,
  });
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
