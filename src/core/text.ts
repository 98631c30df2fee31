/** Text from outside: UTF-8, or UTF-16 with a byte order mark, which Windows editors and shells write. */

import { CoutureError, type ErrorKind } from './errors.ts';

/**
 * Bytes as text, without their byte order mark.
 * @param source name of the bytes in messages
 * @throws CoutureError of that kind where they are not text
 */
export function decodeText(bytes: Uint8Array, source: string, kind: ErrorKind = 'data'): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CoutureError(kind, `${source} is not valid ${encoding.toUpperCase()} text.`, {
      hint: 'Save it as UTF-8.',
      cause,
    });
  }
}

/**
 * Text that is written back later: UTF-8, keeping its byte order mark.
 * @throws CoutureError of that kind where the bytes are anything else, which writing would damage
 */
export function decodeExactly(bytes: Uint8Array, source: string, kind: ErrorKind = 'data'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CoutureError(kind, `${source} is not valid UTF-8 text.`, { hint: 'Save it as UTF-8.', cause });
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
