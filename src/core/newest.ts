/**
 * Background work on one item at a time, always the newest. While one item is in work, one waits, and a newer
 * one replaces it, so at most two are kept, however slow the work is.
 */

export class Newest<Item> {
  readonly #work: (item: Item) => Promise<void>;
  readonly #merge: (waiting: Item, newer: Item) => Item;
  #waiting: Item | undefined;
  #atWork: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Whether the thread has been yielded since the last item. */
  #turned = true;

  /** @param merge combines an item with the waiting one that it replaces */
  constructor(work: (item: Item) => Promise<void>, merge: (waiting: Item, newer: Item) => Item) {
    this.#work = work;
    this.#merge = merge;
  }

  /**
   * Passes an item on without waiting for the work, except if the caller has not yielded the thread since the
   * last item, so that no background work was possible.
   * @throws the error of the work on an earlier item, from then on
   */
  async put(item: Item): Promise<void> {
    this.#rethrow();
    this.#waiting = this.#waiting === undefined ? item : this.#merge(this.#waiting, item);
    this.#atWork ??= this.#workOff();
    if (!this.#turned) await this.idle();
    this.#turned = false;
    setTimeout(() => {
      this.#turned = true;
    });
  }

  /**
   * Resolves when all items are done.
   * @throws the error of the work on any item
   */
  async idle(): Promise<void> {
    await this.settled();
    this.#rethrow();
  }

  /** Resolves when no work is in progress, whether it succeeded or failed. */
  async settled(): Promise<void> {
    await this.#atWork;
  }

  async #workOff(): Promise<void> {
    try {
      for (let item = this.#waiting; item !== undefined; item = this.#waiting) {
        this.#waiting = undefined;
        await this.#work(item);
      }
    } catch (error) {
      this.#failure = { error };
      this.#waiting = undefined;
    }
    this.#atWork = undefined;
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
