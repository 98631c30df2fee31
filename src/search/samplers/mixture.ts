/**
 * A Parzen estimator over the unit cube: a mixture of one kernel for each observation and a wide prior. A kernel is a
 * product over the parameters: a normal distribution truncated to [0, 1] for numbers, and a distribution over the choices
 * for categories. Where an observation lacks a parameter, its kernel is uniform there.
 */

import { exponential, logarithm, normalBelow } from '../../core/exponential.ts';
import type { RandomStream } from '../../core/philox.ts';
import type { Parameter } from '../space.ts';
import { cellsOf, type Units } from '../units.ts';

const SQRT_TWO_PI = 2.5066282746310002;

/** Width of the prior, whose center is the middle. */
const PRIOR_WIDTH = 1;

/** The narrowest kernel is one divided by the number of kernels, and at least one divided by this. */
const MOST_NARROW = 100;

interface Kernel {
  readonly center: Units;
  readonly widths: readonly number[];
  /** Of the numeric parameters: one divided by the product of width, √2π and the mass inside [0, 1]. */
  readonly scales: readonly number[];
}

/** A mixture density. */
export class Mixture {
  readonly #cells: readonly number[];
  readonly #categorical: readonly boolean[];
  readonly #kernels: readonly Kernel[];

  constructor(parameters: readonly Parameter[], points: readonly Units[]) {
    this.#cells = parameters.map(cellsOf);
    this.#categorical = parameters.map(({ type }) => type === 'categorical');
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

  /** Chooses a kernel and returns a function that draws each parameter from it, in the order of the calls. */
  draw(random: RandomStream): (index: number) => number {
    const chosen = random.nextBelow(this.#kernels.length);
    const { center, widths } = this.#kernels[chosen];
    return (index) => {
      const middle = center[index];
      if (middle === undefined) return random.nextFloat();
      if (!this.#categorical[index]) return truncatedNormal(random, middle, widths[index]);
      const cells = this.#cells[index];
      const isPrior = chosen === this.#kernels.length - 1;
      const own = Math.floor(middle * cells);
      const stays = !isPrior && random.nextFloat() < this.#stay(cells);
      return ((stays ? own : random.nextBelow(cells)) + 0.5) / cells;
    };
  }

  /** The share of a categorical kernel that is not spread over all choices. */
  #stay(cells: number): number {
    return 1 / (1 + cells / this.#kernels.length);
  }

  /** The density at a point. It is positive everywhere, because the prior is. */
  density(point: Units): number {
    const last = this.#kernels.length - 1;
    let sum = 0;
    for (const [index, { center, widths, scales }] of this.#kernels.entries()) {
      let scale = 1;
      let squares = 0;
      for (let i = 0; i < point.length; i++) {
        const place = point[i];
        const middle = center[i];
        if (place === undefined || middle === undefined) continue;
        if (this.#categorical[i]) {
          const cells = this.#cells[i];
          const stay = index === last ? 0 : this.#stay(cells);
          const same = Math.floor(place * cells) === Math.floor(middle * cells);
          // Relative to a uniform choice, as the densities of numbers are.
          scale *= (same ? stay * cells : 0) + (1 - stay);
        } else {
          const distance = (place - middle) / widths[i];
          squares += distance * distance;
          scale *= scales[i];
        }
      }
      sum += scale * exponential(-squares / 2);
    }
    return sum / this.#kernels.length;
  }
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
  const scales = center.map((middle, i) => {
    if (middle === undefined) return 1;
    const inside = normalBelow((1 - middle) / widths[i]) - normalBelow(-middle / widths[i]);
    return 1 / (widths[i] * SQRT_TWO_PI * inside);
  });
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
