/** Whether a network fits into a backend's memory, told before any of it is taken. */

import { CoutureError } from '../core/errors.ts';
import { count } from '../core/format.ts';

const MEBIBYTE = 2 ** 20;

/** Bytes that the reference backend may ask for: it is for small networks. */
export const REFERENCE_BYTES = 4 * 2 ** 30;

/**
 * @param needed bytes, with what is taken already
 * @param limit bytes that there may be
 * @throws CoutureError of kind `runtime` where there are not so many
 */
export function checkMemory(needed: number, limit: number): void {
  if (needed > limit) throw outOfMemory(needed, `it can have ${mebibytes(limit)}`);
}

/** @param why what is in the way, behind what is needed */
export function outOfMemory(needed: number, why: string, cause?: unknown): CoutureError {
  return new CoutureError('runtime', `Out of memory: the engine needs ${mebibytes(needed)}, and ${why}.`, {
    hint: 'Use a smaller batch size, a smaller network or fewer images.',
    cause,
  });
}

function mebibytes(bytes: number): string {
  return `${count(Math.ceil(bytes / MEBIBYTE))} MiB`;
}
