/** The bearer token of the service. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { CoutureError } from '../../core/errors.ts';

const LEAST = 16;
const MOST = 512;

/**
 * Checks a token that a person chose.
 * @param source where it is from, for messages
 * @throws CoutureError of kind `usage`, without the token
 */
export function checkToken(text: string, source: string): string {
  const token = text.trim();
  if (token.length < LEAST || token.length > MOST)
    throw new CoutureError(
      'usage',
      `The token in ${source} has ${token.length} characters, but ${LEAST} to ${MOST} were expected.`,
      { hint: 'Make one: openssl rand -hex 32' },
    );
  // The characters that RFC 6750 allows.
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token))
    throw new CoutureError(
      'usage',
      `The token in ${source} has characters other than letters, digits and . _ ~ + / - =`,
      { hint: 'Make one: openssl rand -hex 32' },
    );
  return token;
}

/** Compares Authorization headers with a token. The time does not depend on how much of the token is right. */
export class TokenCheck {
  readonly #digest: Buffer;

  constructor(token: string) {
    this.#digest = digestOf(token);
  }

  /** Whether a header is `Bearer` and the token. */
  accepts(authorization: string | undefined): boolean {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
    // Digests have the same length whatever is given.
    return timingSafeEqual(digestOf(given), this.#digest);
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
