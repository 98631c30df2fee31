/** Work that is no longer waited for once a signal aborts. */

import { CoutureError } from './errors.ts';

/**
 * What the work comes to, or a rejection as soon as `signal` aborts. The work is told by the same signal, and ends by itself.
 * @param message of the rejection
 * @param late given what the work came to after all
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
      // Whoever waited has been told: what becomes of the work is nobody's any more.
      work.then(late).catch(() => {});
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
