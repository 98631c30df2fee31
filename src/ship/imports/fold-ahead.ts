/**
 * Folds a BatchNorm1d that comes before its Linear: after an activation, or first of all. In inference it is affine, so the
 * Linear behind it can do both. Couture itself has norms between a Linear and its activation.
 */

import { NORM_EPSILON } from '../../model/norm-epsilon.ts';
import type { ArrangedLayer } from './arrange.ts';
import { type FoundModule, isModule } from './modules.ts';

/** As the engine has it. */
const EPSILON = Math.fround(NORM_EPSILON);

/** Layers without such norms. */
export interface Folded {
  readonly layers: readonly ArrangedLayer[];
  /** The norms that were folded, by their names, with the Linear of each. */
  readonly folded: readonly (readonly [norm: string, linear: string])[];
}

/**
 * Folds what can be folded: each BatchNorm1d that follows no Linear, with nothing but Dropout between it and the next Linear.
 * W' = W · s and b' = b + W · (shift - mean · s) for each input, where s = scale / sqrt(variance + epsilon), in float64 and
 * rounded once.
 */
export function foldAhead(layers: readonly ArrangedLayer[]): Folded {
  const kept: ArrangedLayer[] = [];
  const folded: (readonly [string, string])[] = [];
  let waiting: FoundModule | undefined;
  layers.forEach((layer, i) => {
    if (waiting !== undefined && layer.type === 'Linear' && isModule(layer) && layer.in === waiting.in) {
      folded.push([waiting.name, layer.name]);
      kept.push(behind(waiting, layer));
      waiting = undefined;
    } else if (isModule(layer) && layer.type === 'BatchNorm1d' && isAhead(layers, i)) waiting = layer;
    else kept.push(layer);
  });
  return { layers: kept, folded };
}

/** Whether the next layer but Dropout is a Linear that the norm belongs to. */
function isAhead(layers: readonly ArrangedLayer[], i: number): boolean {
  const next = layers.slice(i + 1).find(({ type }) => type !== 'Dropout');
  return layers[i - 1]?.type !== 'Linear' && next?.type === 'Linear' && matches(layers[i], next);
}

function matches(norm: ArrangedLayer, linear: ArrangedLayer): boolean {
  return isModule(norm) && isModule(linear) && norm.in === linear.in;
}

/** The Linear with the norm in front of it. */
function behind(norm: FoundModule, linear: FoundModule): FoundModule {
  const [scale, shift] = [tensorOf(norm, 'weight'), tensorOf(norm, 'bias')];
  const [mean, variance] = [tensorOf(norm, 'running_mean'), tensorOf(norm, 'running_var')];
  const factors = Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i] + EPSILON));
  const rests = Float64Array.from(shift, (value, i) => value - mean[i] * factors[i]);
  const weight = tensorOf(linear, 'weight');
  const bias = tensorOf(linear, 'bias').map((value, o) => {
    let sum: number = value;
    for (let i = 0; i < linear.in; i++) sum += weight[o * linear.in + i] * rests[i];
    return sum;
  });
  const scaled = weight.map((value, at) => value * factors[at % linear.in]);
  return { ...linear, tensors: new Map([...linear.tensors, ['weight', scaled], ['bias', bias]]) };
}

function tensorOf(
  { tensors }: FoundModule,
  part: 'weight' | 'bias' | 'running_mean' | 'running_var',
): Float32Array {
  return tensors.get(part) ?? new Float32Array();
}
