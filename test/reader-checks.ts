/** Shared by the tests of readers and imports: entries in memory, and what an error has to be. */

import assert from 'node:assert/strict';
import { CoutureError } from '../src/core/errors.ts';
import type { FileEntry } from '../src/data/readers/entries.ts';
import type { LabeledPictures, PixelPicture } from '../src/data/readers/found.ts';

/** Entries with these contents. */
export function entriesOf(files: Readonly<Record<string, Uint8Array | string>>): FileEntry[] {
  return Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return { path, size: bytes.length, read: async () => bytes };
  });
}

/** Checks that an error is one of the data, says what it should, and has no more than that. */
export function dataError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CoutureError, `${error instanceof Error ? error.stack : error}`);
    assert.equal(error.kind, 'data');
    assert.match(error.message, pattern);
    return true;
  };
}

/** Runs what may only fail with a CoutureError of kind `data`. */
export async function orDataError<Result>(task: () => Promise<Result> | Result): Promise<Result | undefined> {
  try {
    return await task();
  } catch (error) {
    assert.ok(
      error instanceof CoutureError && error.kind === 'data',
      `${error instanceof Error ? error.stack : error}`,
    );
    return undefined;
  }
}

/** Labels and names of all pictures. */
export function listed(pictures: LabeledPictures | null): string[] {
  if (pictures === null) return [];
  return Array.from({ length: pictures.length }, (_, i) => `${pictures.labelOf(i)}: ${pictures.nameOf(i)}`);
}

/** The pixels of a picture of an array or list. */
export async function pixelsOf(pictures: LabeledPictures, index: number): Promise<PixelPicture> {
  const picture = await pictures.read(index);
  assert.equal(picture.kind, 'pixels');
  return picture as PixelPicture;
}
