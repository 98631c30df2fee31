/** How much work to do at a time: as much as takes a set while, so that progress is told and an abort heard in between. */

/** How long a piece of work is meant to take. */
const SECONDS = 0.07;
/** A piece has so many times the items of the one before at most: the first ones are small, and warm the engine up. */
const GROWTH = 4;

export class Pace {
  #next: number;

  /** @param first items of the first piece, about which nothing is known yet */
  constructor(first: number) {
    this.#next = first;
  }

  /** Items that the next piece should have: 1 at least. */
  get next(): number {
    return this.#next;
  }

  /** Does a piece of so many items, and learns from how long it takes. */
  async time<Result>(items: number, piece: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = await piece();
    const seconds = Math.max((performance.now() - began) / 1000, 1e-4);
    // The rest of a list is no measure of a whole piece.
    if (items * 2 < this.#next) return result;
    const fitting = Math.round((items / seconds) * SECONDS);
    this.#next = Math.max(1, Math.min(fitting, items * GROWTH));
    return result;
  }
}
