/**
 * Spec → plan → program. The plan is the one table of named tensors (parameters and what flows between
 * layers); the program is the list of typed ops that a backend runs over them for one batch. Backends choose
 * their own memory layout from the plan; nothing here knows one.
 */

import { CoutureError } from '../core/errors.ts';
import { type ModelSpec, type NormName, type PlacedLayer, placeLayers } from './spec.ts';

/** Which tensor of a layer: of its Linear, or of its norm. */
export type Part = 'weight' | 'bias' | 'scale' | 'shift' | 'runningMean' | 'runningVariance';

/**
 * A parameter, named and shaped as in PyTorch's state_dict of a model with layers fc1, fc2, …; the norm of fc2, in front
 * of it or behind, is bn2 or ln2. The running statistics of BatchNorm1d count as parameters that no optimizer touches.
 */
export interface ParameterSpec {
  readonly name: string;
  /** [out, in] for a weight, [out] for a bias, the width of a norm for its own; row-major. */
  readonly shape: readonly number[];
  /** Index into `plan.layers`. */
  readonly layer: number;
  readonly part: Part;
  /** Changed by the optimizer, so that it has a gradient and moments. */
  readonly trained: boolean;
}

export type Activation = 'none' | 'relu' | 'leakyRelu' | 'gelu' | 'silu';

/**
 * One Linear with what belongs to it: y = dropout(activation(x Wᵀ + b)), with a norm of x or of the product, and plus what
 * skipped a residual block. The unit that kernels fuse.
 */
export interface DenseLayer {
  /** fc1, fc2, … */
  readonly name: string;
  readonly in: number;
  readonly out: number;
  /** Of each feature over the batch, or of each image over its features. */
  readonly norm: NormName;
  /** Whether the norm is of x, in front of the product; else it is between product and activation. */
  readonly preNorm: boolean;
  readonly activation: Activation;
  /** Dropout probability after the activation; 0 for none. */
  readonly dropout: number;
  /** The layer whose y is added behind the dropout: this one ends the residual block that begins with that y. */
  readonly skip: number | undefined;
}

/** The table of what a network is made of. */
export interface Plan {
  readonly layers: readonly DenseLayer[];
  readonly parameters: readonly ParameterSpec[];
}

/**
 * One step of a program. `layer` indexes `plan.layers`. Tensors are implied by the layer: its input
 * activations x [batch, in], outputs y [batch, out] (after activation, dropout and what is added), gradient dy of the loss
 * with respect to y and dz with respect to the pre-activation, both [batch, out], and the parameters' gradients.
 */
export type Op =
  /** x of layer 0 = (pixel / 255 - 0.5) / 0.5 for the images of the batch. */
  | { readonly op: 'gather' }
  /**
   * The norm of a layer: of x, scaled and shifted, where it is in front of the product; of a LayerNorm behind the product,
   * z normalised, which `activate` scales and shifts.
   */
  | { readonly op: 'normalise'; readonly layer: number; readonly training: boolean }
  /**
   * y = dropout(activation(x Wᵀ + b)) + y of `skip`; dropout only where `training`. Of a layer that `needsActivate`,
   * z = x Wᵀ + b.
   */
  | { readonly op: 'linear'; readonly layer: number; readonly training: boolean }
  /** y = dropout(activation(norm(z))): by the batch's statistics and with dropout where `training`. */
  | { readonly op: 'activate'; readonly layer: number; readonly training: boolean }
  /** Output: log-probabilities of the last layer's y. */
  | { readonly op: 'logSoftmax' }
  /** loss of each image, and dz of the last layer: (softmax - target) / batch. */
  | { readonly op: 'nllGradient' }
  /** dz of the last layer: the gradient of each image's log-probability of its class, onehot - softmax. */
  | { readonly op: 'logProbabilityGradient' }
  /**
   * dz of layer - 1 = (dz W) masked by that layer's activation and dropout; of layer 0, dx = dz W. Where layer - 1 is
   * `apart`, dz W alone in the place of its dy: dy itself or, of a layer with a norm in front, the gradient with respect
   * to what that gives.
   */
  | { readonly op: 'inputGradient'; readonly layer: number }
  /** dy of the layer that a residual block begins with is added to; dz from dy, through dropout, activation and norm. */
  | { readonly op: 'activateGradient'; readonly layer: number; readonly training: boolean }
  /** Gradients of the scale and shift of a LayerNorm, from the gradient with respect to what it gives. */
  | { readonly op: 'affineGradient'; readonly layer: number }
  /** From the gradient with respect to what the op `normalise` gave to that with respect to what it was given, in place. */
  | { readonly op: 'normaliseGradient'; readonly layer: number; readonly training: boolean }
  /** dW = dzᵀ x, db = column sums of dz, kept where they can be read. */
  | { readonly op: 'weightGradient'; readonly layer: number }
  /** For each output of the layer, the sum of squares of its kept gradients and those of its norm. */
  | { readonly op: 'gradientSquares'; readonly layer: number }
  /** The factor that takes the norm of all gradients together down to `largest`; 1 where it is below. */
  | { readonly op: 'clipFactor'; readonly largest: number }
  /**
   * The optimizer's step on the layer's weight and bias from the kept gradient, and their running average. Where
   * `clipped`, the gradient is first multiplied by the factor of `clipFactor`, and stays so.
   */
  | { readonly op: 'update'; readonly layer: number; readonly clipped: boolean }
  /** The same for the scale and shift of a norm; and the running average of its statistics, where that is kept. */
  | { readonly op: 'normUpdate'; readonly layer: number; readonly clipped: boolean }
  /** weightGradient and update in one, strip by strip: the gradient is not kept. */
  | { readonly op: 'weightGradientUpdate'; readonly layer: number }
  /** Output: y of a layer. */
  | { readonly op: 'activations'; readonly layer: number }
  /** Output: dx, which inputGradient of layer 0 left. */
  | { readonly op: 'pixelGradient' };

/** What inference gives for each image: see the ops that say "Output". */
export type Output =
  | { readonly of: 'logProbabilities' }
  | { readonly of: 'activations'; readonly layer: number }
  | { readonly of: 'pixelGradient' };

/** Everything a backend needs to run one network. */
export interface Program {
  readonly plan: Plan;
  /** Ops of one training batch. */
  readonly train: readonly Op[];
  /** Ops of one inference batch. */
  readonly infer: readonly Op[];
  /** Values that inference gives for each image. */
  readonly outputWidth: number;
  /** Whether a running average of every trained parameter is kept. */
  readonly average: boolean;
  /** Whether one of the running statistics of BatchNorm1d is kept as well. */
  readonly averageStatistics: boolean;
}

/** How a program is built. */
export interface ProgramOptions {
  /** Keep every parameter's gradient readable after a step (slower; for checks). */
  readonly keepGradients?: boolean;
  /** Scale the gradient of every step down to this norm over all parameters together; 0, the default, for no limit. */
  readonly clip?: number;
  /** Keep a running average of every trained parameter, from which inference can be asked for. */
  readonly average?: boolean;
  /** Average the running statistics of BatchNorm1d with them; else inference from the average uses the current ones. */
  readonly averageStatistics?: boolean;
  /** What inference gives; log-probabilities by default. */
  readonly output?: Output;
}

/** The table for a checked spec: norms, activations and dropout folded into the Linear that they belong to. */
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

const activationOf = { ReLU: 'relu', LeakyReLU: 'leakyRelu', GELU: 'gelu', SiLU: 'silu' } as const;

/** What a layer of the spec makes of the Linear that it belongs to. */
function changesOf(layer: PlacedLayer['layer'], own: DenseLayer): Partial<DenseLayer> {
  if (layer.type === 'Linear') return { in: layer.in, out: layer.out };
  // In front of its Linear, which has no width yet.
  const preNorm = own.out === 0;
  if (layer.type === 'BatchNorm1d') return { norm: 'batch', preNorm };
  if (layer.type === 'LayerNorm') return { norm: 'layer', preNorm };
  if (layer.type === 'Dropout') return { dropout: 1 - (1 - own.dropout) * (1 - layer.p) };
  return layer.type === 'LogSoftmax' ? {} : { activation: activationOf[layer.type] };
}

/** Values that go in, and that each Linear gives. */
export function layerWidths(spec: ModelSpec): number[] {
  const { layers } = planModel(spec);
  return [layers[0].in, ...layers.map(({ out }) => out)];
}

/** Values that a layer's norm is of. */
export function normWidth(layer: DenseLayer): number {
  return layer.preNorm ? layer.in : layer.out;
}

function parametersOf(layer: DenseLayer, index: number): ParameterSpec[] {
  const parameter = (name: string, part: Part, shape: number[], trained = true): ParameterSpec => ({
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

/**
 * The plan's parameter of that name.
 * @throws CoutureError of kind `usage` when there is none
 */
export function findParameter(plan: Plan, name: string): ParameterSpec {
  const found = plan.parameters.find((parameter) => parameter.name === name);
  if (found !== undefined) return found;
  throw new CoutureError('usage', `This network has no parameter ${name}.`);
}

/** Whether a layer has a norm between product and activation. */
export function normsProduct({ norm, preNorm }: DenseLayer): boolean {
  return norm !== 'none' && !preNorm;
}

/** Whether what follows the product of a layer is ops of its own; else it is the product's epilogue. */
export function needsActivate(layer: DenseLayer): boolean {
  return normsProduct(layer) || !(layer.activation === 'none' || layer.activation === 'relu');
}

/** Whether dz of a layer below the last comes from dy by an op of its own; else it is the epilogue of `inputGradient`. */
export function isApart(layers: readonly DenseLayer[], layer: number): boolean {
  return needsActivate(layers[layer]) || layers[layer].skip !== undefined || layers[layer + 1].preNorm;
}

/** The layer with which the residual block ends that begins with this one's y; undefined where none does. */
export function skipEnd<Layer extends DenseLayer>(
  layers: readonly Layer[],
  layer: number,
): Layer | undefined {
  return layers.find(({ skip }) => skip === layer);
}

/** The ops of a training and an inference batch. */
export function buildProgram(spec: ModelSpec, options: ProgramOptions = {}): Program {
  const { keepGradients = false, clip = 0, output = { of: 'logProbabilities' } } = options;
  const { average = false, averageStatistics = false } = options;
  const plan = planModel(spec);
  const last = plan.layers.length - 1;
  const forward = (training: boolean): Op[] => [
    { op: 'gather' },
    ...plan.layers.flatMap((_, layer) => forwardOps(plan, layer, training)),
  ];
  // All that goes row by row comes first, then the weights: threads meet only between the two.
  const backward: Op[] = [];
  for (let layer = last; layer > 0; layer--) backward.push(...backwardOps(plan, layer, true));
  const clipped = clip > 0;
  if (clipped) backward.push(...clipOps(plan, clip));
  for (let layer = 0; layer <= last; layer++) {
    if (plan.layers[layer].norm !== 'none') backward.push({ op: 'normUpdate', layer, clipped });
    if (keepGradients && !clipped) backward.push({ op: 'weightGradient', layer });
    backward.push(
      keepGradients || clipped ? { op: 'update', layer, clipped } : { op: 'weightGradientUpdate', layer },
    );
  }
  return {
    plan,
    average,
    averageStatistics: average && averageStatistics,
    train: [...forward(true), { op: 'nllGradient' }, ...backward],
    ...inference(plan, forward(false), output),
  };
}

/** From a layer's input to its output. */
function forwardOps({ layers }: Plan, layer: number, training: boolean): Op[] {
  const { norm, preNorm } = layers[layer];
  const linear: Op = { op: 'linear', layer, training };
  const normalise: Op = { op: 'normalise', layer, training };
  if (!needsActivate(layers[layer])) return preNorm ? [normalise, linear] : [linear];
  const activate: Op = { op: 'activate', layer, training };
  if (preNorm) return [normalise, linear, activate];
  return norm === 'layer' ? [linear, normalise, activate] : [linear, activate];
}

/** From a layer's dz to the dz of the layer below. */
function backwardOps({ layers }: Plan, layer: number, training: boolean): Op[] {
  const ops: Op[] = [{ op: 'inputGradient', layer }];
  if (layers[layer].preNorm) ops.push(...normGradientOps(layers, layer, training));
  const below = layer - 1;
  if (below < 0 || !isApart(layers, below)) return ops;
  ops.push({ op: 'activateGradient', layer: below, training });
  // BatchNorm1d goes feature by feature, as `activateGradient` does, which therefore has it in it.
  if (normsProduct(layers[below]) && layers[below].norm === 'layer')
    ops.push(...normGradientOps(layers, below, training));
  return ops;
}

/** From the gradient with respect to what the op `normalise` gave to that with respect to what it was given. */
function normGradientOps(layers: readonly DenseLayer[], layer: number, training: boolean): Op[] {
  const normalise: Op = { op: 'normaliseGradient', layer, training };
  return layers[layer].norm === 'layer' && training
    ? [{ op: 'affineGradient', layer }, normalise]
    : [normalise];
}

/** Every gradient, before any update, and how much of it is left. */
function clipOps({ layers }: Plan, largest: number): Op[] {
  return [
    ...layers.map((_, layer): Op => ({ op: 'weightGradient', layer })),
    ...layers.map((_, layer): Op => ({ op: 'gradientSquares', layer })),
    { op: 'clipFactor', largest },
  ];
}

function inference(plan: Plan, forward: readonly Op[], output: Output) {
  const { layers } = plan;
  if (output.of === 'activations') {
    const { layer } = output;
    const end = forward.findLastIndex((op) => 'layer' in op && op.layer === layer) + 1;
    const infer: Op[] = [...forward.slice(0, end), { op: 'activations', layer }];
    return { infer, outputWidth: layers[layer].out };
  }
  if (output.of === 'pixelGradient') {
    const backward = layers.flatMap((_, i) => backwardOps(plan, layers.length - 1 - i, false));
    const ops: Op[] = [...forward, { op: 'logProbabilityGradient' }, ...backward, { op: 'pixelGradient' }];
    return { infer: ops, outputWidth: layers[0].in };
  }
  return { infer: [...forward, { op: 'logSoftmax' } as const], outputWidth: layers[layers.length - 1].out };
}
