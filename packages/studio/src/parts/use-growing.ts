/** The length of a list that is shown in pieces: many cards in one task would hold up the page. */

import { useEffect, useState } from 'preact/hooks';

/** Items that are added in one frame. */
const STEP = 6;

/** How many of `length` items to show now: more with every frame, and from the beginning for another list. */
export function useGrowing(of: unknown, length: number): number {
  const [grown, setGrown] = useState({ of, count: STEP });
  const count = grown.of === of ? grown.count : STEP;
  useEffect(() => {
    if (count >= length) return;
    const frame = requestAnimationFrame(() => setGrown({ of, count: count + STEP }));
    return () => cancelAnimationFrame(frame);
  }, [of, count, length]);
  return Math.min(count, length);
}
