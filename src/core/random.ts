/** Randomness: keys and streams of Philox, the one source of random numbers (`couture/random`). */

export { fork, type Key, keyFromSeed, RandomStream } from './philox.ts';
