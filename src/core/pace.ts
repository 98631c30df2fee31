/**
 * How much work to do at a time: about a fixed duration, so that progress can be reported and an abort
 * noticed in between.
 */

/** Target duration of a piece of work. */
const SECONDS = 0.07;
/** Largest growth from one piece to the next: the first pieces are small and warm the engine up. */
const GROWTH = 4;

export class Pace {
  #next: number;

  /** @param first items of the first piece, before any speed is known */
  constructor(first: number) {
    this.#next = first;
  }

  /** Items for the next piece, at least 1. */
  get next(): number {
    return this.#next;
  }

  /** Runs a piece of that many items and adapts to its duration. */
  async time<Result>(items: number, piece: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = await piece();
    const seconds = Math.max((performance.now() - began) / 1000, 1e-4);
    // The short rest of a list says nothing about a whole piece.
    if (items * 2 < this.#next) return result;
    const fitting = Math.round((items / seconds) * SECONDS);
    this.#next = Math.max(1, Math.min(fitting, items * GROWTH));
    return result;
  }
}
