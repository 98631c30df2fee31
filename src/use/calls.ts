/** The calls of a disposable object: those that run end before it is freed, and none starts after it is closed. */

import { CoutureError } from '../core/errors.ts';

export class Calls {
  readonly #owner: string;
  // A number, not a set of promises: see docs/performance-serving.md, "Sets keep what left them".
  #running = 0;
  #whenIdle: (() => void) | undefined;
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
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  /** Refuses later calls, waits for earlier ones, and frees the resources; only the first call has an effect. */
  close(free: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#idle().then(free);
    return this.#closed;
  }

  /** Resolves after the calls in progress. */
  async #idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}
