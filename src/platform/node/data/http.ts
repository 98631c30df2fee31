/**
 * One HTTPS request with two features that `fetch` lacks: redirects only to HTTPS, and a timeout without
 * data.
 */

import type { FetchLike } from './source.ts';

export const MAX_REDIRECTS = 5;

/** A failure of the network or the server, worded for the list of attempts. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
}

/** A timer that aborts unless it is reset. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param outer aborts as well */
  constructor(outer: AbortSignal | undefined) {
    this.signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
  }

  /** Allows `ms` milliseconds from now. */
  feed(ms: number, complaint: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(new HttpFailure(complaint)), ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Ends whatever still uses the signal. */
  abort(): void {
    this.stop();
    this.#controller.abort(new HttpFailure('given up'));
  }
}

/**
 * Sends a request and follows redirects.
 * @throws HttpFailure for anything but HTTPS and for too many redirects; whatever `fetch` throws
 */
export async function request(
  fetch: FetchLike,
  method: 'GET' | 'HEAD',
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  let at = new URL(url);
  for (let i = 0; i <= MAX_REDIRECTS; i++) {
    if (at.protocol !== 'https:')
      throw new HttpFailure(`sent to ${at.protocol}//${at.host}, which is not HTTPS`);
    // Checksums are of the published file, so the server must not compress or decompress it.
    const sent = { 'accept-encoding': 'identity', ...headers };
    const response = await fetch(at.href, { method, headers: sent, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at);
  }
  throw new HttpFailure(`more than ${MAX_REDIRECTS} redirects`);
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name cannot be resolved',
  EAI_AGAIN: 'the host name cannot be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the host cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
};

/** Why a request failed, in a few words. */
export function reasonOf(error: unknown): string {
  let deepest = error;
  // `fetch failed` hides what happened in its cause, sometimes two deep.
  while (deepest instanceof Error && deepest.cause !== undefined && !(deepest instanceof HttpFailure)) {
    deepest = deepest.cause;
  }
  if (!(deepest instanceof Error)) return String(deepest);
  const code = 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : '';
  return words[code] ?? (deepest.message || code || deepest.name);
}
