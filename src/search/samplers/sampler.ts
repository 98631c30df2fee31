/** What a sampler is: a pure function of the search, the seed, and the trials so far. */

import { fork, type Key, keyFromSeed, RandomStream } from '../../core/philox.ts';
import type { AnyValues, Space } from '../space.ts';
import type { Direction, Trial } from '../trial.ts';

/** The question of a sampler. */
export interface Question {
  readonly space: Space;
  readonly direction: Direction;
  readonly seed: number;
  /** The number of the trial that is asked for. */
  readonly number: number;
  /** All earlier trials, in the order of their numbers, also those that are running. */
  readonly trials: readonly Trial[];
  /** Whether values meet a constraint that is known before a trial; without it, all do. */
  readonly feasible?: ((values: AnyValues) => boolean) | undefined;
}

/** Draws the values of the next trial: the same question gets the same values, on every machine. */
export type Sampler = (question: Question) => AnyValues;

/** The key of a search's own random numbers, apart from those of any training with the same seed. */
export function searchKey(seed: number, name: string): Key {
  return fork(fork(keyFromSeed(seed), 'search'), name);
}

/** The random numbers of one trial. */
export function streamOf({ seed, number }: Question, name: string): RandomStream {
  return new RandomStream(fork(searchKey(seed, name), 'trial', number));
}
