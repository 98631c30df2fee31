/** The order in which things were asked for, where answers may come in another one. */

/** Gives numbers to what is asked, and says which answers come too late. */
export class Turns {
  #asked = 0;
  #taken = 0;

  /** The number of something that is asked for now. */
  next(): number {
    return ++this.#asked;
  }

  /** Whether an answer may take the place of the last one that was taken: it was not asked for earlier. */
  isCurrent(turn: number): boolean {
    return turn >= this.#taken;
  }

  /** Takes an answer, unless it comes too late. */
  take(turn: number): boolean {
    if (!this.isCurrent(turn)) return false;
    this.#taken = turn;
    return true;
  }
}
