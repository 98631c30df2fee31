/** Writes images as networks see them to PNG files in a folder. */

import { basename, extname, join } from 'node:path';
import type { ImageShape } from '../../../data/image-shape.ts';
import { makeFolder } from '../files/folders.ts';
import { writeFileAtomic } from '../files/write.ts';

/** Writes images into a folder, each named for its source; a repeated name gets a number. */
export class SeenFolder {
  readonly #folder: string;
  readonly #taken = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the folder where it is missing.
   * @throws CoutureError of kind `runtime` when it cannot be made
   */
  static async open(folder: string): Promise<SeenFolder> {
    await makeFolder(folder);
    return new SeenFolder(folder);
  }

  /**
   * Writes `height * width * channels` bytes as a PNG file and returns its path. A file of that name from an earlier time is
   * replaced.
   */
  async save(source: string, pixels: Uint8Array, { height, width, channels }: ImageShape): Promise<string> {
    const stem = basename(source, extname(source)).replaceAll(/[^\p{L}\p{N}._-]+/gu, '-') || 'image';
    let name = stem;
    for (let n = 2; this.#taken.has(name); n++) name = `${stem}-${n}`;
    this.#taken.add(name);
    const { default: sharp } = await import('sharp');
    const png = await sharp(pixels, { raw: { width, height, channels } })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toBuffer();
    const path = join(this.#folder, `${name}.png`);
    await writeFileAtomic(path, png);
    return path;
  }
}
