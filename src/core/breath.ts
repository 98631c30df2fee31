/** Long work on a thread that has other things to do, such as a page's: it is given back now and then. */

/** A page that is not given back for this long is felt to be stuck. */
const MILLISECONDS = 25;

export class Breath {
  #since = performance.now();

  /** Between two pieces of work: lets others have the thread where it has been held for long. */
  async take(): Promise<void> {
    if (performance.now() - this.#since < MILLISECONDS) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#since = performance.now();
  }
}
