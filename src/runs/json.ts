/**
 * Checked JSON files of a store. Couture's own state is sealed: the file contains the SHA-256 of its value
 * under the key `sha256`. The digest is of the value, not of the text, so a file may be formatted
 * differently; a reader detects any other change.
 */

import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { sha256 } from '../core/sha256.ts';
import { decodeText } from '../core/text.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import type { RunStore } from './store.ts';

export const MAX_JSON_BYTES = 16 * 1024 * 1024;

const sealedSchema = z.looseObject({ sha256: z.string() });
const versionedSchema = z.looseObject({ version: z.number() });

/** JSON in Couture's layout: indented, with a newline at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** SHA-256 of a JSON value. */
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
 * Reads a sealed file, and checks its digest and its contents.
 * @throws CoutureError of kind `data` naming the file and the fault
 */
export async function readSealed<Schema extends z.ZodType>(
  store: RunStore,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return checkJson(await unseal(await readJsonValue(store, path), path), path, schema);
}

/**
 * The contents of a sealed file without the digest.
 * @param hint what to do about a file that has changed
 * @throws CoutureError of kind `data` when the digest is wrong or missing
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
 * The text after the name of a file that has another version; undefined for this version, or for none.
 * @param what its contents, with an article: `a config`
 */
export function versionMisfit(value: unknown, what: string, version: number): string | undefined {
  const found = versionedSchema.safeParse(value);
  if (!found.success || found.data.version === version) return undefined;
  return `is ${what} of version ${found.data.version}, but Couture ${COUTURE_VERSION} reads version ${version}`;
}

/**
 * The contents of a JSON file, checked.
 * @throws CoutureError of kind `data` naming the file and the fault
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
