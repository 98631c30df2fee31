/** Runs tasks one after the other, in the order in which they were given. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs a task once all tasks given before have ended, however they ended. */
  run<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const mine = this.#last.then(task);
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Resolves once all tasks given so far have ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
