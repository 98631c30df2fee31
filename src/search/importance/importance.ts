/**
 * The importance of parameters by functional analysis of variance: F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach
 * for assessing hyperparameter importance", ICML 2014. A forest predicts the value of the objective anywhere in the space;
 * the importance of a parameter is the share of the variance of the predictions that it explains alone.
 */

import { checkArguments, optional, options as optionsOf } from '../../core/arguments.ts';
import { keyFromSeed, RandomStream } from '../../core/philox.ts';
import { aWholeFrom } from '../option-kinds.ts';
import { aSummary, comparable, type SearchSummary } from '../summary.ts';
import { unitsOf } from '../units.ts';
import { growForest, type Tree } from './forest.ts';

/** The least number of trials, and of trials for each parameter: from fewer, the importances would be noise. */
const [LEAST_TRIALS, LEAST_PER_PARAMETER] = [10, 2];

/** Where a parameter that a trial lacks is put: in the middle of its range. */
const ABSENT = 0.5;

/** Options of `importances`. */
export interface ImportanceOptions {
  /** Trees of the forest. Default: 64. */
  readonly trees?: number;
  /** Seed of the forest. Default: 1. */
  readonly seed?: number;
}

/** The importance of a parameter. */
export interface Importance {
  readonly name: string;
  /** Share of the variance that the parameter explains alone, 0 to 1: the mean over the trees. */
  readonly share: number;
  /** Standard deviation of the share over the trees. */
  readonly spread: number;
}

/** The importances of a search. */
export interface Importances {
  /** From the most to the least important. */
  readonly parameters: readonly Importance[];
  /** Share of the variance that only several parameters together explain. */
  readonly together: number;
  /** Trials that were compared. */
  readonly trials: number;
  /** The step after which they were compared; undefined for their final values. */
  readonly step: number | undefined;
}

/**
 * The importance of each parameter of a search. A parameter that a trial lacks counts as the middle of its range.
 * @returns undefined with fewer than 10 comparable trials or fewer than two for each parameter, or if all have the same value
 */
export function importances(
  summary: SearchSummary,
  options: ImportanceOptions = {},
): Importances | undefined {
  checkArguments('importances', {
    summary: [summary, aSummary],
    options: [options, optionsOf({ trees: optional(aWholeFrom(1)), seed: optional(aWholeFrom(0)) })],
  });
  const { trees = 64, seed = 1 } = options;
  const { trials, step } = comparable(summary);
  const least = Math.max(LEAST_TRIALS, LEAST_PER_PARAMETER * Object.keys(summary.space).length);
  if (trials.length < least) return undefined;
  const sample = {
    points: trials.map(({ values }) => unitsOf(summary.space, values).map((place) => place ?? ABSENT)),
    values: trials.map(({ value }) => value),
  };
  const forest = growForest(sample, { trees, random: new RandomStream(keyFromSeed(seed)) });
  const shares = forest.map(sharesOf).filter((found) => found !== undefined);
  if (shares.length === 0) return undefined;
  const parameters = Object.keys(summary.space).map((name, dimension) => {
    const found = shares.map((each) => each[dimension]);
    const share = mean(found);
    return { name, share, spread: Math.sqrt(mean(found.map((each) => (each - share) ** 2))) };
  });
  const together = Math.max(0, 1 - parameters.reduce((sum, { share }) => sum + share, 0));
  return {
    parameters: parameters.toSorted((a, b) => b.share - a.share),
    together,
    trials: trials.length,
    step,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of a tree's variance that each dimension explains alone; undefined for a constant tree. */
function sharesOf(tree: Tree): number[] | undefined {
  const sizes = tree.map(({ low, high }) => low.reduce((size, from, i) => size * (high[i] - from), 1));
  const whole = tree.reduce((sum, { value }, k) => sum + sizes[k] * value, 0);
  const variance = tree.reduce((sum, { value }, k) => sum + sizes[k] * (value - whole) ** 2, 0);
  if (!(variance > 0)) return undefined;
  return tree[0].low.map((_, dimension) => marginalVariance(tree, sizes, dimension, whole) / variance);
}

/** The variance of the mean prediction along one dimension: between two borders of leaves, it is constant. */
function marginalVariance(tree: Tree, sizes: readonly number[], dimension: number, whole: number): number {
  const borders = [...new Set(tree.flatMap(({ low, high }) => [low[dimension], high[dimension]]))].sort(
    (a, b) => a - b,
  );
  const places = new Map(borders.map((border, place) => [border, place]));
  // What each leaf adds to the mean: from its lower border on, up to its upper one.
  const changes = new Float64Array(borders.length);
  for (const [k, { low, high, value }] of tree.entries()) {
    const [from, to] = [low[dimension], high[dimension]];
    const part = (sizes[k] / (to - from)) * value;
    changes[places.get(from) ?? 0] += part;
    changes[places.get(to) ?? 0] -= part;
  }
  let height = 0;
  let variance = 0;
  for (let place = 0; place + 1 < borders.length; place++) {
    height += changes[place];
    variance += (borders[place + 1] - borders[place]) * (height - whole) ** 2;
  }
  return variance;
}
