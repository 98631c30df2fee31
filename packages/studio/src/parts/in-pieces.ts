/** Work on the page in pieces: between two of them, the browser draws a frame and hears its user. */

/** Milliseconds of a piece. */
const PIECE = 8;
/** Steps between two looks at the clock. */
const STEPS = 32;

/**
 * Does `step` for 0 up to `count`, then `end`. The first piece is done at once, each further one in a frame of its own.
 * @returns stops the work
 */
export function inPieces(count: number, step: (i: number) => void, end: () => void): () => void {
  let next = 0;
  let frame: number | undefined;
  const piece = (): void => {
    const until = performance.now() + PIECE;
    while (next < count) {
      for (const last = Math.min(count, next + STEPS); next < last; next++) step(next);
      if (next < count && performance.now() >= until) {
        frame = requestAnimationFrame(piece);
        return;
      }
    }
    end();
  };
  piece();
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
}
