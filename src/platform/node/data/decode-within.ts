/** Decoding many pictures at a time within a budget of memory: a few large ones or many small ones. */

import { readImageHeader } from '../../../data/image-header.ts';
import type { Picture } from '../../../data/prepare/picture.ts';
import { decodePicture } from '../images/decode.ts';

/**
 * A decoder with at most that many bytes of pictures in memory; other calls wait. A picture that is larger
 * than the budget is decoded alone.
 */
export function decodeWithin(budget: number): (bytes: Uint8Array, name: string) => Promise<Picture> {
  let left = budget;
  const waiting: (() => void)[] = [];
  return async (bytes, name) => {
    const header = readImageHeader(bytes);
    const wanted = header === undefined ? 0 : header.width * header.height * 4;
    const share = Math.min(wanted, budget);
    while (left < share) await new Promise<void>((resolve) => waiting.push(resolve));
    left -= share;
    try {
      return await decodePicture(bytes, name);
    } finally {
      left += share;
      for (const resume of waiting.splice(0)) resume();
    }
  };
}
