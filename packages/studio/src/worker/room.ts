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

let patient = false;
let stopWaiting = Promise.withResolvers<never>();
stopWaiting.promise.catch(() => {});

/** Whether writes wait for room: while a run is trained. */
export function setPatient(on: boolean): void {
  patient = on;
  if (!on) return;
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

/** Writes a file; where the browser has no room for it, tries again until it has. */
export async function writePatiently(write: () => Promise<void>): Promise<void> {
  let waited = false;
  for (;;) {
    try {
      await write();
      if (waited) say({ type: 'room', waiting: false });
      return;
    } catch (error) {
      if (!patient || !isFull(error)) throw error;
      if (!waited) say({ type: 'room', waiting: true });
      waited = true;
      const pause = new Promise<void>((resolve) => setTimeout(resolve, AGAIN));
      await Promise.race([pause, stopWaiting.promise]).catch((stopped: unknown) => {
        say({ type: 'room', waiting: false });
        throw stopped;
      });
    }
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
 * That there is room for so many bytes.
 * @throws CoutureError of kind `runtime` with both figures
 */
export async function requireRoom(bytes: number, what: string): Promise<void> {
  const { quota, usage } = await roomOf();
  const left = Math.max(0, (quota ?? Number.POSITIVE_INFINITY) - usage);
  if (left >= bytes) return;
  throw new CoutureError(
    'runtime',
    `${what} needs ${megabytes(bytes)} of this browser's storage, but only ${megabytes(left)} are left for this page.`,
    { hint: 'In Runs, delete runs or images for good.' },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
