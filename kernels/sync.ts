// A barrier of Atomics: the threads of a step meet here between ops that read what another thread wrote.

import { ARRIVED_WORD, FAILED_WORD, TURN_WORD } from "./constants.generated";

/** Where the barrier's words are. */
const ARRIVED: usize = ARRIVED_WORD << 2, TURN: usize = TURN_WORD << 2, FAILED: usize = FAILED_WORD << 2;

/** Spins before a thread sleeps: about 50 µs, longer than threads are apart unless one lost its core. */
const SPINS: i32 = 20000;

/** A sleeper looks this often, in nanoseconds, whether a thread has failed: it may fall asleep after the alarm. */
const NAP: i64 = 20_000_000;

/**
 * Waits until all `threads` threads have arrived. Three words at `at`: how many have arrived, how often all
 * have, and whether a thread has failed, which ends the wait.
 * Spins first, since an op takes microseconds; sleeps after, since another process may hold the core.
 */
export function barrier(at: usize, threads: i32): void {
  if (ASC_FEATURE_THREADS) {
    if (threads == 1) return;
    const turn = atomic.load<i32>(at, TURN);
    if (atomic.add<i32>(at, 1, ARRIVED) == threads - 1) {
      atomic.store<i32>(at, 0, ARRIVED);
      atomic.add<i32>(at, 1, TURN);
      atomic.notify(at + TURN, threads);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (atomic.load<i32>(at, TURN) != turn) return;
    }
    while (atomic.load<i32>(at, TURN) == turn && !atomic.load<i32>(at, FAILED)) atomic.wait<i32>(at + TURN, turn, NAP);
  }
}
