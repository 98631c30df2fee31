/** Long work on a thread with other duties, such as that of a page: it yields from time to time. */

/** A page that is blocked for longer feels stuck. */
const MILLISECONDS = 25;

export class Breath {
  #since = performance.now();

  /** Call between two pieces of work: yields the thread if it has been held for long. */
  async take(): Promise<void> {
    if (performance.now() - this.#since < MILLISECONDS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#since = performance.now();
  }
}
