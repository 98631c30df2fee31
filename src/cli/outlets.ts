/**
 * stdout and stderr, either of which may be lost at any time: a pipe whose reader goes away, a disk that is full, a terminal
 * that is closed. Without stderr the work continues silently; without stdout it stops.
 */

import { CoutureError } from '../core/errors.ts';
import { reason } from '../platform/node/files/system-errors.ts';

/** The exit code of a program that was ended by SIGPIPE. */
export const BROKEN_PIPE = 141;

/** The used part of a stream of this process. */
export interface Stream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** The outputs. After a stream is lost, text to it is dropped. */
export interface Outlets {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether stdout is lost, which changes the exit code. */
  readonly isLost: () => boolean;
}

/**
 * Opens both streams.
 * @param onLost called once when stdout is lost, with an error to report, if any
 */
export function openOutlets(
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
  onLost: (failure: CoutureError | undefined) => void,
): Outlets {
  const err = outlet(stderr, () => {});
  const out = outlet(stdout, (error) => {
    // `couture … | head` ends with head, without a message.
    if (error.code === 'EPIPE') onLost(undefined);
    else onLost(new CoutureError('runtime', `Cannot write the output: ${reason(error)}.`, { cause: error }));
  });
  return { out: out.write, err: err.write, isLost: out.isLost };
}

function outlet(stream: Stream, onLost: (error: NodeJS.ErrnoException) => void) {
  let lost = false;
  stream.on('error', (error) => {
    if (lost) return;
    lost = true;
    onLost(error);
  });
  return {
    write: (text: string): void => {
      if (!lost) stream.write(text);
    },
    isLost: (): boolean => lost,
  };
}
