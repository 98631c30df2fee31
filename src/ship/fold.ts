/** Folds BatchNorm1d into the Linear before it: at inference both are affine, so one layer can do both. */

import { checkArguments } from '../core/arguments.ts';
import { aNetwork } from '../model/argument-kinds.ts';
import { type DenseLayer, normsProduct } from '../model/dense-layer.ts';
import { type Network, takeTensor } from '../model/network.ts';
import { NORM_EPSILON } from '../model/norm-epsilon.ts';
import { planModel, type TensorPart } from '../model/plan.ts';
import { checkModelSpec, type LayerSpec } from '../model/spec.ts';

/** As the engine has it. */
const EPSILON = Math.fround(NORM_EPSILON);

/** Whether the norm of a layer comes after its Linear and does not depend on the image. */
function isFoldable(layer: DenseLayer): boolean {
  return layer.norm === 'batch' && normsProduct(layer);
}

/** The layers without each BatchNorm1d after a Linear, also within residual blocks. */
function withoutFolded<Layer extends LayerSpec>(layers: readonly Layer[]): Layer[] {
  return layers
    .filter(({ type }, i) => type !== 'BatchNorm1d' || layers[i - 1]?.type !== 'Linear')
    .map((layer) => (layer.type === 'Residual' ? { ...layer, layers: withoutFolded(layer.layers) } : layer));
}

/**
 * The network without the BatchNorm1d layers after a Linear: W' = W · s and b' = (b - mean) · s + shift, for
 * each output, where s = scale / sqrt(variance + epsilon), in float64 and rounded once. Its inference gives
 * the same up to rounding. A network without such layers is returned unchanged.
 * @throws CoutureError of kind `usage` when a tensor is missing
 */
export function foldBatchNorm(network: Network): Network {
  checkArguments('foldBatchNorm', { network: [network, aNetwork] });
  const { layers, parameters } = planModel(network.spec);
  if (!layers.some(isFoldable)) return network;
  const folded = new Map(network.weights);
  layers.forEach((layer, index) => {
    if (!isFoldable(layer)) return;
    const own = parameters.filter((parameter) => parameter.layer === index);
    const names = Object.fromEntries(own.map(({ part, name }) => [part, name])) as Record<TensorPart, string>;
    const take = (part: TensorPart): Float32Array => takeTensor(network.weights, names[part]);
    const [weight, bias, scale, shift] = [take('weight'), take('bias'), take('scale'), take('shift')];
    const [mean, variance] = [take('runningMean'), take('runningVariance')];
    const factors = Float64Array.from(scale, (value, o) => value / Math.sqrt(variance[o] + EPSILON));
    folded.set(
      names.weight,
      weight.map((value, i) => value * factors[Math.floor(i / layer.in)]),
    );
    folded.set(
      names.bias,
      bias.map((value, o) => (value - mean[o]) * factors[o] + shift[o]),
    );
  });
  const spec = checkModelSpec({ layers: withoutFolded(network.spec.layers) });
  const kept = planModel(spec).parameters;
  return { ...network, spec, weights: new Map(kept.map(({ name }) => [name, takeTensor(folded, name)])) };
}
