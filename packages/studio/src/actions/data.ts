/** The data set at hand. */

import { batch } from '@preact/signals';
import { request } from '../client.ts';
import type { Choice, KeptSet, SetSummary } from '../protocol.ts';
import * as state from '../state.ts';
import { attempt } from './attempt.ts';
import { isStill } from './is-still.ts';
import { predictAgain } from './models.ts';

/** Digest and name of the imported images that were used last, so that a reload takes them again. */
const LAST_SET = 'couture-studio-set';

/** The kept set that the page begins with; undefined for the set of the host. */
export function lastSet(): Pick<KeptSet, 'digest' | 'name'> | undefined {
  const [, digest, name] = /^([0-9a-f]{64})(?: (.+))?$/.exec(localStorage.getItem(LAST_SET) ?? '') ?? [];
  return digest === undefined ? undefined : { digest, name: name ?? 'of the last visit' };
}

/**
 * Takes a kept set, or Fashion-MNIST for null.
 * @returns false where that failed
 */
export async function useSet(kept: Pick<KeptSet, 'digest' | 'name'> | null): Promise<boolean> {
  let isTaken = false;
  await attempt('data', async () => {
    takeSet(await request('use-set', { kept }));
    isTaken = true;
  });
  // A set that cannot be taken may be gone, also from the list.
  if (!isTaken) await listKept();
  return isTaken;
}

/** Begins with the set of the host again after a reload. */
export function forgetLastSet(): void {
  localStorage.removeItem(LAST_SET);
}

/** Lists the kept sets, and what the page uses of the browser's storage. */
export async function listKept(): Promise<void> {
  await attempt('kept', async () => {
    const [sets, room] = [await request('sets', {}), await request('room', {})];
    batch(() => {
      state.keptSets.value = sets;
      state.room.value = room;
    });
  });
}

/** Deletes a kept set for good. */
export async function removeSet(digest: string): Promise<void> {
  await attempt('kept', async () => {
    await request('remove-set', { digest });
    if (lastSet()?.digest === digest) forgetLastSet();
  });
  await listKept();
}

/** Shows a set, and what is known of the last one no more. */
export function takeSet(set: SetSummary): void {
  const { origin } = set.info;
  if (origin.kind === 'import' && set.kept)
    localStorage.setItem(LAST_SET, `${origin.digest} ${set.info.name}`);
  else forgetLastSet();
  batch(() => {
    state.set.value = set;
    state.opened.value = undefined;
    state.judged.value = undefined;
    state.picture.value = { kind: 'image', split: 'test', index: 0 };
    state.answer.value = undefined;
  });
  predictAgain();
}

/** Reads files that a person chose. */
export async function importFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  await attempt('data', async () => {
    // Where the browser agrees, it does not clear the images of this page by itself.
    void navigator.storage?.persist?.();
    takeSet(await request('import', { files }));
  });
  state.importing.value = undefined;
}

/** Enlarges an image of the data view. */
export async function openImage(choice: Choice, place: number): Promise<void> {
  await attempt('data', async () => {
    const of = state.set.value;
    const image = await request('image', { choice, place });
    if (isStill(of)) state.opened.value = image;
  });
}
