/**
 * An index of pairs of images that may be near: it rules out nearly all pairs by a few numbers per image, and
 * never a near pair. Distances are Euclidean over the pixels. It uses two lower bounds:
 *
 * 1. ‖a − b‖ ≥ |‖a‖ − ‖b‖|, the triangle inequality with black as pivot (E. Chávez et al., Searching in metric
 *    spaces, 2001): with the images in order of their norms, only a window before each one counts.
 * 2. ‖a − b‖ ≥ the distance of their projections onto orthonormal directions. Means over blocks are such a
 *    projection (piecewise aggregates: E. Keogh et al. 2001, here in two dimensions). Each block of the left half is
 * taken together with its mirror image: when an image is mirrored, the sum over both is unchanged, and their
 * difference changes its sign. So the same numbers work for pairs with one image mirrored.
 */

/** Number of blocks down the image, and across its left half. */
const ROWS = 4;
const HALF = 2;
const BLOCKS = ROWS * HALF;

/** Tolerance for rounding, so that no pair exactly at the radius is lost. */
const SLACK = 1 + 1e-9;

/** A place in the order of the norms that the bounds did not rule out. */
export interface Candidate {
  readonly place: number;
  /** As the images are. */
  readonly near: boolean;
  /** With one of them mirrored. */
  readonly mirrored: boolean;
}

/** Images in order of their norms; a place is one in that order. */
export class PairIndex {
  /** Which image is at a place. */
  readonly order: Uint32Array;
  /** ‖image‖ by place. */
  readonly norms: Float64Array;
  /** [places, BLOCKS]: block and mirrored block, those first in which the images differ most. */
  readonly #sums: Float64Array;
  /** [places, BLOCKS]: block less mirrored block. */
  readonly #differences: Float64Array;
  /**
   * The first three sums in separate arrays: they decide about most pairs, and are close together in memory.
   */
  readonly #leading: readonly [Float64Array, Float64Array, Float64Array];

  /** @param images laid end to end, `height * width` bytes each */
  constructor(images: Uint8Array, height: number, width: number) {
    const size = height * width;
    const squares = Float64Array.from({ length: images.length / size }, (_, image) =>
      squaredNorm(images.subarray(image * size, (image + 1) * size)),
    );
    const order = Uint32Array.from(squares, (_, image) => image);
    order.sort((a, b) => squares[a] - squares[b] || a - b);
    const blocks = Uint8Array.from({ length: size }, (_, p) => {
      const fromEdge = Math.min(p % width, width - 1 - (p % width));
      const row = Math.floor((Math.floor(p / width) * ROWS) / height);
      return row * HALF + Math.min(HALF - 1, Math.floor((fromEdge * 2 * HALF) / width));
    });
    const ranks = rankByVariance(project(images, order, blocks, width).sums);
    const { sums, differences } = project(
      images,
      order,
      blocks.map((block) => ranks[block]),
      width,
    );
    const column = (block: number): Float64Array =>
      Float64Array.from(order, (_, place) => sums[place * BLOCKS + block]);
    this.order = order;
    this.norms = Float64Array.from(order, (image) => Math.sqrt(squares[image]));
    this.#sums = sums;
    this.#differences = differences;
    this.#leading = [column(0), column(1), column(2)];
  }

  /** The places before `place`, whose norms are not larger, that may be within `radius` of it. */
  candidatesBefore(place: number, radius: number): Candidate[] {
    const found: Candidate[] = [];
    const norms = this.norms;
    const [sums0, sums1, sums2] = this.#leading;
    const [own0, own1, own2] = [sums0[place], sums1[place], sums2[place]];
    const least = norms[place] - radius * SLACK;
    const limit = (radius * SLACK) ** 2;
    for (let other = place - 1; other >= 0 && norms[other] >= least; other--) {
      const by0 = sums0[other] - own0;
      const by1 = sums1[other] - own1;
      const by2 = sums2[other] - own2;
      if (by0 * by0 + by1 * by1 + by2 * by2 > limit) continue;
      const bySums = this.#squared(this.#sums, place, other, 1);
      if (bySums > limit) continue;
      const near = bySums + this.#squared(this.#differences, place, other, 1) <= limit;
      const mirrored = bySums + this.#squared(this.#differences, place, other, -1) <= limit;
      if (near || mirrored) found.push({ place: other, near, mirrored });
    }
    return found;
  }

  /** Σ (a − sign · b)² over the blocks of two places. */
  #squared(values: Float64Array, place: number, other: number, sign: 1 | -1): number {
    let sum = 0;
    for (let block = 0; block < BLOCKS; block++) {
      const by = values[place * BLOCKS + block] - sign * values[other * BLOCKS + block];
      sum += by * by;
    }
    return sum;
  }
}

/** Sums and differences of each block and its mirror image, scaled to orthonormal directions. */
function project(
  images: Uint8Array,
  order: Uint32Array,
  blocks: Uint8Array,
  width: number,
): { sums: Float64Array; differences: Float64Array } {
  const size = blocks.length;
  const sums = new Float64Array(order.length * BLOCKS);
  const differences = new Float64Array(order.length * BLOCKS);
  // 1 on the left, -1 on the right; a column in the middle is its own mirror image.
  const sides = Int8Array.from({ length: size }, (_, p) => Math.sign(width - 1 - 2 * (p % width)));
  const pixels = new Float64Array(BLOCKS);
  for (const block of blocks) pixels[block] += 1;
  // An image of a few pixels has empty blocks.
  const scales = pixels.map((count) => (count === 0 ? 0 : 1 / Math.sqrt(count)));
  order.forEach((image, place) => {
    const row = place * BLOCKS;
    for (let p = 0; p < size; p++) {
      const value = images[image * size + p];
      sums[row + blocks[p]] += value;
      differences[row + blocks[p]] += value * sides[p];
    }
    for (let block = 0; block < BLOCKS; block++) {
      sums[row + block] *= scales[block];
      differences[row + block] *= scales[block];
    }
  });
  return { sums, differences };
}

/** The place of each block in the order of falling variance of its sums. */
function rankByVariance(sums: Float64Array): Uint8Array {
  const variances = Array.from({ length: BLOCKS }, (_, block) => {
    let sum = 0;
    let squares = 0;
    for (let at = block; at < sums.length; at += BLOCKS) {
      sum += sums[at];
      squares += sums[at] ** 2;
    }
    return squares - (sum ** 2 * BLOCKS) / sums.length;
  });
  const falling = variances.map((_, block) => block).sort((a, b) => variances[b] - variances[a]);
  return Uint8Array.from(variances, (_, block) => falling.indexOf(block));
}

/** ‖image‖². */
export function squaredNorm(image: Uint8Array): number {
  let sum = 0;
  for (const value of image) sum += value * value;
  return sum;
}
