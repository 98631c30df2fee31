/** Random pictures in the plane: smooth noise of a given coarseness, the stuff that drawn grounds are made of. */

import type { RandomStream } from '../../src/core/philox.ts';

/** A smooth function of the plane between -1 and 1 whose features are about `size` pixels wide and high. */
export type Field = (x: number, y: number) => number;

const TABLE = 256;

/** Value noise: random numbers on a grid, joined smoothly. It repeats after 256 cells. */
export function noiseField(random: RandomStream, across: number, down: number): Field {
  const values = Float64Array.from({ length: TABLE }, () => random.nextFloat() * 2 - 1);
  const order = Uint8Array.from({ length: TABLE }, () => random.nextBelow(TABLE));
  const at = (i: number, j: number): number => values[(order[i & 255] + j) & 255];
  return (x, y) => {
    const [u, v] = [x / across, y / down];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [smooth(u - i), smooth(v - j)];
    const top = at(i, j) * (1 - s) + at(i + 1, j) * s;
    const bottom = at(i, j + 1) * (1 - s) + at(i + 1, j + 1) * s;
    return top * (1 - t) + bottom * t;
  };
}

/** Noise of several sizes, each half as large and `gain` as strong as the one before. */
export function fractalField(random: RandomStream, across: number, down: number, octaves = 4): Field {
  const fields = Array.from({ length: octaves }, (_, k) =>
    noiseField(random, Math.max(1, across / 2 ** k), Math.max(1, down / 2 ** k)),
  );
  const whole = 2 - 2 ** (1 - octaves);
  return (x, y) => fields.reduce((sum, field, k) => sum + field(x, y) / 2 ** k, 0) / whole;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** A number between two, evenly. */
export function between(random: RandomStream, low: number, high: number): number {
  return low + random.nextFloat() * (high - low);
}
