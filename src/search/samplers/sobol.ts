/**
 * Sobol's low-discrepancy sequence with Owen's nested uniform scrambling: I. M. Sobol, "On the distribution of points in a
 * cube", USSR Computational Mathematics 7 (1967); A. B. Owen, "Randomly permuted (t,m,s)-nets", 1995. The points cover the
 * cube more evenly than random ones, and a scrambled point is uniform by itself.
 */

import { CoutureError } from '../../core/errors.ts';
import { fork, type Key, philox4x32 } from '../../core/philox.ts';
import type { AnyValues } from '../space.ts';
import { valuesAt } from '../units.ts';
import { firstFeasible } from './feasible.ts';
import { sampleRandom } from './random.ts';
import { type Sampler, searchKey } from './sampler.ts';
import { joeKuo } from './sobol-table.ts';

const BITS = 32;

/** Most dimensions of the table. */
export const MOST_DIMENSIONS = joeKuo.length + 1;

/** The 32 direction numbers of a dimension, from 0, as words whose highest bit is the first digit. */
function directionsOf(dimension: number): Uint32Array {
  const directions = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let i = 0; i < BITS; i++) directions[i] = 1 << (BITS - 1 - i);
    return directions;
  }
  const [degree, coefficients, ...first] = joeKuo[dimension - 1];
  for (let i = 0; i < BITS; i++) {
    if (i < degree) {
      directions[i] = first[i] << (BITS - 1 - i);
      continue;
    }
    let word = directions[i - degree] ^ (directions[i - degree] >>> degree);
    for (let k = 1; k < degree; k++) if ((coefficients >>> (degree - 1 - k)) & 1) word ^= directions[i - k];
    directions[i] = word;
  }
  return directions;
}

/** One coordinate of point `index` of the unscrambled sequence, as a word; points are in the order of Gray code. */
export function sobolWord(dimension: number, index: number): number {
  const directions = directionsOf(dimension);
  let word = 0;
  let gray = (index ^ (index >>> 1)) >>> 0;
  for (let i = 0; gray !== 0; i++, gray >>>= 1) if (gray & 1) word ^= directions[i];
  return word >>> 0;
}

/** Owen's scrambling: each digit is flipped at random, depending on all digits before it. */
export function scrambled(word: number, key: Key): number {
  let result = 0;
  for (let digit = 0; digit < BITS; digit++) {
    const before = digit === 0 ? 0 : word >>> (BITS - digit);
    const [flip] = philox4x32(key, before, digit, 0, 0, [0, 0, 0, 0]);
    result = (result << 1) | (((word >>> (BITS - 1 - digit)) ^ flip) & 1);
  }
  return result >>> 0;
}

/** Point `number` of the scrambled sequence: each coordinate is in [0, 1). */
export function sobolPoint(dimensions: number, number: number, seed: number): number[] {
  const key = searchKey(seed, 'sobol');
  return Array.from({ length: dimensions }, (_, dimension) => {
    const word = scrambled(sobolWord(dimension, number), fork(key, 'dimension', dimension));
    return word / 2 ** BITS;
  });
}

/**
 * Draws the trial's point of a scrambled Sobol sequence. Instead of an infeasible point, it draws a random one, because every
 * other point of the sequence belongs to another trial.
 * @throws CoutureError of kind `usage` for a space with more parameters than the table has dimensions
 */
export const sampleSobol: Sampler = (question) => {
  const { space, number, seed } = question;
  const dimensions = Object.keys(space).length;
  if (dimensions > MOST_DIMENSIONS)
    throw new CoutureError(
      'usage',
      `The sampler sobol takes at most ${MOST_DIMENSIONS} parameters, but the space has ${dimensions}.`,
      { hint: 'Use the sampler tpe or random, or leave parameters out.' },
    );
  const draw = (): AnyValues => valuesAt(space, sobolPoint(dimensions, number, seed));
  return firstFeasible(question, 1, draw) ?? sampleRandom(question);
};
