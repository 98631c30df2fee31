/** The calls of something that can be disposed of: those under way end before it is freed, and none begins afterwards. */

import { CoutureError } from '../core/errors.ts';

export class Calls {
  readonly #owner: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** @param owner what is disposed of, for the message: `The classifier` */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /**
   * Begins a call.
   * @throws CoutureError of kind `usage` once `close` was called
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

  /** Refuses every later call, waits for those under way, and frees what there is to free; once, however often it is called. */
  close(free: () => Promise<void>): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#underWay).then(free);
    return this.#closed;
  }
}
