/** Stops waiting for work when a signal aborts. */

import { CoutureError } from './errors.ts';

/**
 * The result of the work, or a rejection as soon as `signal` aborts. The work gets the same signal and ends
 * by itself.
 * @param message of the rejection
 * @param late receives a result that arrives after the abort
 * @throws CoutureError of kind `interrupted` when `signal` aborts
 */
export async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
  message: string,
  late: (result: Result) => unknown = () => {},
): Promise<Result> {
  if (signal === undefined) return await work;
  return await new Promise<Result>((resolve, reject) => {
    const stop = (): void => {
      reject(new CoutureError('interrupted', message, { cause: signal.reason }));
      // The caller already has its rejection, so the later outcome is ignored.
      work.then(late).catch(() => {});
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
