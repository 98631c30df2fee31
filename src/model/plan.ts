/**
 * Spec → plan: the one table of named tensors, parameters and values between layers. Backends derive their
 * own memory layout from it.
 */

import { type DenseLayer, normWidth } from './dense-layer.ts';
import { type ModelSpec, type PlacedLayer, placeLayers } from './spec.ts';

/** Tensors of a layer: of its Linear or of its norm. */
export type TensorPart = 'weight' | 'bias' | 'scale' | 'shift' | 'runningMean' | 'runningVariance';

/**
 * A parameter, named and shaped as in PyTorch's state_dict of a model with layers fc1, fc2, …; the norm of
 * fc2, before or after it, is bn2 or ln2. The running statistics of BatchNorm1d count as parameters that no
 * optimizer touches.
 */
export interface ParameterSpec {
  readonly name: string;
  /** [out, in] for a weight, [out] for a bias, the width of a norm for its own; row-major. */
  readonly shape: readonly number[];
  /** Index into `plan.layers`. */
  readonly layer: number;
  readonly part: TensorPart;
  /** Whether the optimizer changes it, so that it has a gradient and moments. */
  readonly trained: boolean;
}

/** The table of a network. */
export interface Plan {
  readonly layers: readonly DenseLayer[];
  readonly parameters: readonly ParameterSpec[];
}

/** The table for a checked spec: norms, activations and dropout folded into their Linear. */
export function planModel(spec: ModelSpec): Plan {
  const layers: DenseLayer[] = [];
  for (const { layer, linear, adds } of placeLayers(spec)) {
    const own = layers[linear] ?? { ...empty, name: `fc${linear + 1}` };
    layers[linear] = { ...own, ...changesOf(layer, own), ...(adds !== undefined && { skip: adds }) };
  }
  return { layers, parameters: layers.flatMap(parametersOf) };
}

const empty: DenseLayer = {
  name: '',
  in: 0,
  out: 0,
  norm: 'none',
  preNorm: false,
  activation: 'none',
  dropout: 0,
  skip: undefined,
};

const activationOf = {
  ReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  GELU: 'gelu',
  SiLU: 'silu',
  Root: 'root',
} as const;

/** The effect of a layer of the spec on its Linear. */
function changesOf(layer: PlacedLayer['layer'], own: DenseLayer): Partial<DenseLayer> {
  if (layer.type === 'Linear') return { in: layer.in, out: layer.out };
  // Before its Linear, which has no width yet.
  const preNorm = own.out === 0;
  if (layer.type === 'BatchNorm1d') return { norm: 'batch', preNorm };
  if (layer.type === 'LayerNorm') return { norm: 'layer', preNorm };
  // A single Dropout keeps its exact number: 1 - (1 - 0.3) is 0.30000000000000004.
  if (layer.type === 'Dropout')
    return { dropout: own.dropout === 0 ? layer.p : 1 - (1 - own.dropout) * (1 - layer.p) };
  return layer.type === 'LogSoftmax' ? {} : { activation: activationOf[layer.type] };
}

/** Number of input values, and of the output values of each Linear. */
export function layerWidths(spec: ModelSpec): number[] {
  const { layers } = planModel(spec);
  return [layers[0].in, ...layers.map(({ out }) => out)];
}

function parametersOf(layer: DenseLayer, index: number): ParameterSpec[] {
  const parameter = (name: string, part: TensorPart, shape: number[], trained = true): ParameterSpec => ({
    name,
    shape,
    layer: index,
    part,
    trained,
  });
  const linear = [
    parameter(`${layer.name}.weight`, 'weight', [layer.out, layer.in]),
    parameter(`${layer.name}.bias`, 'bias', [layer.out]),
  ];
  if (layer.norm === 'none') return linear;
  const name = `${layer.norm === 'batch' ? 'bn' : 'ln'}${index + 1}`;
  const shape = [normWidth(layer)];
  const norm = [parameter(`${name}.weight`, 'scale', shape), parameter(`${name}.bias`, 'shift', shape)];
  if (layer.norm === 'batch') {
    norm.push(
      parameter(`${name}.running_mean`, 'runningMean', shape, false),
      parameter(`${name}.running_var`, 'runningVariance', shape, false),
    );
  }
  return layer.preNorm ? [...norm, ...linear] : [...linear, ...norm];
}
