/** Which epochs of a run have their first layer kept, to go back to. */

/** Most of them: a picture has up to 75 KB as a file and 300 KB as a bitmap. */
export const MOST_EPOCHS = 64;

/** What stays of earlier epochs when a new one comes: those before it, and of too many every second one. */
export function earlierKept<One extends { readonly epoch: number }>(
  kept: readonly One[],
  epoch: number,
): One[] {
  const before = kept.filter((one) => one.epoch < epoch);
  return before.length < MOST_EPOCHS ? before : before.filter((_, i) => i % 2 === 0);
}
