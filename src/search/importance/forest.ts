/**
 * A random forest for regression over the unit cube: L. Breiman, "Random forests", Machine Learning 45 (2001). Each tree is a
 * list of boxes with a value for each, which is all that an analysis of variance needs.
 */

import type { RandomStream } from '../../core/philox.ts';

/** A box of the unit cube in which a tree predicts one value. */
export interface Leaf {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly value: number;
}

/** The leaves of a tree: together they fill the cube. */
export type Tree = readonly Leaf[];

/** Points and their values. */
export interface Sample {
  readonly points: readonly (readonly number[])[];
  readonly values: readonly number[];
}

/** Options of a forest. */
interface ForestOptions {
  readonly trees: number;
  readonly random: RandomStream;
}

/** Share of the dimensions that each split may choose from, as F. Hutter and others use. */
const TRIED = 5 / 6;

/** Grows a forest, each tree from a bootstrap sample. */
export function growForest(sample: Sample, { trees, random }: ForestOptions): Tree[] {
  const count = sample.values.length;
  return Array.from({ length: trees }, () => {
    const rows = Array.from({ length: count }, () => random.nextBelow(count));
    return growTree(sample, rows, random);
  });
}

interface Node {
  readonly rows: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

function growTree(sample: Sample, rows: readonly number[], random: RandomStream): Leaf[] {
  const dimensions = sample.points[0]?.length ?? 0;
  const leaves: Leaf[] = [];
  const open: Node[] = [{ rows, low: Array(dimensions).fill(0), high: Array(dimensions).fill(1) }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const split = bestSplit(sample, node.rows, triedDimensions(dimensions, random));
    if (split === undefined) {
      leaves.push({ low: node.low, high: node.high, value: meanOf(sample, node.rows) });
      continue;
    }
    const { dimension, at } = split;
    const isBelow = (row: number): boolean => sample.points[row][dimension] < at;
    open.push(
      { ...node, rows: node.rows.filter(isBelow), high: node.high.with(dimension, at) },
      { ...node, rows: node.rows.filter((row) => !isBelow(row)), low: node.low.with(dimension, at) },
    );
  }
  return leaves;
}

/** Some of the dimensions, in random order. */
function triedDimensions(dimensions: number, random: RandomStream): number[] {
  const order = Array.from({ length: dimensions }, (_, i) => i);
  for (let last = dimensions - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order.slice(0, Math.ceil(dimensions * TRIED));
}

function meanOf({ values }: Sample, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
}

interface Split {
  readonly dimension: number;
  readonly at: number;
}

/** The split with the smallest sum of squared errors; undefined where all values or all points are equal. */
function bestSplit(
  { points, values }: Sample,
  rows: readonly number[],
  dimensions: readonly number[],
): Split | undefined {
  const first = values[rows[0]];
  if (rows.every((row) => values[row] === first)) return undefined;
  let best: Split | undefined;
  let gain = Number.NEGATIVE_INFINITY;
  const total = rows.reduce((sum, row) => sum + values[row], 0);
  for (const dimension of dimensions) {
    const sorted = rows.toSorted((a, b) => points[a][dimension] - points[b][dimension]);
    let below = 0;
    for (let count = 1; count < sorted.length; count++) {
      below += values[sorted[count - 1]];
      const [left, right] = [points[sorted[count - 1]][dimension], points[sorted[count]][dimension]];
      if (left === right) continue;
      const above = total - below;
      // The squared errors are a constant less this.
      const found = below ** 2 / count + above ** 2 / (sorted.length - count);
      if (found <= gain) continue;
      gain = found;
      best = { dimension, at: (left + right) / 2 };
    }
  }
  return best;
}
