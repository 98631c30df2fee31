/** BatchNorm1d folded into the Linear before it: at inference both are affine, so that one does the work of two. */

import { CoutureError } from '../core/errors.ts';
import { type DenseLayer, normsProduct, planModel } from '../model/program.ts';
import { checkModelSpec, type LayerSpec } from '../model/spec.ts';
import type { Network } from './network.ts';

/** That of torch.nn.BatchNorm1d, as the engine has it. */
const EPSILON = Math.fround(1e-5);

/** Whether a layer's norm stands behind its Linear and does not depend on the image. */
function isFoldable(layer: DenseLayer): boolean {
  return layer.norm === 'batch' && normsProduct(layer);
}

/** The layers without each BatchNorm1d behind a Linear, within residual blocks as well. */
function withoutFolded<Layer extends LayerSpec>(layers: readonly Layer[]): Layer[] {
  return layers
    .filter(({ type }, i) => type !== 'BatchNorm1d' || layers[i - 1]?.type !== 'Linear')
    .map((layer) => (layer.type === 'Residual' ? { ...layer, layers: withoutFolded(layer.layers) } : layer));
}

/**
 * The network without the BatchNorm1d layers that stand behind a Linear: W' = W · s and b' = (b - mean) · s + shift, for each output, where
 * s = scale / sqrt(variance + epsilon), in float64 and rounded once. It gives what the network gives in inference, to
 * rounding. A network without such layers comes back as it is.
 * @throws CoutureError of kind `usage` when a tensor is missing
 */
export function foldBatchNorm(network: Network): Network {
  const { layers } = planModel(network.spec);
  if (!layers.some(isFoldable)) return network;
  const take = (name: string): Float32Array => {
    const values = network.weights.get(name);
    if (values === undefined) throw new CoutureError('usage', `The weights lack the tensor "${name}".`);
    return values;
  };
  const folded = new Map<string, Float32Array>();
  layers.forEach((layer, index) => {
    if (!isFoldable(layer)) return;
    const norm = `bn${index + 1}`;
    const scale = take(`${norm}.weight`);
    const shift = take(`${norm}.bias`);
    const mean = take(`${norm}.running_mean`);
    const variance = take(`${norm}.running_var`);
    const factors = Float64Array.from(scale, (value, o) => value / Math.sqrt(variance[o] + EPSILON));
    const weight = take(`${layer.name}.weight`);
    folded.set(
      `${layer.name}.weight`,
      weight.map((value, i) => value * factors[Math.floor(i / layer.in)]),
    );
    folded.set(
      `${layer.name}.bias`,
      take(`${layer.name}.bias`).map((value, o) => (value - mean[o]) * factors[o] + shift[o]),
    );
  });
  const spec = checkModelSpec({ layers: withoutFolded(network.spec.layers) });
  const { parameters } = planModel(spec);
  return { spec, weights: new Map(parameters.map(({ name }) => [name, folded.get(name) ?? take(name)])) };
}
