/**
 * The stem (`--stem edges`): two layers in front of a network for images, and their initial values. They are
 * edges, and sums of edges over neighborhoods, like the simple and complex cells of the visual cortex (Hubel
 * & Wiesel 1962) and like histograms of oriented gradients (Dalal & Triggs 2005).
 *
 * Both are dense layers over the whole image. Every weight is trained, also those that start as 0, and none
 * is shared. Each edge starts with its own position, rotation and width. The sums start as the same bell at
 * each of their positions, cut off at the border of the image, and differ from the first step on.
 */

import type { RandomStream } from '../core/philox.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import type { NetworkInput } from './network-input.ts';
import { batchNorm, type LayerSpec, linear, root } from './spec.ts';

/** Direction of an edge from dark to light: a unit vector in pixels, to the right and down. */
type Direction = readonly [number, number];

const STRAIGHT: readonly Direction[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];
const DIAGONAL: readonly Direction[] = STRAIGHT.map(([x, y]) => [
  (x - y) * Math.SQRT1_2,
  (x + y) * Math.SQRT1_2,
]);

/** Stems by name, with the directions of their edges. */
const directions = {
  edges: STRAIGHT,
  diagonals: DIAGONAL,
  compass: [...STRAIGHT, ...DIAGONAL],
} as const satisfies Readonly<Record<string, readonly Direction[]>>;

/** Names of stems, or `none`. */
export const stemNames = ['none', 'edges', 'diagonals', 'compass'] as const;
export type Stem = (typeof stemNames)[number];
/** A stem other than `none`. */
export type EdgeStem = Exclude<Stem, 'none'>;

/** Positions of edges along the longer side of the image, if it has enough pixels. */
const PLACES = 28;
/** Edge positions from one sum to the next, which is also the radius of a sum. */
const SUM_STEP = 3;
/** Radius of an edge, in positions: just beyond its neighbors. */
const EDGE_RADIUS = 2.4;
/**
 * Largest offset of an edge from the grid, in steps; largest half tangent of its rotation; largest change of
 * its width.
 */
const OFFSET = 0.25;
const TURN = 0.1;
const WIDENING = 0.1;
/**
 * Approximate value of an edge over the whole gray scale, before its root. It is large, so that the root
 * turns a tenfold contrast into a threefold one, and so that steps of the size of a learning rate change an
 * edge slowly.
 */
const EDGE_GAIN = 10_000;
/**
 * Total weight of a sum. The norm after it cancels the scale, but a step changes little of such large
 * weights.
 */
const SUM_GAIN = 100;

/** Centers of the fields of a grid along a side: `step` pixels apart and symmetric. */
function middles(size: number, step: number): number[] {
  // With a step of a 28th, rounding may put the quotient just below a whole number.
  const count = Math.max(1, Math.floor(size / step + 1e-9));
  return Array.from({ length: count }, (_, i) => (size - 1 - (count - 1) * step) / 2 + i * step);
}

/** A unit of either layer: its direction and its center. */
interface Cell {
  readonly direction: Direction;
  readonly x: number;
  readonly y: number;
}

/** One cell for each direction at each position. */
function cells(stem: EdgeStem, { height, width }: ImageShape, step: number): Cell[] {
  return middles(height, step).flatMap((y) =>
    middles(width, step).flatMap((x) => directions[stem].map((direction) => ({ direction, x, y }))),
  );
}

/** Pixels from one place to the next. */
function edgeStep({ height, width }: ImageShape): number {
  return Math.max(1, Math.max(height, width) / PLACES);
}

const edgeCells = (stem: EdgeStem, image: ImageShape): Cell[] => cells(stem, image, edgeStep(image));
const sumCells = (stem: EdgeStem, image: ImageShape): Cell[] =>
  cells(stem, image, SUM_STEP * edgeStep(image));

/** A direction rotated by 2 atan(t), by products and quotients only, which are the same in every engine. */
function turned([x, y]: Direction, t: number): Direction {
  const [cosine, sine] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  return [x * cosine - y * sine, x * sine + y * cosine];
}

function total(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Value of a bell of that radius at a squared distance; 1 at the center, 0 outside. */
function bell(squaredDistance: number, radius: number): number {
  const left = Math.max(0, 1 - squaredDistance / (radius * radius));
  return left * left;
}

/**
 * The layers for images of that shape: Linear and Root for the edges, Linear and BatchNorm1d for their sums.
 */
export function edgeLayers(stem: EdgeStem, image: ImageShape): LayerSpec[] {
  const [edges, sums] = [edgeCells(stem, image).length, sumCells(stem, image).length];
  return [linear(imageSize(image), edges), root(), linear(edges, sums), batchNorm(sums)];
}

/** Linear layers among them. */
export const EDGE_LAYERS = 2;

/**
 * Initial weights of the edges, [edges, inputs], and biases with which a black image gives 0 in every unit.
 * For a color image, the edges are those of the mean of the channels. Each edge is the slope of a bell that
 * covers little more than the neighboring pixels. Each unit has its own small offset, rotation and width.
 */
export function edgeWeights(
  stem: EdgeStem,
  { shape: image, pixels: scaling }: NetworkInput,
  random: RandomStream,
): { weight: Float32Array; bias: Float32Array } {
  const pixels = image.height * image.width;
  const inputs = imageSize(image);
  const units = edgeCells(stem, image);
  const step = edgeStep(image);
  const weight = new Float32Array(units.length * inputs);
  const bias = new Float32Array(units.length);
  /** Uniform within ±limit. */
  const within = (limit: number) => (2 * random.nextFloat() - 1) * limit;
  units.forEach((cell, unit) => {
    const [x, y] = [cell.x + within(OFFSET) * step, cell.y + within(OFFSET) * step];
    const [across, down] = turned(cell.direction, within(TURN));
    const radius = EDGE_RADIUS * step * (1 + within(WIDENING));
    const slope = new Float64Array(pixels);
    const height = new Float64Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const [dx, dy] = [(pixel % image.width) - x, Math.floor(pixel / image.width) - y];
      const near = bell(dx * dx + dy * dy, radius);
      height[pixel] = near * near;
      slope[pixel] = (dx * across + dy * down) * height[pixel];
    }
    // An even gray must give 0, also at the border and for a bell between pixels.
    const gray = total(slope) / total(height);
    for (let pixel = 0; pixel < pixels; pixel++) slope[pixel] -= gray * height[pixel];
    const length = slope.reduce((sum, value) => sum + Math.abs(value), 0);
    for (let channel = 0; channel < image.channels; channel++) {
      const [offset, divisor] = [scaling.offset[channel], scaling.scale[channel]];
      // An input starts at -offset / divisor for black and has a range of 1 / divisor.
      const scale = length > 0 ? (EDGE_GAIN * divisor) / length / image.channels : 0;
      const at = unit * inputs + channel * pixels;
      weight.set(
        slope.map((value) => value * scale),
        at,
      );
      bias[unit] += (offset / divisor) * total(weight.subarray(at, at + pixels));
    }
  });
  return { weight, bias };
}

/**
 * Initial weights of the sums, [sums, edges]: edges of one direction under a bell that reaches to the next
 * sums.
 */
export function sumWeights(stem: EdgeStem, image: ImageShape): Float32Array {
  const [sums, edges] = [sumCells(stem, image), edgeCells(stem, image)];
  const radius = SUM_STEP * edgeStep(image);
  const weight = new Float32Array(sums.length * edges.length);
  sums.forEach(({ direction, x, y }, sum) => {
    const shares = edges.map((edge) =>
      edge.direction === direction ? bell((edge.x - x) ** 2 + (edge.y - y) ** 2, radius) : 0,
    );
    const scale = SUM_GAIN / shares.reduce((total, share) => total + share, 0);
    weight.set(
      shares.map((share) => share * scale),
      sum * edges.length,
    );
  });
  return weight;
}
