/**
 * Room in the browser: what a run needs is known before it starts, and where the room runs out during training, its files
 * wait until there is some again, so that no work is lost.
 */

import { CoutureError, type RunConfig } from '@couture/core';
import { summarize } from 'couture/model';
import type { Room } from '../protocol.ts';
import { say } from './say.ts';

/** Milliseconds between two tries to write. */
const AGAIN = 1_000;

/** For the small files of a run. */
const SMALL = 1_000_000;

/** The folder whose files wait for room. */
let patient: string | undefined;
let stopWaiting = Promise.withResolvers<never>();
stopWaiting.promise.catch(() => {});

/** Lets the files of a run wait for room while it is trained; none for undefined. */
export function setPatient(folder: string | undefined): void {
  patient = folder;
  if (folder === undefined) return;
  stopWaiting = Promise.withResolvers();
  stopWaiting.promise.catch(() => {});
}

/** Ends the waiting: the run stays at its last checkpoint. */
export function giveUp(): void {
  stopWaiting.reject(
    new CoutureError('runtime', 'The browser had no room for the last epochs of this run.', {
      hint: 'The run stays at its last checkpoint. Make room and resume it.',
    }),
  );
}

/** Writes a file; where it is one of the run in training and the browser has no room for it, tries again until it has. */
export async function writePatiently(path: string, write: () => Promise<void>): Promise<void> {
  let waited = false;
  try {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (patient === undefined || !path.startsWith(`${patient}/`) || !isFull(error)) throw error;
        if (!waited) say({ type: 'room', waiting: true });
        waited = true;
        const pause = new Promise<void>((resolve) => setTimeout(resolve, AGAIN));
        await Promise.race([pause, stopWaiting.promise]);
      }
    }
  } finally {
    // However the waiting ended: written, given up, or failed for another reason.
    if (waited) say({ type: 'room', waiting: false });
  }
}

/** Whether an error, or what caused it, is that the browser has no room left. */
export function isFull(error: unknown): boolean {
  for (let one = error; one instanceof Error || one instanceof DOMException; one = one.cause)
    if (one.name === 'QuotaExceededError') return true;
  return false;
}

/** What the page uses of what the browser gives it. */
export async function roomOf(): Promise<Room> {
  const { quota, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  return { usage, quota, persisted };
}

/**
 * Bytes of the files of a run: best and last weights, and a checkpoint with weights, moments and averages. While a file is
 * written, the old one is still there.
 */
export function bytesOf({ model, settings }: RunConfig): number {
  const { parameters } = summarize(model);
  const inCheckpoint = settings.average > 0 || settings.swa > 0 ? 4 : 3;
  return 4 * parameters * (2 + 2 * inCheckpoint) + SMALL;
}

/**
 * That there is room for so many bytes. Browsers round what they say of the quota, so it is tried out with an empty file of
 * that length.
 * @throws CoutureError of kind `runtime` with what is needed and what is left
 */
export async function requireRoom(bytes: number, what: string): Promise<void> {
  const { quota, usage } = await roomOf();
  const left = Math.max(0, (quota ?? Number.POSITIVE_INFINITY) - usage);
  if (left >= bytes && (await fits(bytes))) return;
  const said = left < bytes ? `only ${megabytes(left)} are left` : 'less is left';
  throw new CoutureError(
    'runtime',
    `${what} needs ${megabytes(bytes)} of this browser's storage, but ${said} for this page.`,
    { hint: 'In Runs, delete runs or images for good.' },
  );
}

/** Whether the browser lets the page have a file of that length; true where it has no private files at all. */
async function fits(bytes: number): Promise<boolean> {
  const name = `room-${crypto.randomUUID()}`;
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  if (root === undefined) return true;
  try {
    const file = await root.getFileHandle(name, { create: true });
    const stream = await file.createWritable();
    try {
      await stream.truncate(bytes);
    } finally {
      await stream.abort();
    }
    return true;
  } catch (error) {
    return !isFull(error);
  } finally {
    await root.removeEntry(name).catch(() => {});
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
