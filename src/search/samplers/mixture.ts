/**
 * A Parzen estimator over the unit cube: a mixture of one kernel for each observation and a wide prior. A kernel is a
 * product over the parameters: a normal distribution truncated to [0, 1] for numbers, and a distribution over the choices
 * for categories. Where an observation lacks a parameter, its kernel is uniform there.
 *
 * A whole or stepped number has the mass of its cell, not the density in the middle of the cell: the narrow kernels of many
 * equal observations would have a density far above that of all other values, although none can have more than all mass.
 */

import { exponential, logarithm, normalBelow } from '../../core/exponential.ts';
import type { RandomStream } from '../../core/philox.ts';
import type { Parameter } from '../space.ts';
import { cellAround, cellsOf, type Units } from '../units.ts';

const SQRT_TWO_PI = 2.5066282746310002;

/** Width of the prior, whose center is the middle. */
const PRIOR_WIDTH = 1;

/** The narrowest kernel is one divided by the number of kernels, and at least one divided by this. */
const MOST_NARROW = 100;

/** A cell is narrow if it is below this share of the width of a kernel. */
const NARROW_CELL = 1 / 8;

interface Kernel {
  readonly center: Units;
  readonly widths: readonly number[];
  /** Of the numeric parameters: one divided by the mass inside [0, 1]. */
  readonly scales: readonly number[];
}

/** A mixture density. */
export class Mixture {
  readonly #parameters: readonly Parameter[];
  readonly #kernels: readonly Kernel[];

  constructor(parameters: readonly Parameter[], points: readonly Units[]) {
    this.#parameters = parameters;
    const narrowest = 1 / Math.min(MOST_NARROW, points.length + 2);
    const gaps = parameters.map((_, i) => neighborGaps(points.map((point) => point[i])));
    const prior = kernel(
      parameters.map(() => 0.5),
      parameters.map(() => PRIOR_WIDTH),
    );
    const kernels = points.map((point, k) =>
      kernel(
        point,
        point.map((_, i) => Math.min(1, Math.max(narrowest, gaps[i][k]))),
      ),
    );
    this.#kernels = [...kernels, prior];
  }

  /**
   * Chooses a kernel and returns a function that draws each parameter from it, in the order of the calls. The parameters that
   * `given` has are known: a kernel is chosen by its density there.
   */
  draw(random: RandomStream, given: Units = []): (index: number) => number {
    const chosen = this.#choose(random, given);
    const { center, widths } = this.#kernels[chosen];
    return (index) => {
      const middle = center[index];
      if (middle === undefined) return random.nextFloat();
      const parameter = this.#parameters[index];
      if (parameter.type !== 'categorical') return truncatedNormal(random, middle, widths[index]);
      const cells = parameter.choices.length;
      const isPrior = chosen === this.#kernels.length - 1;
      const own = Math.floor(middle * cells);
      const stays = !isPrior && random.nextFloat() < this.#stay(cells);
      return ((stays ? own : random.nextBelow(cells)) + 0.5) / cells;
    };
  }

  #choose(random: RandomStream, given: Units): number {
    if (given.every((place) => place === undefined)) return random.nextBelow(this.#kernels.length);
    const factors = this.#factors(given);
    let left = random.nextFloat() * factors.reduce((sum, factor) => sum + factor, 0);
    const found = factors.findIndex((factor) => {
      left -= factor;
      return left < 0;
    });
    // The prior, where rounding leaves a rest.
    return found < 0 ? this.#kernels.length - 1 : found;
  }

  /** The share of a categorical kernel that is not spread over all choices. */
  #stay(cells: number): number {
    return 1 / (1 + cells / this.#kernels.length);
  }

  /**
   * The density at a point, relative to the uniform one; over the parameters that the point lacks, it is summed. It is positive
   * everywhere, because the prior is.
   */
  density(point: Units): number {
    const factors = this.#factors(point);
    return factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  }

  /** The density of each kernel. */
  #factors(point: Units): number[] {
    const cells = this.#parameters.map((parameter, i) => {
      const place = point[i];
      return place === undefined ? undefined : cellAround(parameter, place);
    });
    return this.#kernels.map((kernel) => {
      let factor = 1;
      for (let i = 0; i < point.length && factor > 0; i++)
        factor *= this.#factor(kernel, i, point[i], cells[i]);
      return factor;
    });
  }

  /** The density of one parameter of a kernel: 1 where either lacks the parameter. */
  #factor(
    kernel: Kernel,
    index: number,
    place: number | undefined,
    cell: readonly [number, number] | undefined,
  ): number {
    const middle = kernel.center[index];
    if (place === undefined || middle === undefined) return 1;
    const parameter = this.#parameters[index];
    if (parameter.type === 'categorical') {
      const cells = cellsOf(parameter);
      const stay = kernel === this.#kernels.at(-1) ? 0 : this.#stay(cells);
      const same = Math.floor(place * cells) === Math.floor(middle * cells);
      return (same ? stay * cells : 0) + (1 - stay);
    }
    const width = kernel.widths[index];
    const scale = kernel.scales[index];
    // In the middle of a narrow cell, the density differs from the mean by less than a thousandth of the kernel's height.
    if (cell === undefined || cell[1] - cell[0] < NARROW_CELL * width) {
      const distance = (place - middle) / width;
      return (scale * exponential((-distance * distance) / 2)) / (width * SQRT_TWO_PI);
    }
    const [low, high] = cell;
    return (scale * massBetween((low - middle) / width, (high - middle) / width)) / (high - low);
  }
}

/** P(low < Z < high), by the smaller of the two tails, so that a small mass keeps its digits. */
function massBetween(low: number, high: number): number {
  return low > 0 ? normalBelow(-low) - normalBelow(-high) : normalBelow(high) - normalBelow(low);
}

/**
 * The bandwidths of Bergstra and others (2011): for each observation the greater of the distances to its neighbors. The ends
 * of the range are neighbors only of a single observation: otherwise the outermost kernels would be very wide.
 */
function neighborGaps(places: readonly (number | undefined)[]): number[] {
  const order = [...places.keys()]
    .filter((k) => places[k] !== undefined)
    .sort((a, b) => Number(places[a]) - Number(places[b]));
  const gaps = places.map(() => 1);
  for (const [rank, k] of order.entries()) {
    const own = Number(places[k]);
    const below = rank === 0 ? undefined : Number(places[order[rank - 1]]);
    const above = rank === order.length - 1 ? undefined : Number(places[order[rank + 1]]);
    gaps[k] =
      order.length === 1 ? Math.max(own, 1 - own) : Math.max(own - (below ?? own), (above ?? own) - own);
  }
  return gaps;
}

function kernel(center: Units, widths: readonly number[]): Kernel {
  const scales = center.map((middle, i) =>
    middle === undefined ? 1 : 1 / massBetween(-middle / widths[i], (1 - middle) / widths[i]),
  );
  return { center, widths, scales };
}

/**
 * A normal number inside [0, 1]: Marsaglia's polar method, repeated until a draw is inside. The center is inside and no
 * width is above 1, so at least a third of the draws are.
 */
function truncatedNormal(random: RandomStream, center: number, width: number): number {
  for (;;) {
    const x = 2 * random.nextFloat() - 1;
    const y = 2 * random.nextFloat() - 1;
    const square = x * x + y * y;
    if (square >= 1 || square === 0) continue;
    const drawn = center + width * x * Math.sqrt((-2 * logarithm(square)) / square);
    if (drawn >= 0 && drawn <= 1) return drawn;
  }
}
