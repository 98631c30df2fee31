/**
 * Work done beside whoever hands it over: on one item at a time, and on the newest. While one is worked on, one waits, and a
 * newer one takes its place; so never more than two are kept, however slow the work is.
 */

export class Newest<Item> {
  readonly #work: (item: Item) => Promise<void>;
  readonly #merge: (waiting: Item, newer: Item) => Item;
  #waiting: Item | undefined;
  #atWork: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Whether the thread has been given back since the last item came. */
  #turned = true;

  /** @param merge what is left to do where an item takes the place of one that waits */
  constructor(work: (item: Item) => Promise<void>, merge: (waiting: Item, newer: Item) => Item) {
    this.#work = work;
    this.#merge = merge;
  }

  /**
   * Hands an item over, and waits for no work: except where the caller has not given the thread back since the last item,
   * so that nothing could be done beside it.
   * @throws what the work on an earlier item threw: then and ever after
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
   * Resolves once all has been worked on.
   * @throws what the work on any item threw
   */
  async idle(): Promise<void> {
    await this.settled();
    this.#rethrow();
  }

  /** Resolves once nothing is worked on any more, however that ended. */
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
