/** Image files as RGBA bytes, by sharp: a few at a time, within a budget of memory. */

import { CoutureError } from '../../../core/errors.ts';
import { printable } from '../../../core/printable.ts';
import type { Rgba } from '../../../data/import/prepare-picture.ts';
import { isEncodedImage } from '../images/images.ts';
import { decodePlainPng } from '../images/plain-png.ts';

const MAX_PIXELS = 50_000_000;
const MAX_SIDE = 32_768;
/** Bytes of decoded pictures that are held at once; one picture beyond it is decoded alone. */
const BUDGET = 256 * 2 ** 20;

/** Lets so many bytes be in use; who wants more waits. */
class Budget {
  #left = BUDGET;
  readonly #waiting: (() => void)[] = [];

  async use<Result>(bytes: number, task: () => Promise<Result>): Promise<Result> {
    const share = Math.min(bytes, BUDGET);
    while (this.#left < share) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#left -= share;
    try {
      return await task();
    } finally {
      this.#left += share;
      for (const resume of this.#waiting.splice(0)) resume();
    }
  }
}

const budget = new Budget();

/**
 * Decodes a PNG, JPEG or WebP file. Pictures stay as their camera held them; their orientation is told.
 * @param name what errors call it
 * @throws CoutureError of kind `data` that says what is wrong with it
 */
export async function decodeFile(bytes: Uint8Array, name: string): Promise<Rgba> {
  const plain = decodePlainPng(bytes, name);
  if (plain !== undefined) return plain;
  if (!isEncodedImage(bytes)) throw unreadable(name, 'it is not a PNG, JPEG or WebP file');
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 });
    const { width, height, orientation = 1 } = await image.metadata();
    if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE)
      throw unreadable(name, `it has ${width}x${height} pixels: make it smaller`);
    return await budget.use(width * height * 4, async () => {
      const pixels = image.toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' });
      const { data, info } = await pixels.toBuffer({ resolveWithObject: true });
      if (info.channels !== 4) throw unreadable(name, `it came out with ${info.channels} channels`);
      return { data, width: info.width, height: info.height, orientation };
    });
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    const [words] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw unreadable(name, `it is damaged or cut short (${words.replace(/\.$/, '')})`, cause);
  }
}

function unreadable(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `${printable(name)}: ${what}.`, { cause });
}
