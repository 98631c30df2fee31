/**
 * Two layers to put in front of a network that sees images, `--stem edges`, and their first values: edges, and sums of
 * edges over neighborhoods, as the simple and complex cells of the visual cortex have them (Hubel & Wiesel 1962) and
 * histograms of oriented gradients count them (Dalal & Triggs 2005).
 *
 * Both are dense layers over the whole image, and every weight of theirs, those that begin as 0 among them, is trained like
 * any other; none is shared. Each edge begins with a place, a turn and a width of its own. The sums begin as one bell at each
 * of their places, cut off at the image's border, and differ from the first step on.
 */

import type { RandomStream } from '../core/philox.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import type { NetworkInput } from './network-input.ts';
import { batchNorm, type LayerSpec, linear, root } from './spec.ts';

/** Where an edge goes from dark to light: a unit vector in pixels to the right and down. */
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

/** Two layers of edges and their sums; or `none`. */
export const stemNames = ['none', 'edges', 'diagonals', 'compass'] as const;
export type Stem = (typeof stemNames)[number];
/** A stem that is there. */
export type EdgeStem = Exclude<Stem, 'none'>;

/** Places with edges along the image's longer side, where it has pixels enough. */
const PLACES = 28;
/** Places of edges from one place of sums to the next, which is also how far a sum reaches. */
const SUM_STEP = 3;
/** How far an edge sees, in places: to its neighbors and hardly further. */
const EDGE_RADIUS = 2.4;
/** How far an edge's own place is off the grid's, in steps; half the tangent of its turn; and its widening: all at most. */
const OFFSET = 0.25;
const TURN = 0.1;
const WIDENING = 0.1;
/**
 * What an edge of all of the gray scale gives before its root, about: so much that of a tenfold contrast the root leaves
 * a threefold one, and that steps of a learning rate's size leave an edge what it is for long.
 */
const EDGE_GAIN = 10_000;
/** Weights of a sum together; the norm behind it takes that away, and leaves that a step changes little of it. */
const SUM_GAIN = 100;

/** The middles of a grid's fields along a side: `step` pixels apart, and as far from both ends. */
function middles(size: number, step: number): number[] {
  // A step of a 28th may leave the quotient just below the whole number that it is.
  const count = Math.max(1, Math.floor(size / step + 1e-9));
  return Array.from({ length: count }, (_, i) => (size - 1 - (count - 1) * step) / 2 + i * step);
}

/** A unit of either layer: which direction it is for, and where it is in the middle. */
interface Cell {
  readonly direction: Direction;
  readonly x: number;
  readonly y: number;
}

/** One cell for each direction at each place, place by place. */
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

/** A direction turned by 2 atan(t): products and quotients alone, which are the same everywhere. */
function turned([x, y]: Direction, t: number): Direction {
  const [cosine, sine] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  return [x * cosine - y * sine, x * sine + y * cosine];
}

function total(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** How much is left of 1 at a distance, whose square is given, under a bell of that radius; 0 outside. */
function bell(squaredDistance: number, radius: number): number {
  const left = Math.max(0, 1 - squaredDistance / (radius * radius));
  return left * left;
}

/** The layers for images of that form: Linear and Root of the edges, Linear and BatchNorm1d of their sums. */
export function edgeLayers(stem: EdgeStem, image: ImageShape): LayerSpec[] {
  const [edges, sums] = [edgeCells(stem, image).length, sumCells(stem, image).length];
  return [linear(imageSize(image), edges), root(), linear(edges, sums), batchNorm(sums)];
}

/** Linear layers among them. */
export const EDGE_LAYERS = 2;

/**
 * First weights of the edges, [edges, inputs], and biases, with which a black image gives 0 in every unit. Of a color image
 * the edges are those of the mean of its channels. Each is the slope of a bell, narrow enough to see the pixels next to a place and little else. Each unit's bell is its own:
 * a little off its place, turned a little and of a width that no other has.
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
    // No edge, no answer: an even gray gives 0 wherever the bell lies between the pixels, and at the border.
    const gray = total(slope) / total(height);
    for (let pixel = 0; pixel < pixels; pixel++) slope[pixel] -= gray * height[pixel];
    const length = slope.reduce((sum, value) => sum + Math.abs(value), 0);
    for (let channel = 0; channel < image.channels; channel++) {
      const [offset, divisor] = [scaling.offset[channel], scaling.scale[channel]];
      // An input goes from -offset / divisor, for black, over a range of 1 / divisor.
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

/** First weights of the sums, [sums, edges]: edges of one direction under a bell that reaches to the next sums' places. */
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
