/** Checks whether a network fits into a backend's memory, before any memory is allocated. */

import { CoutureError } from '../core/errors.ts';
import { count } from '../core/format.ts';

const MEBIBYTE = 2 ** 20;

/** Most bytes that the reference backend may use: it is for small networks. */
export const REFERENCE_BYTES = 4 * 2 ** 30;

/**
 * @param needed bytes, including those that are allocated already
 * @param limit bytes that are available
 * @throws CoutureError of kind `runtime` if more bytes are needed than are available
 */
export function checkMemory(needed: number, limit: number): void {
  if (needed > limit) throw outOfMemory(needed, `only ${mebibytes(limit)} are available`);
}

/** @param why the reason, as the end of the sentence */
export function outOfMemory(needed: number, why: string, cause?: unknown): CoutureError {
  return new CoutureError('runtime', `Out of memory: the engine needs ${mebibytes(needed)}, but ${why}.`, {
    hint: 'Use a smaller batch size, a smaller network or fewer images.',
    cause,
  });
}

function mebibytes(bytes: number): string {
  return `${count(Math.ceil(bytes / MEBIBYTE))} MiB`;
}
