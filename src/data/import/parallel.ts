/** Runs many small tasks, a few at a time. */

import { CoutureError } from '../../core/errors.ts';

/**
 * Runs `task` for 0 to `count` - 1, at most `parallel` at a time, begun in that order. The first failure ends it.
 * @throws CoutureError of kind `interrupted` when the signal aborts; whatever a task throws
 */
export async function inParallel(
  count: number,
  parallel: number,
  signal: AbortSignal | undefined,
  task: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < count && !failed) {
      if (signal?.aborted) throw new CoutureError('interrupted', 'The import was interrupted.');
      const index = next;
      next += 1;
      try {
        await task(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, count)) }, work));
}
