/**
 * The one error type that Couture throws on purpose. It carries what a person needs: a sentence that names
 * the thing and the place, a hint that says what to do, and a kind from which the exit code follows.
 * Any other error that surfaces is a bug.
 */

import { printableLines } from './printable.ts';
import { shortenLines } from './shorten.ts';

/** Characters of a line of a message, and of all its lines: whatever it quotes, nobody has to scroll. */
const MOST_OF_LINE = 1000;
const MOST = 4000;

/** A text for people: short, and without control characters, whatever it quotes. */
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

/** An expected failure, explained. Whatever its words quote, no control character of it is among them. */
export class CoutureError extends Error {
  override readonly name = 'CoutureError';
  readonly kind: ErrorKind;
  /** What to do about it: one sentence, or undefined when the message says it all. */
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(told(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint && told(options.hint);
  }
}

/**
 * Whether a failure is that of work which was told to stop. A bug that shows after an abort is not.
 * @param signal that the work was given: its reason is what its abort throws, whatever that is
 */
export function isInterruption(error: unknown, signal?: AbortSignal): boolean {
  if (error instanceof CoutureError) return error.kind === 'interrupted';
  if (!signal?.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

/** The same failure with words in front that say where it came from; what is no CoutureError stays as it is. */
export function prefixed(words: string, cause: unknown): unknown {
  if (!(cause instanceof CoutureError)) return cause;
  const { kind, message, hint } = cause;
  return new CoutureError(kind, `${words}: ${message}`, { ...(hint !== undefined && { hint }), cause });
}
