/**
 * Where tensors lie, in quads: vectors of four float32. Every tensor is row-major, its rows filled up with zeros to whole
 * quads. A weight lies as [in][out], as forward and weight gradient need it.
 */

import { type DenseLayer, needsActivate, normWidth } from '../../model/dense-layer.ts';
import type { ParameterSpec, Plan, TensorPart } from '../../model/plan.ts';
import type { Program } from '../../model/program.ts';
import { SQUARE_GROUPS } from './kernels/elementwise.ts';

/** Quads of this many values. */
export function quadsOf(values: number): number {
  return Math.ceil(values / 4);
}

/**
 * A layer's parameters. Weight, bias, scale and shift have the same place in the buffer of every role; running mean and
 * variance are in a buffer of their own.
 */
export type ParameterPlaces = Readonly<Record<TensorPart, number>>;

export interface WeightPlaces {
  readonly layers: readonly ParameterPlaces[];
  /** Where the weights of Linears end, and where all ends. */
  readonly weightsEnd: number;
  readonly end: number;
  readonly statisticsEnd: number;
}

/** Weights first, then biases, scales and shifts, so that each kind is one stretch. */
export function placeWeights({ layers }: Plan): WeightPlaces {
  let end = 0;
  const place = (quads: number) => {
    end += quads;
    return end - quads;
  };
  const normed = (layer: DenseLayer) => (layer.norm === 'none' ? 0 : quadsOf(normWidth(layer)));
  const weight = layers.map((layer) => place(layer.in * quadsOf(layer.out)));
  const weightsEnd = end;
  const bias = layers.map((layer) => place(quadsOf(layer.out)));
  const scale = layers.map((layer) => place(normed(layer)));
  const shift = layers.map((layer) => place(normed(layer)));
  const parametersEnd = end;
  end = 0;
  const runningMean = layers.map((layer) => place(layer.norm === 'batch' ? normed(layer) : 0));
  const runningVariance = layers.map((layer) => place(layer.norm === 'batch' ? normed(layer) : 0));
  return {
    layers: layers.map((_, i) => ({
      weight: weight[i],
      bias: bias[i],
      scale: scale[i],
      shift: shift[i],
      runningMean: runningMean[i],
      runningVariance: runningVariance[i],
    })),
    weightsEnd,
    end: parametersEnd,
    statisticsEnd: end,
  };
}

/** A parameter's values, from quads at `place` of its buffer. */
export function unpack({ shape, part }: ParameterSpec, place: number, buffer: Float32Array): Float32Array {
  const from = 4 * place;
  if (part !== 'weight') return buffer.slice(from, from + shape[0]);
  const [out, inputs] = shape;
  const stride = 4 * quadsOf(out);
  const values = new Float32Array(out * inputs);
  for (let i = 0; i < inputs; i++) {
    const row = from + i * stride;
    for (let o = 0; o < out; o++) values[o * inputs + i] = buffer[row + o];
  }
  return values;
}

/** The quads that hold a parameter's values. */
export function pack({ shape, part }: ParameterSpec, values: Float32Array): Float32Array<ArrayBuffer> {
  const [out, inputs] = part === 'weight' ? shape : [shape[0], 1];
  const stride = 4 * quadsOf(out);
  const packed = new Float32Array(inputs * stride);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < out; o++) packed[i * stride + o] = values[o * inputs + i];
  }
  return packed;
}

/** The places of the tensors of one batch; `Batch` of the reference backend describes each of them. */
export interface BatchPlaces {
  /** y[0] is the input, y[l + 1] the output of layer l. */
  readonly y: readonly number[];
  readonly x: readonly number[];
  readonly z: readonly number[];
  readonly normalized: readonly number[];
  readonly inverse: readonly number[];
  readonly dy: readonly number[];
  readonly dz: readonly number[];
  readonly dx: number;
  readonly partials: number;
  readonly factor: number;
  readonly end: number;
}

/** @param backward whether gradients flow, or only values */
export function placeBatch({ plan: { layers } }: Program, rows: number, backward: boolean): BatchPlaces {
  let end = 0;
  const place = (quads: number) => {
    end += quads;
    return end - quads;
  };
  const values = (width: number) => place(rows * quadsOf(width));
  const y = [layers[0].in, ...layers.map((layer) => layer.out)].map(values);
  const z = layers.map((layer, i) => (needsActivate(layer) ? values(layer.out) : y[i + 1]));
  const gradients = (width: number) => (backward ? values(width) : 0);
  return {
    y,
    z,
    x: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : y[i])),
    normalized: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : z[i])),
    inverse: layers.map((layer) => place(layer.norm === 'layer' ? rows : quadsOf(normWidth(layer)))),
    dy: layers.map((layer) => gradients(layer.out)),
    dz: layers.map((layer) => gradients(layer.out)),
    dx: gradients(layers[0].in),
    partials: place(SQUARE_GROUPS),
    factor: place(1),
    end,
  };
}
