/** The single pass over all pictures: each is read, decoded, prepared, hashed and stored. */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { ImageShape } from '../image-shape.ts';
import type { PictureSteps } from '../preprocessing.ts';
import type { PassedOver } from '../readers/found.ts';
import type { AllPictures } from './all-pictures.ts';
import { type Copies, findCopies } from './copies.ts';
import { type Hashes, hashInto, makeHashes, setHash } from './hashes.ts';
import type { ImportOptions, ImportPlatform } from './options.ts';
import { inParallel } from './parallel.ts';
import type { PixelStore } from './pixel-store.ts';
import { preparePicture } from './prepare-picture.ts';

/** The result of reading the pictures. */
export interface ReadPictures {
  /** Hashes of the original pictures. */
  readonly content: Hashes;
  /** Of the images' pixels. */
  readonly pixels: Hashes;
  /** Digests of image files; undefined for pixels. */
  readonly digests: (string | undefined)[];
  /** The reason for skipping a picture, by its number. */
  readonly problems: Map<number, string>;
}

interface Reading {
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
  readonly store: PixelStore;
  readonly options: ImportOptions;
  readonly platform: ImportPlatform;
}

/** @throws CoutureError of any kind except `data`, which skips the picture */
export async function readPictures(all: AllPictures, reading: Reading): Promise<ReadPictures> {
  const { shape, steps, store, options, platform } = reading;
  const read: ReadPictures = {
    content: makeHashes(all.length),
    pixels: makeHashes(all.length),
    digests: new Array<string | undefined>(all.length),
    problems: new Map(),
  };
  let done = 0;
  await inParallel(all.length, platform.parallel, options.signal, async (index) => {
    const { list, place } = all.at(index);
    const name = list.nameOf(place);
    try {
      const picture = await list.read(place);
      if (picture.kind === 'file') {
        const digest = await platform.sha256(picture.bytes);
        read.digests[index] = digest;
        setHash(read.content, index, digest);
      } else hashInto(read.content, index, picture.data);
      const pixels = await preparePicture(picture, shape, steps, { decode: platform.decode, name });
      hashInto(read.pixels, index, pixels);
      await store.write(index, pixels);
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      read.problems.set(index, reasonOf(error, name));
    }
    done += 1;
    options.onProgress?.({ stage: 'read', done, total: all.length });
  });
  return read;
}

/** The message of an error without the path, which is shown beside it. */
function reasonOf({ message }: CoutureError, name: string): string {
  const at = message.indexOf(`${printable(name)}: `);
  const reason = at < 0 ? message : message.slice(at + printable(name).length + 2);
  return reason.replace(/\.$/, '');
}

/** Skips files that repeat others of their class and split. Returns sentences about all other copies. */
export function passOverCopies(all: AllPictures, read: ReadPictures): readonly string[] {
  const { repeated, notices }: Copies = findCopies(all.length, (index) => fileAt(all, read, index));
  for (const [index, other] of repeated) read.problems.set(index, `it is a copy of ${other}`);
  return notices;
}

function fileAt(all: AllPictures, { digests, problems }: ReadPictures, index: number) {
  const digest = digests[index];
  if (digest === undefined || problems.has(index)) return undefined;
  return { path: all.nameOf(index), digest, label: all.labelOf(index), isTest: all.isTest(index) };
}

/** The skipped pictures, in order. */
export function problemsOf(all: AllPictures, { problems }: ReadPictures): PassedOver[] {
  const sorted = [...problems].sort(([a], [b]) => a - b);
  return sorted.map(([index, reason]) => ({ path: all.nameOf(index), reason }));
}
