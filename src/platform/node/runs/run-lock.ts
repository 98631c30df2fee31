/**
 * One process at a time writes into a run folder. The file `lock` names that process. It appears with its
 * contents in one step, so it is never seen empty.
 *
 * A lock whose process has ended is taken over by the first process that creates the file `lock.after-<digest
 * of the lock>`. It names the new process, and is then the lock; it can be taken over in the same way when
 * that process is killed. The winner puts its name into `lock` and removes its file. A process that creates
 * such a file later finds a different lock and gives up. So no kill at any instant leaves a folder locked,
 * and two processes never hold it.
 */

import { createHash } from 'node:crypto';
import { constants, copyFile, link, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { jsonOrNone } from '../../../core/json.ts';
import { isAlive } from '../files/alive.ts';
import { readLimited } from '../files/read.ts';
import { errorCode, reason } from '../files/system-errors.ts';
import { createFile } from '../files/write.ts';
import { type Holder, holderSchema, mayRun, thisProcess } from './process.ts';

const MAX_LOCK_BYTES = 10_000;
/** Two processes that collide over one lock try again; more collisions are very unlikely. */
const MAX_TRIES = 100;

/** A lock on the disk. */
interface Found {
  readonly path: string;
  readonly text: string;
  readonly holder: Holder | undefined;
}

/**
 * Takes the lock of a run folder. Resolves to the function that releases it.
 * @throws CoutureError of kind `runtime` when a live process holds it, `usage` when another process removes the folder
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify(thisProcess());
  const path = join(folder, 'lock');
  const draft = join(folder, `.lock.${process.pid}-${crypto.randomUUID()}.tmp`);
  try {
    await write(draft, mine);
    for (let n = 0; n < MAX_TRIES; n++) {
      if ((await take(folder, draft, path)) && (await settle(folder, draft, path, mine)))
        return releaseOf(path, mine);
    }
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    // The folder, or the draft in it: a process that removes a run empties the folder first.
    if (errorCode(cause) === 'ENOENT')
      throw new CoutureError('usage', `There is no run in ${folder} any more: another process removes it.`, {
        cause,
      });
    throw new CoutureError('runtime', `Cannot lock ${folder}: ${reason(cause)}.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
  throw new CoutureError('runtime', `Cannot lock ${folder}: other processes keep taking it.`);
}

/** The process that holds the lock of a folder, as text; undefined if it is not locked. */
export async function lockHolder(folder: string): Promise<string | undefined> {
  const { holder } = (await lastOf(folder)) ?? {};
  return holder !== undefined && mayRun(holder) ? nameOf(holder) : undefined;
}

/** Tries once: makes the lock, or the file that takes over the one of a process that is gone. */
async function take(folder: string, draft: string, path: string): Promise<boolean> {
  const last = await lastOf(folder);
  if (last?.holder !== undefined && mayRun(last.holder)) throw inUse(folder, last);
  return await linked(draft, last === undefined ? path : successorOf(folder, last.text));
}

/**
 * Puts our name into `lock`, where we have it by a file that takes over; false where that file came too late. What
 * others left on the way is removed.
 */
async function settle(folder: string, draft: string, path: string, mine: string): Promise<boolean> {
  const chain = await chainOf(folder);
  if (chain.at(-1)?.text !== mine) {
    await removeOwn(folder, mine);
    return false;
  }
  if (chain.length > 1) await rename(draft, path);
  for (const name of await readdir(folder)) {
    const writer = /^\.lock\.(\d+)-[0-9a-f-]{36}\.tmp$/.exec(name)?.[1];
    const isLeft = writer !== undefined && !isAlive(Number(writer));
    if (isLeft || /^lock\.(after-[0-9a-f]{32}|takeover)$/.test(name))
      await rm(join(folder, name), { force: true });
  }
  return true;
}

/** Removes the takeover file for a lock that no longer existed. */
async function removeOwn(folder: string, mine: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('lock.after-')) continue;
    const found = await readLock(join(folder, name));
    if (found?.text === mine) await rm(found.path, { force: true });
  }
}

/** Released only once: later it may belong to another process. */
function releaseOf(path: string, mine: string): () => Promise<void> {
  let held = true;
  return async () => {
    if (held && (await readLock(path))?.text === mine) await rm(path, { force: true });
    held = false;
  };
}

/** `lock` and the files that took it over, one after the other. The last one counts. */
async function chainOf(folder: string): Promise<Found[]> {
  const chain: Found[] = [];
  let next = await readLock(join(folder, 'lock'));
  while (next !== undefined && chain.length < MAX_TRIES) {
    chain.push(next);
    next = await readLock(successorOf(folder, next.text));
  }
  return chain;
}

async function lastOf(folder: string): Promise<Found | undefined> {
  return (await chainOf(folder)).at(-1);
}

function successorOf(folder: string, text: string): string {
  return join(folder, `lock.after-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);
}

async function readLock(path: string): Promise<Found | undefined> {
  const bytes = await readLimited(path, MAX_LOCK_BYTES);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  return { path, text, holder: holderOf(text) };
}

/** Undefined if the text names no process: such a lock is void. */
function holderOf(text: string): Holder | undefined {
  return holderSchema.safeParse(jsonOrNone(text)).data;
}

async function write(path: string, text: string): Promise<void> {
  const file = await createFile(path);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** Makes `path` with the contents of the draft; false when it is there already. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // Some file systems have no links: a copy, which others may see half filled for an instant, has to do.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
  }
  try {
    await copyFile(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function inUse(folder: string, { holder, path }: Found): CoutureError {
  const elsewhere = holder?.host !== hostname();
  return new CoutureError('runtime', `${folder} is in use by ${holder && nameOf(holder)}.`, {
    hint: elsewhere
      ? `If that process is gone, delete ${path} and try again.`
      : 'Wait for it, stop it, or use another name.',
  });
}

function nameOf({ pid, host }: Holder): string {
  return `process ${pid}${host === hostname() ? '' : ` on ${host}`}`;
}
