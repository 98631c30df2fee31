/**
 * The one error type that Couture throws on purpose. It has a sentence that names the thing and the place, a
 * hint that says what to do, and a kind that determines the exit code. Any other error that reaches the user
 * is a bug.
 */

import { printableLines } from './printable.ts';
import { shortenLines } from './shorten.ts';

/** Most characters of a line of a message, and of all its lines. */
const MOST_OF_LINE = 1000;
const MOST = 4000;

/** Text for people: short and without control characters. */
function told(text: string): string {
  return shortenLines(printableLines(text), MOST_OF_LINE, MOST);
}

/** Exit code of the command line for each kind of failure. 0 is success. */
export const exitCodes = {
  runtime: 1,
  usage: 2,
  data: 3,
  backend: 4,
  interrupted: 130,
} as const;

/** What went wrong: `runtime` while running, `usage` in what was asked, `data` in files, `backend` in the engine. */
export type ErrorKind = keyof typeof exitCodes;

/**
 * An expected failure with an explanation. Its message never contains control characters of a quoted value.
 */
export class CoutureError extends Error {
  override readonly name = 'CoutureError';
  readonly kind: ErrorKind;
  /** What to do about it: one sentence, or undefined if the message is enough. */
  readonly hint: string | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(told(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint && told(options.hint);
  }
}

/**
 * Whether a failure is the result of an abort. A bug that appears after an abort is not.
 * @param signal the signal of the work; its reason is the error that its abort throws
 */
export function isInterruption(error: unknown, signal?: AbortSignal): boolean {
  if (error instanceof CoutureError) return error.kind === 'interrupted';
  if (!signal?.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

/** The same failure with the place of its origin in front; other errors are returned unchanged. */
export function prefixed(words: string, cause: unknown): unknown {
  if (!(cause instanceof CoutureError)) return cause;
  const { kind, message, hint } = cause;
  return new CoutureError(kind, `${words}: ${message}`, { ...(hint !== undefined && { hint }), cause });
}
