/** The digest of the imported content and options: the key of the result in the cache. */

import type { ImageShape } from '../image-shape.ts';
import type { PictureSteps, PixelScaling } from '../preprocessing.ts';
import { blocksOf } from '../readers/bytes.ts';
import type { FoundData } from '../readers/found.ts';
import type { ImportPlatform } from './options.ts';

/** Change it whenever the same files would give other bytes. */
const VERSION = 1;

/**
 * The digest of an import: of its files with their paths, of the options that change its bytes, and of nothing else.
 * @param digests of the image files, in the order training, test
 */
export async function contentDigest(
  found: FoundData,
  digests: readonly (string | undefined)[],
  options: {
    readonly shape: ImageShape;
    readonly steps: PictureSteps;
    readonly pixels: PixelScaling;
    readonly share: number;
  },
  { sha256 }: Pick<ImportPlatform, 'sha256'>,
): Promise<string> {
  const { share, ...prepared } = options;
  // The share of the test split matters only if one is drawn.
  const drawn = found.test === null ? share : null;
  const head = { version: VERSION, format: found.format, ...prepared, drawn };
  const lines = [JSON.stringify(head)];
  for (const container of found.containers) {
    const source = await container.open();
    lines.push(`${JSON.stringify(container.path)} ${source.size}`);
    for await (const block of blocksOf(source)) lines.push(await sha256(block));
  }
  const train = found.train.length;
  for (let index = 0; index < digests.length; index++) {
    if (digests[index] === undefined) continue;
    const list = index < train ? found.train : found.test!;
    const place = index < train ? index : index - train;
    lines.push(`${index < train ? 'train' : 'test'} ${JSON.stringify(list.nameOf(place))} ${digests[index]}`);
  }
  return await sha256(new TextEncoder().encode(lines.join('\n')));
}
