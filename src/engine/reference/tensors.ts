/** The tensors of a network and of one batch, as plain arrays. */

import { type DenseLayer, needsActivate, normWidth } from '../../model/dense-layer.ts';
import type { Plan, TensorPart } from '../../model/plan.ts';
import type { TensorRole } from '../backend.ts';

/** One layer's tensors under each role; parts that the layer does not have are empty. */
export type LayerTensors = Record<TensorRole, Record<TensorPart, Float32Array>>;

/** The tensors of one batch; y[0] is the input, y[l + 1] the output of layer l. */
export interface Batch {
  readonly rows: number;
  readonly indices: Uint32Array;
  readonly y: Float32Array[];
  /** Input of the product: the y of the layer below, or that y after the norm before the product. */
  readonly x: Float32Array[];
  /** Pre-activations, normalized where these are; y itself of layers that do not need `activate`. */
  readonly z: Float32Array[];
  /** Normalized values of layers with a norm: z, or those of x. */
  readonly normalized: Float32Array[];
  /** 1 / standard deviation that the norm divided by: of each feature, or of each row. */
  readonly inverse: Float32Array[];
  /** Gradients with respect to y, of layers below the last that are `apart`. */
  readonly dy: Float32Array[];
  readonly dz: Float32Array[];
  /** Gradient with respect to the input. */
  readonly dx: Float32Array;
  /** Results of `gradientSquares`, layer after layer. */
  readonly squares: number[];
  /** Result of `clipFactor`. */
  clipFactor: number;
}

/** A layer's tensors, all 0. */
export function makeTensors(layer: DenseLayer): LayerTensors {
  const normed = layer.norm === 'none' ? 0 : normWidth(layer);
  const running = layer.norm === 'batch' ? normed : 0;
  const parts = () => ({
    weight: new Float32Array(layer.out * layer.in),
    bias: new Float32Array(layer.out),
    scale: new Float32Array(normed),
    shift: new Float32Array(normed),
    runningMean: new Float32Array(running),
    runningVariance: new Float32Array(running),
  });
  return {
    value: parts(),
    gradient: parts(),
    firstMoment: parts(),
    secondMoment: parts(),
    average: parts(),
  };
}

/** The arrays of a batch of these images. */
export function makeBatch({ layers }: Plan, indices: Uint32Array): Batch {
  const rows = indices.length;
  const values = (width: number) => new Float32Array(rows * width);
  const y = [layers[0].in, ...layers.map((layer) => layer.out)].map(values);
  const z = layers.map((layer, i) => (needsActivate(layer) ? values(layer.out) : y[i + 1]));
  return {
    rows,
    indices,
    y,
    x: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : y[i])),
    z,
    normalized: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : z[i])),
    inverse: layers.map((layer) => new Float32Array(layer.norm === 'layer' ? rows : normWidth(layer))),
    dy: layers.map((layer) => values(layer.out)),
    dz: layers.map((layer) => values(layer.out)),
    dx: values(layers[0].in),
    squares: [],
    clipFactor: 1,
  };
}

/** Bytes of a network's tensors under all roles, and of a batch of this many rows: all large arrays. */
export function bytesOf({ layers }: Plan, rows: number): number {
  const weights = layers.reduce((sum, layer) => sum + layer.out * (layer.in + 1), 0);
  // y, dy and dz, z where it is another array, and normalized x if a norm comes before the product.
  const row = layers.reduce(
    (sum, layer) => sum + layer.out * (needsActivate(layer) ? 4 : 3) + (layer.preNorm ? 2 * layer.in : 0),
    2 * layers[0].in,
  );
  return 4 * (5 * weights + rows * row);
}
