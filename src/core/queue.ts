/** Runs tasks one after the other, in the order in which they were given. */

import { CoutureError } from './errors.ts';

export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a task when all earlier tasks have ended, whether they succeeded or failed.
   * @param signal ends the wait; a started task checks its signal itself
   * @throws CoutureError of kind `interrupted` as soon as `signal` aborts before the task has started
   */
  run<Result>(task: () => Result | Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal === undefined) return this.#add(task);
    if (signal.aborted) return Promise.reject(stopped(signal));
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(stopped(signal));
      signal.addEventListener('abort', stop, { once: true });
      this.#add(() => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) throw stopped(signal);
        return task();
      }).then(resolve, reject);
    });
  }

  #add<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const mine = this.#last.then(task);
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Resolves once all tasks given so far have ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

function stopped({ reason }: AbortSignal): CoutureError {
  return new CoutureError('interrupted', 'Stopped before its turn came.', { cause: reason });
}
