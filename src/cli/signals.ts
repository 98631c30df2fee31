/** The signals that end a command: the first one saves the work, the second one ends it at once. */

import { exitCodes } from '../core/errors.ts';

/**
 * Under npm, one Ctrl-C arrives twice, from the terminal and from npm: a second one counts only after this
 * time.
 */
const AGAIN_AFTER_MS = 700;

/** Ctrl-C; the signal of `kill` and service managers; a closed terminal or connection. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts `controller` on the first signal, and quits on the next.
 * @returns gives SIGHUP to a listener instead
 */
export function abortOnSignals(
  controller: AbortController,
  err: (text: string) => void,
): (onHangUp: () => void) => void {
  let first: number | undefined;
  const stop = (): void => {
    if (first !== undefined) {
      if (performance.now() - first > AGAIN_AFTER_MS) process.exit(exitCodes.interrupted);
      return;
    }
    first = performance.now();
    controller.abort();
    err('\nStopping. Press Ctrl-C again to quit at once.\n');
  };
  for (const signal of signals) process.on(signal, stop);
  return (onHangUp) => {
    process.off('SIGHUP', stop);
    process.on('SIGHUP', onHangUp);
  };
}
