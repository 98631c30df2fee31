/** Serializes the calls of a disposable object, and refuses calls after it is closed. */

import { CoutureError } from '../core/errors.ts';
import { Queue } from '../core/queue.ts';

export class Calls {
  readonly #queue = new Queue();
  readonly #owner: string;
  #closed: Promise<void> | undefined;

  /** @param owner name of the object in messages: `The classifier` */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * Runs a call after the earlier ones have ended.
   * @throws CoutureError of kind `usage` after `close`, `interrupted` when `signal` aborts before its turn
   */
  run<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#closed === undefined) return this.#queue.run(call, signal);
    return Promise.reject(new CoutureError('usage', `${this.#owner} has been disposed of.`));
  }

  /**
   * Refuses later calls, waits for earlier ones, and frees the resources; only the first call has an effect.
   */
  close(free: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#queue.run(free);
    return this.#closed;
  }
}
