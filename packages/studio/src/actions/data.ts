/** The data set at hand. */

import { batch } from '@preact/signals';
import { request } from '../client.ts';
import type { Choice } from '../protocol.ts';
import * as state from '../state.ts';
import { attempt } from './attempt.ts';

/** Reads files that a person chose. */
export async function importFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  await attempt('data', async () => {
    const set = await request('import', { files });
    batch(() => {
      state.set.value = set;
      state.opened.value = undefined;
      state.judged.value = undefined;
      state.picture.value = { kind: 'image', split: 'test', index: 0 };
      state.answer.value = undefined;
    });
  });
  state.importing.value = undefined;
}

/** Enlarges an image of the data view. */
export async function openImage(choice: Choice, place: number): Promise<void> {
  await attempt('data', async () => {
    state.opened.value = await request('image', { choice, place });
  });
}
