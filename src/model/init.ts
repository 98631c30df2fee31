/** Initial values of the parameters, from the random stream of the run. */

import { fork, type Key, RandomStream } from '../core/philox.ts';
import type { ImageShape } from '../data/image-shape.ts';
import { type EdgeStem, edgeWeights, type Stem, sumWeights } from './edges.ts';
import type { NetworkInput } from './network-input.ts';
import type { Plan } from './plan.ts';

/**
 * Initial values of the weight of a Linear, all with mean 0. `local` applies to the first layer, whose inputs
 * are pixels; the others start as with `kaiming`.
 */
export const initializerNames = ['torch', 'kaiming', 'xavier', 'orthogonal', 'local'] as const;
export type Initializer = (typeof initializerNames)[number];

/** A weight to initialize, row-major [out, in]. */
interface Weight {
  readonly out: number;
  readonly in: number;
  readonly random: RandomStream;
}

/**
 * Every parameter of the plan, row-major. Weights by `initializer`: torch, uniform in ±1 / sqrt(in)
 * (torch.nn.Linear.reset_parameters); kaiming, uniform in ±sqrt(6 / in) (He et al. 2015); xavier, uniform in
 * ±sqrt(6 / (in + out)) (Glorot & Bengio 2010); orthogonal (Saxe et al. 2014); local (see `local`). Biases are uniform in
 * ±1 / sqrt(in) with torch, else 0; a norm's scale and running variance 1, its shift and running mean 0. Each
 * tensor has its own stream, forked by its name, so adding a layer does not change the values of the others.
 * @param input the input of the network; needed by `local` and by a stem
 * @param stem whether the first two layers are the stem of edges.ts, with its initial values
 */
export function initialize(
  plan: Plan,
  runKey: Key,
  initializer: Initializer = 'torch',
  input?: NetworkInput,
  stem: Stem = 'none',
): Map<string, Float32Array> {
  const begun = stem !== 'none' && input ? stemParameters(stem, input, runKey) : undefined;
  return new Map(
    plan.parameters.map(({ name, shape, layer, part }): [string, Float32Array] => {
      const own = begun?.get(name);
      if (own !== undefined) return [name, own];
      const length = shape.reduce((product, n) => product * n, 1);
      const { in: inputs, out } = plan.layers[layer];
      const random = new RandomStream(fork(runKey, name));
      if (part === 'weight') {
        const weight = { in: inputs, out, random };
        const patches = initializer === 'local' && layer === 0 ? input?.shape : undefined;
        return [name, patches ? local(weight, patches) : fill[initializer](weight)];
      }
      if (part === 'bias' && initializer === 'torch')
        return [name, uniform(length, 1 / Math.sqrt(inputs), random)];
      return [name, new Float32Array(length).fill(part === 'scale' || part === 'runningVariance' ? 1 : 0)];
    }),
  );
}

/** Weights and biases of a stem's two layers. */
function stemParameters(stem: EdgeStem, input: NetworkInput, runKey: Key): Map<string, Float32Array> {
  const { weight, bias } = edgeWeights(stem, input, new RandomStream(fork(runKey, 'fc1.weight')));
  const sums = sumWeights(stem, input.shape);
  return new Map([
    ['fc1.weight', weight],
    ['fc1.bias', bias],
    ['fc2.weight', sums],
    ['fc2.bias', new Float32Array(sums.length / bias.length)],
  ]);
}

const kaiming = (weight: Weight): Float32Array =>
  uniform(weight.out * weight.in, Math.sqrt(6 / weight.in), weight.random);

const fill: Readonly<Record<Initializer, (weight: Weight) => Float32Array>> = {
  torch: (weight) => uniform(weight.out * weight.in, 1 / Math.sqrt(weight.in), weight.random),
  kaiming,
  xavier: (weight) => uniform(weight.out * weight.in, Math.sqrt(6 / (weight.in + weight.out)), weight.random),
  orthogonal,
  local: kaiming,
};

function uniform(length: number, limit: number, random: RandomStream): Float32Array {
  const bound = Math.fround(limit);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = Math.fround(random.nextFloat() * 2 - 1) * bound;
  return values;
}

/** Nearly normal with mean 0 and variance 1: the sum of 12 uniform numbers, which needs no logarithm. */
function nearlyNormal(random: RandomStream): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.nextFloat();
  return sum;
}

/**
 * A matrix whose rows, or columns if there are fewer, are orthogonal with length sqrt(2), whose square ReLU
 * halves: Gram-Schmidt on random vectors, twice because of rounding errors.
 */
function orthogonal({ out, in: inputs, random }: Weight): Float32Array {
  const [count, size] = out <= inputs ? [out, inputs] : [inputs, out];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length: size }, () => nearlyNormal(random));
    for (const other of [...vectors, ...vectors]) {
      let dot = 0;
      for (let i = 0; i < size; i++) dot += vector[i] * other[i];
      for (let i = 0; i < size; i++) vector[i] -= dot * other[i];
    }
    let square = 0;
    for (const value of vector) square += value * value;
    const length = Math.sqrt(square);
    vectors.push(vector.map((value) => value / length));
  }
  const gain = Math.sqrt(2);
  return Float32Array.from({ length: out * inputs }, (_, at) => {
    const [row, column] = [Math.floor(at / inputs), at % inputs];
    return gain * (out <= inputs ? vectors[row][column] : vectors[column][row]);
  });
}

/** Least and greatest radius of a patch, as shares of the image's longer side. */
const LEAST_RADIUS = 0.15;
const MOST_RADIUS = 0.6;

/**
 * Each unit starts with one round patch of the image: random weights under a bell (1 - d² / r²)² around a
 * random pixel, with a random radius r and the average length of `kaiming`. All weights are trained freely
 * afterwards: this is not a convolution, only an initial guess that near pixels belong together.
 */
function local({ out, in: inputs, random }: Weight, { height, width }: ImageShape): Float32Array {
  const values = new Float32Array(out * inputs);
  const side = Math.max(height, width);
  for (let row = 0; row < out; row++) {
    const [x, y] = [random.nextFloat() * (width - 1), random.nextFloat() * (height - 1)];
    const radius = Math.max(1.5, side * (LEAST_RADIUS + (MOST_RADIUS - LEAST_RADIUS) * random.nextFloat()));
    const unit = Float64Array.from({ length: inputs }, (_, place) => {
      // The channels of a color image are stored in sequence, and the patch has the same place in each.
      const pixel = place % (width * height);
      const [dx, dy] = [(pixel % width) - x, Math.floor(pixel / width) - y];
      const left = 1 - (dx * dx + dy * dy) / (radius * radius);
      const value = nearlyNormal(random);
      return left > 0 ? value * left * left : 0;
    });
    let square = 0;
    for (const value of unit) square += value * value;
    const scale = Math.sqrt(2 / square);
    for (let i = 0; i < inputs; i++) values[row * inputs + i] = unit[i] * scale;
  }
  return values;
}
