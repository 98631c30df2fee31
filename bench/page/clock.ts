/** Time in a page: its clock has steps of 0.1 ms where the page is not isolated, so that short work is timed many at a time. */

import type { Clock } from '../peers/answer.ts';

/** Runs between two looks at the clock. */
const GROUP = 25;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** The median over groups of runs, one after the other, of a run's time. */
async function medianOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let done = 0; done < count; done += GROUP) {
    const group = await timed(async () => {
      for (let i = 0; i < GROUP; i++) await work();
    });
    seconds.push(group / GROUP);
  }
  return seconds.sort((a, b) => a - b)[seconds.length >> 1];
}

export const clock: Clock = { timed, medianOf };
