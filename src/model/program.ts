/**
 * Plan → program: the list of typed ops that a backend runs over the tensors of a plan for one batch, forward
 * and backward. This file knows no backend.
 */

import { CoutureError } from '../core/errors.ts';
import type { ImageShape } from '../data/image-shape.ts';
import { type DenseLayer, isApart, needsActivate, normsProduct } from './dense-layer.ts';
import { checkInput, type NetworkInput } from './network-input.ts';
import { type Plan, planModel } from './plan.ts';
import type { ModelSpec } from './spec.ts';

/**
 * One step of a program. `layer` indexes `plan.layers`. Tensors are implied by the layer: its input
 * activations x [batch, in], outputs y [batch, out] (after activation, dropout and what is added), gradient dy of the loss
 * with respect to y and dz with respect to the pre-activation, both [batch, out], and the parameters' gradients.
 */
export type Op =
  /** x of layer 0 [batch, channel, height, width] = (pixel / 255 - offset) / scale, both by channel. */
  | {
      readonly op: 'gather';
      readonly shape: ImageShape;
      readonly offset: readonly number[];
      readonly scale: readonly number[];
    }
  /**
   * The norm of a layer: of x, scaled and shifted, where it is in front of the product; of a LayerNorm behind the product,
   * z normalized, which `activate` scales and shifts. A BatchNorm1d takes the batch's statistics where `byBatch`, which
   * also move the running ones, or else the running ones.
   */
  | { readonly op: 'normalize'; readonly layer: number; readonly byBatch: boolean }
  /**
   * y = dropout(activation(x Wᵀ + b)) + y of `skip`; dropout only where `training`. Of a layer that `needsActivate`,
   * z = x Wᵀ + b.
   */
  | { readonly op: 'linear'; readonly layer: number; readonly training: boolean }
  /** y = dropout(activation(norm(z))): dropout only where `training`, and the batch's statistics where `byBatch`. */
  | {
      readonly op: 'activate';
      readonly layer: number;
      readonly training: boolean;
      readonly byBatch: boolean;
    }
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
  | {
      readonly op: 'activateGradient';
      readonly layer: number;
      readonly training: boolean;
      readonly byBatch: boolean;
    }
  /** Gradients of the scale and shift of a LayerNorm, from the gradient with respect to its output. */
  | { readonly op: 'affineGradient'; readonly layer: number }
  /**
   * From the gradient with respect to the output of the op `normalize` to the gradient with respect to its
   * input, in place.
   */
  | { readonly op: 'normalizeGradient'; readonly layer: number; readonly byBatch: boolean }
  /** dW = dzᵀ x, db = column sums of dz, kept so that they can be read. */
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

/** The output of inference for each image: see the ops that say "Output". */
export type Output =
  | { readonly of: 'logProbabilities' }
  | { readonly of: 'activations'; readonly layer: number }
  | { readonly of: 'pixelGradient' };

/** Everything a backend needs to run one network. */
export interface Program {
  readonly plan: Plan;
  /** What the network takes. */
  readonly input: NetworkInput;
  /** Ops of one training batch. */
  readonly train: readonly Op[];
  /** Ops of one inference batch. */
  readonly infer: readonly Op[];
  /**
   * Number of ops, the first of `train` and of `infer`, whose results depend on the image alone: a backend may keep the
   * last one's result for each image. 0 unless layers are frozen. The last of them is a `linear` or an `activate`.
   */
  readonly fixed: number;
  /** Output values of inference for each image. */
  readonly outputWidth: number;
  /** Whether a running average of every trained parameter is kept. */
  readonly average: boolean;
  /** Whether a running average of BatchNorm1d's statistics is kept as well. */
  readonly averageStatistics: boolean;
}

/** Options of a program. */
export interface ProgramOptions {
  /** Layers that are not trained, as indices of `plan.layers`: their weights get no gradient, and it costs nothing. */
  readonly frozen?: readonly number[];
  /**
   * Frozen layers whose BatchNorm1d has running statistics of a training before: it normalizes by them, as in inference,
   * and keeps them. In other frozen layers, which start at random, it normalizes by the batch's, as in trained layers.
   */
  readonly settled?: readonly number[];
  /** Keep every parameter's gradient readable after a step (slower; for checks). */
  readonly keepGradients?: boolean;
  /** Clip the gradient of every step to this norm over all parameters; 0, the default, for no clipping. */
  readonly clip?: number;
  /** Keep a running average of every trained parameter; inference can use it. */
  readonly average?: boolean;
  /**
   * Also average the running statistics of BatchNorm1d; otherwise inference with the average uses the current
   * ones.
   */
  readonly averageStatistics?: boolean;
  /** The output of inference; log-probabilities by default. */
  readonly output?: Output;
}

/**
 * The ops of a training and an inference batch.
 * @throws CoutureError of kind `usage` when the network does not accept such input
 */
export function buildProgram(spec: ModelSpec, input: NetworkInput, options: ProgramOptions = {}): Program {
  checkInput(spec, input);
  const { keepGradients = false, clip = 0, output = { of: 'logProbabilities' } } = options;
  const { average = false, averageStatistics = false } = options;
  const plan = planModel(spec);
  const last = plan.layers.length - 1;
  const frozen = new Set(options.frozen);
  const trained = checkFrozen(frozen, plan, clip);
  const training: Mode = { training: true, frozen, settled: new Set(options.settled) };
  const forward = (mode: Mode): Op[] => [
    { op: 'gather', shape: input.shape, ...input.pixels },
    ...plan.layers.flatMap((_, layer) => forwardOps(plan, layer, mode)),
  ];
  // Everything by rows comes first, then the weights, so threads synchronize only between the two.
  const backward: Op[] = [];
  // Nothing below the lowest trained layer needs a gradient. A norm in front of it is trained with it.
  const [lowest] = trained;
  const end = lowest > 0 && plan.layers[lowest].preNorm ? lowest : lowest + 1;
  for (let layer = last; layer >= end; layer--) backward.push(...backwardOps(plan, layer, training));
  const clipped = clip > 0;
  if (clipped) backward.push(...clipOps(plan, clip));
  for (const layer of trained) {
    if (plan.layers[layer].norm !== 'none') backward.push({ op: 'normUpdate', layer, clipped });
    if (keepGradients && !clipped) backward.push({ op: 'weightGradient', layer });
    backward.push(
      keepGradients || clipped ? { op: 'update', layer, clipped } : { op: 'weightGradientUpdate', layer },
    );
  }
  return {
    plan,
    input,
    average,
    averageStatistics: average && averageStatistics,
    train: [...forward(training), { op: 'nllGradient' }, ...backward],
    fixed: output.of === 'logProbabilities' ? fixedOps(plan, forward(training), frozen) : 0,
    ...inference(plan, forward(INFERENCE), output),
  };
}

/** See `Program.fixed`. Dropout and the statistics of a batch make a result depend on more than its image. */
function fixedOps({ layers }: Plan, forward: readonly Op[], frozen: ReadonlySet<number>): number {
  let fixed = 0;
  for (const [index, op] of forward.entries()) {
    if (op.op === 'gather') continue;
    if (!('layer' in op) || !frozen.has(op.layer) || !isFixed(op, layers[op.layer])) break;
    // Only one result is kept, and a residual block that goes on needs another.
    const needed = layers.some(
      ({ skip }, layer) => layer > op.layer && skip !== undefined && skip < op.layer,
    );
    if (op.op !== 'normalize' && !needed) fixed = index + 1;
  }
  return fixed;
}

function isFixed(op: Op, layer: DenseLayer): boolean {
  const { norm, preNorm, dropout } = layer;
  if (op.op === 'linear') return needsActivate(layer) || dropout === 0;
  const normalizes = preNorm ? op.op === 'normalize' : op.op === 'activate';
  const byBatch = 'byBatch' in op && op.byBatch;
  return !(norm === 'batch' && normalizes && byBatch) && !(op.op === 'activate' && dropout > 0);
}

/** The trained layers, ascending. */
function checkFrozen(frozen: ReadonlySet<number>, { layers }: Plan, clip: number): number[] {
  for (const layer of frozen) {
    if (layers[layer] === undefined)
      throw new CoutureError('usage', `Cannot freeze layer ${layer} of ${layers.length} layers.`, {
        hint: 'Layers are counted from 0.',
      });
  }
  const trained = [...layers.keys()].filter((layer) => !frozen.has(layer));
  if (trained.length === 0)
    throw new CoutureError(
      'usage',
      `Cannot freeze all ${layers.length} layers: at least one must be trained.`,
    );
  // The norm of a gradient is taken over all layers.
  if (frozen.size > 0 && clip > 0)
    throw new CoutureError('usage', 'A gradient with frozen layers cannot be clipped.', {
      hint: 'Set clip to 0, or freeze no layer.',
    });
  return trained;
}

/** How the ops of a layer run. */
interface Mode {
  /** Whether dropout is drawn, and norms take the batch's statistics. */
  readonly training: boolean;
  readonly frozen: ReadonlySet<number>;
  /** See `ProgramOptions.settled`. */
  readonly settled: ReadonlySet<number>;
}

const INFERENCE: Mode = { training: false, frozen: new Set(), settled: new Set() };

/** Whether the BatchNorm1d of a layer takes the batch's statistics. */
function takesBatch({ training, settled }: Mode, layer: number): boolean {
  return training && !settled.has(layer);
}

/** From a layer's input to its output. */
function forwardOps({ layers }: Plan, layer: number, mode: Mode): Op[] {
  const { norm, preNorm } = layers[layer];
  const { training } = mode;
  const byBatch = takesBatch(mode, layer);
  const linear: Op = { op: 'linear', layer, training };
  const normalize: Op = { op: 'normalize', layer, byBatch };
  if (!needsActivate(layers[layer])) return preNorm ? [normalize, linear] : [linear];
  const activate: Op = { op: 'activate', layer, training, byBatch };
  if (preNorm) return [normalize, linear, activate];
  return norm === 'layer' ? [linear, normalize, activate] : [linear, activate];
}

/** From a layer's dz to the dz of the layer below. */
function backwardOps({ layers }: Plan, layer: number, mode: Mode): Op[] {
  const ops: Op[] = [{ op: 'inputGradient', layer }];
  if (layers[layer].preNorm) ops.push(...normGradientOps(layers, layer, mode));
  const below = layer - 1;
  if (below < 0 || !isApart(layers, below)) return ops;
  const { training } = mode;
  ops.push({ op: 'activateGradient', layer: below, training, byBatch: takesBatch(mode, below) });
  // BatchNorm1d works feature by feature like `activateGradient`, which therefore includes it.
  if (normsProduct(layers[below]) && layers[below].norm === 'layer')
    ops.push(...normGradientOps(layers, below, mode));
  return ops;
}

/**
 * From the gradient with respect to the output of the op `normalize` to the gradient with respect to its
 * input.
 */
function normGradientOps(layers: readonly DenseLayer[], layer: number, mode: Mode): Op[] {
  const normalize: Op = { op: 'normalizeGradient', layer, byBatch: takesBatch(mode, layer) };
  return layers[layer].norm === 'layer' && mode.training && !mode.frozen.has(layer)
    ? [{ op: 'affineGradient', layer }, normalize]
    : [normalize];
}

/** Every gradient before any update, and the clipping factor. */
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
    const backward = layers.flatMap((_, i) => backwardOps(plan, layers.length - 1 - i, INFERENCE));
    const ops: Op[] = [...forward, { op: 'logProbabilityGradient' }, ...backward, { op: 'pixelGradient' }];
    return { infer: ops, outputWidth: layers[0].in };
  }
  return { infer: [...forward, { op: 'logSoftmax' } as const], outputWidth: layers[layers.length - 1].out };
}
