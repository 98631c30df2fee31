/** The calls of something that can be disposed of: one after the other, and none once it has been closed. */

import { CoutureError } from '../core/errors.ts';
import { Queue } from '../core/queue.ts';

export class Calls {
  readonly #queue = new Queue();
  readonly #owner: string;
  #closed: Promise<void> | undefined;

  /** @param owner what is disposed of, for the message: `The classifier` */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * Runs a call once those before it have ended.
   * @throws CoutureError of kind `usage` once `close` was called, `interrupted` where `signal` aborts before its turn
   */
  run<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#closed === undefined) return this.#queue.run(call, signal);
    return Promise.reject(new CoutureError('usage', `${this.#owner} has been disposed of.`));
  }

  /** Refuses every later call, waits for those before, and frees what there is to free; once, however often it is called. */
  close(free: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#queue.run(free);
    return this.#closed;
  }
}
