/** The calls of a disposable object: those that run end before it is freed, and none starts after it is closed. */

import { CoutureError } from '../core/errors.ts';

export class Calls {
  readonly #owner: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** @param owner name of the object in messages: `The classifier` */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * Runs a call.
   * @throws CoutureError of kind `usage` after `close`
   */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#closed !== undefined) throw new CoutureError('usage', `${this.#owner} has been disposed of.`);
    const running = call();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** Refuses later calls, waits for earlier ones, and frees the resources; only the first call has an effect. */
  close(free: () => Promise<void>): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#underWay).then(free);
    return this.#closed;
  }
}
