/**
 * How much work to do at a time: about a fixed duration, so that progress can be reported and an abort
 * noticed in between.
 */

import type { Queue } from './queue.ts';

/** Target duration of a piece of work. */
const SECONDS = 0.07;
/** Largest growth from one piece to the next: the first pieces are small and warm the engine up. */
const GROWTH = 4;
/** Images of the first piece of an inference. */
const FIRST = 64;

/** How large pieces may be. */
export interface PaceOptions {
  /** Items of the first piece, about which nothing is known yet. */
  readonly first?: number;
  /** Items of any piece. */
  readonly most?: number;
}

/** How pieces go along with other work. */
export interface PieceOptions {
  /** Looked at before each piece. */
  readonly signal?: AbortSignal | undefined;
  /** Each piece takes its turn here: what others add meanwhile is done before the next piece. */
  readonly turns?: Queue | undefined;
}

export class Pace {
  #next: number;
  readonly #most: number;

  constructor({ first = FIRST, most = Number.POSITIVE_INFINITY }: PaceOptions = {}) {
    this.#next = first;
    this.#most = most;
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
    this.#next = Math.max(1, Math.min(fitting, items * GROWTH, this.#most));
    return result;
  }

  /**
   * Does `count` items, piece by piece.
   * @param piece does the items from number `from` up to `to`
   * @returns whether all of them were done: false where the signal had aborted before a piece
   * @throws CoutureError of kind `interrupted` where it aborts while a piece waits for its turn
   */
  async each(
    count: number,
    piece: (from: number, to: number) => Promise<void>,
    { signal, turns }: PieceOptions = {},
  ): Promise<boolean> {
    let done = 0;
    const next = async (): Promise<void> => {
      const from = done;
      const to = Math.min(count, from + this.#next);
      await this.time(to - from, () => piece(from, to));
      done = to;
    };
    while (done < count) {
      if (signal?.aborted) return false;
      await (turns === undefined ? next() : turns.run(next, signal));
    }
    return true;
  }
}
