/**
 * The content-addressed cache of unpacked files: `<cache>/sha256/<hex>` holds the bytes of that sum and nothing
 * else, so that any number of processes may write it at once. A file appears whole or not at all. Sets whose sums
 * are not known beforehand have an index, `<cache>/sets/<name>.json`, from role to sum.
 */

import { hash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { anObject, checkArguments } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { jsonOrNone } from '../../../core/json.ts';
import { type DatasetEntry, type Role, roles } from '../../../data/registry.ts';
import { formatJson } from '../../../runs/json.ts';
import { isAlive } from '../files/alive.ts';
import { makeFolder } from '../files/folders.ts';
import { readLimited } from '../files/read.ts';
import { temporaryOf, writeFileAtomic } from '../files/write.ts';
import type { Proof, SetFile } from './set-file.ts';

/** An entry of the index. */
export interface IndexedFile {
  readonly sha256: string;
  readonly proof: Proof;
}

/**
 * The cache folder: `$COUTURE_CACHE`, or the platform's own place for caches. Not created here.
 * @param env the environment to read
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  checkArguments('cacheDirectory', { env: [env, anObject] });
  const { COUTURE_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (own) return own;
  // The XDG specification says to ignore a relative path.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'couture');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'couture');
  if (process.platform === 'win32' && local) return join(local, 'couture');
  return join(homedir(), '.cache', 'couture');
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** Where the bytes of that sum lie, or would lie. */
export function cachedPath(cache: string, sum: string): string {
  return join(cache, 'sha256', sum);
}

/** More than any file of a set has. */
const MAX_CACHED_BYTES = 2 ** 30;
const MAX_INDEX_BYTES = 2 ** 20;

/**
 * The bytes of that sum, or null when the cache has none.
 * @throws CoutureError of kind `data` when the file is there but holds other bytes
 */
export async function readCached(cache: string, sum: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const path = cachedPath(cache, sum);
  const bytes = await readLimited(path, MAX_CACHED_BYTES);
  if (bytes === undefined) return null;
  const found = sha256(bytes);
  if (found !== sum) {
    throw new CoutureError('data', `${path}: the file is damaged: its SHA-256 is ${found}.`, {
      hint: 'Delete it, and Couture fetches it again.',
    });
  }
  return bytes;
}

/**
 * Puts bytes into the cache, unless they are there. Returns their path.
 * @throws CoutureError of kind `runtime` when the cache cannot be written
 */
export async function writeCached(cache: string, sum: string, bytes: Uint8Array): Promise<string> {
  const path = cachedPath(cache, sum);
  const isThere = async () => (await stat(path).catch(() => null))?.size === bytes.length;
  if (await isThere()) return path;
  try {
    await writeWithFolder(path, bytes);
  } catch (error) {
    // Another process or worker may have put the same bytes there meanwhile.
    if (!(await isThere())) throw error;
  }
  return path;
}

async function writeWithFolder(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomic(path, content);
}

/** Removes what writers that were killed left beside their files, whose names have the writer's process. */
export async function removeAbandoned(cache: string): Promise<void> {
  for (const folder of ['', 'sha256', 'sets', 'imports/names', 'imports/seen'].map((name) =>
    join(cache, name),
  ))
    for (const name of await readdir(folder).catch(() => [])) {
      const found = temporaryOf(name);
      if (found !== undefined && !isAlive(found.writer))
        await rm(join(folder, name), { force: true }).catch(() => undefined);
    }
}

/** Removes a damaged file, so that the next one can take its place. */
export async function dropCached(cache: string, sum: string): Promise<void> {
  await rm(cachedPath(cache, sum), { force: true });
}

const indexSchema = z.object({
  couture: z.literal(1),
  files: z.partialRecord(
    z.enum(roles),
    z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), proof: z.enum(['sha256', 'gzip-md5', 'shape']) }),
  ),
});

/** The index of a set; empty when there is none or it cannot be read, since it can always be made again. */
export async function readIndex(cache: string, name: string): Promise<Partial<Record<Role, IndexedFile>>> {
  try {
    const bytes = await readLimited(join(cache, 'sets', `${name}.json`), MAX_INDEX_BYTES);
    const parsed = indexSchema.safeParse(jsonOrNone(bytes));
    return parsed.success ? parsed.data.files : {};
  } catch {
    return {};
  }
}

/**
 * A file of a set as the cache has it, or null when it has none.
 * @param index what `readIndex` gave: the sums that the registry does not know
 * @throws CoutureError of kind `data` when the file is there but damaged
 */
export async function cachedFile(
  cache: string,
  entry: DatasetEntry,
  role: Role,
  index: Partial<Record<Role, IndexedFile>>,
): Promise<SetFile | null> {
  const known = entry.files[role].sha256;
  const found = known === null ? index[role] : { sha256: known, proof: 'sha256' as const };
  if (found === undefined) return null;
  const content = await readCached(cache, found.sha256);
  return content && { role, content, ...found, source: 'cache', path: cachedPath(cache, found.sha256) };
}

/** Adds files to the index of a set. */
export async function addToIndex(
  cache: string,
  name: string,
  files: Partial<Record<Role, IndexedFile>>,
): Promise<void> {
  const merged = { ...(await readIndex(cache, name)), ...files };
  await writeWithFolder(join(cache, 'sets', `${name}.json`), formatJson({ couture: 1, files: merged }));
}
