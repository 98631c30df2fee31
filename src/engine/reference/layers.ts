/**
 * The ops of a layer: each passes tensors of a network and a batch to the plain functions of ops.ts, norm.ts and
 * activations.ts. Forward beside backward.
 */

import { isApart, needsActivate, normsProduct, skipEnd } from '../../model/dense-layer.ts';
import type { Plan } from '../../model/plan.ts';
import { dropoutScalars } from '../scalars.ts';
import * as activations from './activations.ts';
import {
  layerNormBackward,
  layerNormForward,
  type NormTensors,
  normBackward,
  normForward,
  scaleBackward,
} from './norm.ts';
import * as ops from './ops.ts';
import { squaresOf } from './optimizers.ts';
import type { Batch, LayerTensors } from './tensors.ts';

/** A network as ops see it. */
export interface NetworkTensors {
  readonly plan: Plan;
  readonly tensors: readonly LayerTensors[];
  /** The weights that forward and backward read. */
  readonly role: 'value' | 'average';
  /** Whether the running statistics of BatchNorm1d are of that role too; else they are the current ones. */
  readonly averageStatistics: boolean;
}

/** The position of dropout in its random stream; without it, an op is part of an inference. */
export interface RandomStep {
  readonly key: readonly [number, number];
  readonly step: number;
}

export function linear(net: NetworkTensors, index: number, batch: Batch, random?: RandomStep): void {
  const layer = net.plan.layers[index];
  const { weight, bias } = net.tensors[index][net.role];
  const y = batch.z[index];
  ops.linearForward({ rows: batch.rows, ...layer }, batch.x[index], weight, bias, y);
  if (needsActivate(layer)) return;
  if (layer.activation === 'relu') ops.reluForward(y, y.length);
  if (random && layer.dropout > 0) dropout(net, index, y, batch.rows, random);
  if (layer.skip !== undefined) ops.addTo(y, batch.y[layer.skip + 1]);
}

export function inputGradient(net: NetworkTensors, index: number, batch: Batch, random?: RandomStep): void {
  const { layers } = net.plan;
  const apart = index > 0 && isApart(layers, index - 1);
  const dx = index === 0 ? batch.dx : apart ? batch.dy[index - 1] : batch.dz[index - 1];
  const { weight } = net.tensors[index][net.role];
  ops.linearBackwardInput({ rows: batch.rows, ...layers[index] }, batch.dz[index], weight, dx);
  if (index === 0 || apart) return;
  const below = layers[index - 1];
  const { scale } = dropoutScalars(random ? below.dropout : 0);
  if (below.activation === 'relu') ops.reluBackward(dx, batch.y[index], scale, dx.length);
  else if (random && below.dropout > 0) dropout(net, index - 1, dx, batch.rows, random);
}

export function weightGradient({ plan, tensors }: NetworkTensors, index: number, batch: Batch): void {
  const { weight, bias } = tensors[index].gradient;
  const shape = { rows: batch.rows, ...plan.layers[index] };
  ops.linearBackwardWeight(shape, batch.x[index], batch.dz[index], weight, bias);
}

export function activate(
  net: NetworkTensors,
  index: number,
  batch: Batch,
  byBatch: boolean,
  random?: RandomStep,
): void {
  const layer = net.plan.layers[index];
  const [z, y] = [batch.z[index], batch.y[index + 1]];
  const norm = normOf(net, index, batch);
  if (normsProduct(layer) && layer.norm === 'batch') normForward(z, batch.rows, norm, byBatch);
  for (let i = 0; i < z.length; i++)
    y[i] = activations.activate(layer.activation, normsProduct(layer) ? scaled(norm, z, i) : z[i]);
  if (random && layer.dropout > 0) dropout(net, index, y, batch.rows, random);
}

export function activateGradient(
  net: NetworkTensors,
  index: number,
  batch: Batch,
  byBatch: boolean,
  random?: RandomStep,
): void {
  const { layers } = net.plan;
  const layer = layers[index];
  const [z, dy, dz] = [batch.z[index], batch.dy[index], batch.dz[index]];
  const end = skipEnd(layers, index);
  if (end) ops.addTo(dy, batch.dy[layers.indexOf(end)]);
  dz.set(dy);
  if (random && layer.dropout > 0) dropout(net, index, dz, batch.rows, random);
  const norm = normOf(net, index, batch);
  for (let i = 0; i < z.length; i++) {
    const a = normsProduct(layer) ? scaled(norm, z, i) : z[i];
    dz[i] = Math.fround(dz[i] * activations.derivative(layer.activation, a));
  }
  if (normsProduct(layer) && layer.norm === 'batch')
    normBackward(dz, z, batch.rows, norm, net.tensors[index].gradient, byBatch);
}

export function normalize(net: NetworkTensors, index: number, batch: Batch, byBatch: boolean): void {
  const layer = net.plan.layers[index];
  const norm = normOf(net, index, batch);
  const [normalized, x] = [batch.normalized[index], batch.x[index]];
  if (layer.preNorm) normalized.set(batch.y[index]);
  if (layer.norm === 'batch') normForward(normalized, batch.rows, norm, byBatch);
  else layerNormForward(normalized, batch.rows, norm.inverse);
  if (layer.preNorm) for (let i = 0; i < x.length; i++) x[i] = scaled(norm, normalized, i);
}

export function affineGradient(net: NetworkTensors, index: number, batch: Batch): void {
  const da = normedGradient(net, index, batch);
  scaleBackward(da, batch.normalized[index], batch.rows, net.tensors[index].gradient);
}

export function normalizeGradient(net: NetworkTensors, index: number, batch: Batch, byBatch: boolean): void {
  const [da, normalized] = [normedGradient(net, index, batch), batch.normalized[index]];
  const norm = normOf(net, index, batch);
  if (net.plan.layers[index].norm === 'layer') layerNormBackward(da, normalized, batch.rows, norm);
  else normBackward(da, normalized, batch.rows, norm, net.tensors[index].gradient, byBatch);
}

export function gradientSquares({ plan, tensors }: NetworkTensors, index: number, batch: Batch): void {
  const { in: inputs, out } = plan.layers[index];
  const { weight, bias, scale, shift } = tensors[index].gradient;
  for (let o = 0; o < out; o++)
    batch.squares.push(squaresOf([...weight.subarray(o * inputs, (o + 1) * inputs), bias[o]]));
  scale.forEach((gradient, j) => {
    batch.squares.push(squaresOf([gradient, shift[j]]));
  });
}

/** The same forward and backward. */
function dropout(
  { plan }: NetworkTensors,
  index: number,
  values: Float32Array,
  rows: number,
  random: RandomStep,
): void {
  const { dropout, out } = plan.layers[index];
  ops.applyDropout(values, rows, out, { ...dropoutScalars(dropout), ...random, layer: index });
}

/** A layer's norm tensors, with the place for what it normalized by. */
function normOf(
  { tensors, role, averageStatistics }: NetworkTensors,
  index: number,
  batch: Batch,
): NormTensors {
  const { scale, shift } = tensors[index][role];
  const { runningMean, runningVariance } = tensors[index][averageStatistics ? role : 'value'];
  return { scale, shift, runningMean, runningVariance, inverse: batch.inverse[index] };
}

/** A normalized value, scaled and shifted. */
function scaled({ scale, shift }: NormTensors, normalized: Float32Array, i: number): number {
  const j = i % scale.length;
  return Math.fround(Math.fround(normalized[i] * scale[j]) + shift[j]);
}

/** The gradient with respect to the output of a layer's norm, and then that with respect to its input. */
function normedGradient({ plan }: NetworkTensors, index: number, batch: Batch): Float32Array {
  return plan.layers[index].preNorm ? batch.dy[index - 1] : batch.dz[index];
}
