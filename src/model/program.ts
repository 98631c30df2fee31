/**
 * Spec → plan → program. The plan is the one table of named tensors (parameters and what flows between
 * layers); the program is the list of typed ops that a backend runs over them for one batch. Backends choose
 * their own memory layout from the plan; nothing here knows one.
 */

import { CoutureError } from '../core/errors.ts';
import type { ModelSpec } from './spec.ts';

/** Which tensor of a layer: of its Linear, or of the BatchNorm1d behind it. */
export type Part = 'weight' | 'bias' | 'scale' | 'shift' | 'runningMean' | 'runningVariance';

/**
 * A parameter, named and shaped as in PyTorch's state_dict of a model with layers fc1, fc2, … and bn1, … behind them;
 * the running statistics of BatchNorm1d count as parameters that no optimizer touches.
 */
export interface ParameterSpec {
  readonly name: string;
  /** [out, in] for a weight, [out] for all else; row-major. */
  readonly shape: readonly number[];
  /** Index into `plan.layers`. */
  readonly layer: number;
  readonly part: Part;
  /** Changed by the optimizer, so that it has a gradient and moments. */
  readonly trained: boolean;
}

export type Activation = 'none' | 'relu' | 'leakyRelu' | 'gelu' | 'silu';

/** One Linear with what follows it up to the next Linear: the unit that kernels fuse. */
export interface DenseLayer {
  /** fc1, fc2, … */
  readonly name: string;
  readonly in: number;
  readonly out: number;
  /** Each feature normalised over the batch before the activation. */
  readonly batchNorm: boolean;
  readonly activation: Activation;
  /** Dropout probability after the activation; 0 for none. */
  readonly dropout: number;
}

/** The table of what a network is made of. */
export interface Plan {
  readonly layers: readonly DenseLayer[];
  readonly parameters: readonly ParameterSpec[];
}

/**
 * One step of a program. `layer` indexes `plan.layers`. Tensors are implied by the layer: its input
 * activations x [batch, in], outputs y [batch, out] (after activation and dropout), gradient of the loss with
 * respect to the pre-activation, dz [batch, out], and the parameters' gradients.
 */
export type Op =
  /** x of layer 0 = (pixel / 255 - 0.5) / 0.5 for the images of the batch. */
  | { readonly op: 'gather' }
  /** y = dropout(activation(x Wᵀ + b)); dropout only where `training`. Of a layer that `needsActivate`, z = x Wᵀ + b. */
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
   * dz of layer - 1 = (dz W) masked by that layer's activation and dropout; of layer 0, dx = dz W. Where layer - 1
   * `needsActivate`, dz W alone: the gradient with respect to y, left in the place of dz.
   */
  | { readonly op: 'inputGradient'; readonly layer: number }
  /** dz from the gradient with respect to y, through dropout, activation and norm; gradients of scale and shift. */
  | { readonly op: 'activateGradient'; readonly layer: number; readonly training: boolean }
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
  /** The same for the scale and shift of a BatchNorm1d; and the running average of its statistics, where that is kept. */
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

/** The table for a checked spec: activations and dropout folded into the Linear before them. */
export function planModel(spec: ModelSpec): Plan {
  const layers: DenseLayer[] = [];
  for (const layer of spec.layers) {
    const last = layers.length - 1;
    if (layer.type === 'Linear') {
      layers.push({
        name: `fc${layers.length + 1}`,
        in: layer.in,
        out: layer.out,
        batchNorm: false,
        activation: 'none',
        dropout: 0,
      });
    } else if (layer.type === 'BatchNorm1d') {
      layers[last] = { ...layers[last], batchNorm: true };
    } else if (layer.type === 'Dropout') {
      const keep = (1 - layers[last].dropout) * (1 - layer.p);
      layers[last] = { ...layers[last], dropout: 1 - keep };
    } else if (layer.type !== 'LogSoftmax') {
      layers[last] = { ...layers[last], activation: activationOf[layer.type] };
    }
  }
  return { layers, parameters: layers.flatMap(parametersOf) };
}

const activationOf = { ReLU: 'relu', LeakyReLU: 'leakyRelu', GELU: 'gelu', SiLU: 'silu' } as const;

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
  if (!layer.batchNorm) return linear;
  const name = `bn${index + 1}`;
  return [
    ...linear,
    parameter(`${name}.weight`, 'scale', [layer.out]),
    parameter(`${name}.bias`, 'shift', [layer.out]),
    parameter(`${name}.running_mean`, 'runningMean', [layer.out], false),
    parameter(`${name}.running_var`, 'runningVariance', [layer.out], false),
  ];
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

/** Whether what follows the product of a layer is ops of its own; else it is the product's epilogue. */
export function needsActivate({ batchNorm, activation }: DenseLayer): boolean {
  return batchNorm || !(activation === 'none' || activation === 'relu');
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
    if (plan.layers[layer].batchNorm) backward.push({ op: 'normUpdate', layer, clipped });
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
  const linear: Op = { op: 'linear', layer, training };
  return needsActivate(layers[layer]) ? [linear, { op: 'activate', layer, training }] : [linear];
}

/** From a layer's dz to the dz of the layer below. */
function backwardOps({ layers }: Plan, layer: number, training: boolean): Op[] {
  const gradient: Op = { op: 'inputGradient', layer };
  if (layer === 0 || !needsActivate(layers[layer - 1])) return [gradient];
  return [gradient, { op: 'activateGradient', layer: layer - 1, training }];
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
