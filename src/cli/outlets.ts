/**
 * stdout and stderr, either of which may be lost at any time: a pipe whose reader goes away, a disk that is full, a terminal
 * that is closed. Without stderr the work goes on in silence; without stdout there is nobody to work for.
 */

import { CoutureError } from '../core/errors.ts';
import { reason } from '../platform/node/files/system-errors.ts';

/** What a shell says of a program that was ended by SIGPIPE. */
export const BROKEN_PIPE = 141;

/** A stream of this process, as far as it is used here. */
export interface Stream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Where text goes. After a stream is lost, what is written to it is dropped. */
export interface Outlets {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether stdout is lost: the exit code says so then. */
  readonly isLost: () => boolean;
}

/**
 * Opens both streams.
 * @param onLost called once when stdout is lost: with what to say of it, if anything
 */
export function openOutlets(
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
  onLost: (failure: CoutureError | undefined) => void,
): Outlets {
  const err = outlet(stderr, () => {});
  const out = outlet(stdout, (error) => {
    // `couture … | head` ends when head does, without a word.
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
