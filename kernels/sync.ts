// A barrier of Atomics: the threads of a step meet here between ops that read what another thread wrote.

/** Spins before a thread sleeps: about 50 µs, longer than threads are apart unless one lost its core. */
const SPINS: i32 = 20000;

/** A sleeper looks this often, in nanoseconds, whether a thread has failed: it may fall asleep after the alarm. */
const NAP: i64 = 20_000_000;

/**
 * Waits until all `threads` threads have come. Three words at `at`: how many have come, how often all
 * have, and whether a thread has failed, which ends the wait.
 * Spins first, since an op takes microseconds; sleeps after, since another process may hold the core.
 */
export function barrier(at: usize, threads: i32): void {
  if (ASC_FEATURE_THREADS) {
    if (threads == 1) return;
    const turn = atomic.load<i32>(at, 4);
    if (atomic.add<i32>(at, 1) == threads - 1) {
      atomic.store<i32>(at, 0);
      atomic.add<i32>(at, 1, 4);
      atomic.notify(at + 4, threads);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (atomic.load<i32>(at, 4) != turn) return;
    }
    while (atomic.load<i32>(at, 4) == turn && !atomic.load<i32>(at, 8)) atomic.wait<i32>(at + 4, turn, NAP);
  }
}
