/**
 * A network as data, validated by one schema: from flags, from a file, or from code like PyTorch's
 * `Sequential`.
 */

import * as z from 'zod';
import { aNumber, anArray, checkArguments, exactly, listOf, oneOf, optional } from '../core/arguments.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import type { InnerLayerSpec, LayerSpec, ModelSpec, NormSpec, ResidualSpec } from './layers.ts';

export type { InnerLayerSpec, LayerSpec, LinearSpec, ModelSpec, ResidualSpec } from './layers.ts';

/** Limits that keep a typing error from requesting all memory. */
export const MAX_WIDTH = 65_536;
export const MAX_PARAMETERS = 100_000_000;
/** Of all layers, including those of Residuals. */
export const MAX_LAYERS = 400;

const width = z.int().min(1).max(MAX_WIDTH);

const linearSchema = z.strictObject({ type: z.literal('Linear'), in: width, out: width });
const reluSchema = z.strictObject({ type: z.literal('ReLU') });
const leakyReluSchema = z.strictObject({ type: z.literal('LeakyReLU') });
const geluSchema = z.strictObject({ type: z.literal('GELU') });
const siluSchema = z.strictObject({ type: z.literal('SiLU') });
const rootSchema = z.strictObject({ type: z.literal('Root') });
const batchNormSchema = z.strictObject({ type: z.literal('BatchNorm1d'), features: width });
const layerNormSchema = z.strictObject({ type: z.literal('LayerNorm'), features: width });
const dropoutSchema = z.strictObject({ type: z.literal('Dropout'), p: z.number().min(0).lt(1) });
const logSoftmaxSchema = z.strictObject({ type: z.literal('LogSoftmax') });

const innerLayers = [
  linearSchema,
  batchNormSchema,
  layerNormSchema,
  reluSchema,
  leakyReluSchema,
  geluSchema,
  siluSchema,
  rootSchema,
  dropoutSchema,
] as const;

const innerSchema = z.discriminatedUnion('type', innerLayers, {
  error: `a Residual may hold only ${innerLayers.map(({ shape }) => shape.type.value).join(', ')}`,
});

const residualSchema = z.strictObject({
  type: z.literal('Residual'),
  layers: z.array(innerSchema).min(2).max(MAX_LAYERS),
});

const layerSchema = z.discriminatedUnion('type', [...innerLayers, residualSchema, logSoftmaxSchema]);

/** @internal */
export const modelSpecSchema = z.strictObject({
  layers: z.array(layerSchema).min(2).max(MAX_LAYERS),
}) satisfies z.ZodType<ModelSpec>;

/** @returns a Linear layer from `inputs` to `outputs` values */
export const linear = (inputs: number, outputs: number): InnerLayerSpec => ({
  type: 'Linear',
  in: inputs,
  out: outputs,
});
/** @returns a BatchNorm1d over the batch, for layers of `features` values */
export const batchNorm = (features: number): InnerLayerSpec => ({ type: 'BatchNorm1d', features });
/** @returns a LayerNorm over the values of each image, `features` of them */
export const layerNorm = (features: number): InnerLayerSpec => ({ type: 'LayerNorm', features });
/** @returns the activation max(x, 0) */
export const relu = (): InnerLayerSpec => ({ type: 'ReLU' });
/** @returns the activation x above 0, otherwise 0.01 x */
export const leakyRelu = (): InnerLayerSpec => ({ type: 'LeakyReLU' });
/** @returns the activation x Φ(x), with the distribution function Φ of the standard normal distribution */
export const gelu = (): InnerLayerSpec => ({ type: 'GELU' });
/** @returns the activation x sigmoid(x), also called swish; sigmoid(x) is 1 / (1 + exp(-x)) */
export const silu = (): InnerLayerSpec => ({ type: 'SiLU' });
/** @returns the activation sqrt(1 + x) - 1 above 0, otherwise 0 */
export const root = (): InnerLayerSpec => ({ type: 'Root' });
/**
 * @param p probability that training zeroes a value, from 0 to below 1
 * @returns a Dropout layer
 */
export const dropout = (p: number): InnerLayerSpec => ({ type: 'Dropout', p });
/** x + f(x): `residual(layerNorm(512), linear(512, 1024), gelu(), dropout(0.1), linear(1024, 512))`. */
export const residual = (...layers: InnerLayerSpec[]): LayerSpec => ({ type: 'Residual', layers });
/** @returns the last layer, which makes log-probabilities of the classes */
export const logSoftmax = (): LayerSpec => ({ type: 'LogSoftmax' });

/**
 * A network from its layers in order: `sequential(linear(784, 128), relu(), linear(128, 10), logSoftmax())`.
 * @throws CoutureError of kind `usage` when the layers do not match each other
 */
export function sequential(...layers: LayerSpec[]): ModelSpec {
  return checkModelSpec({ layers });
}

/** Activations by their names in settings. */
export const activationNames = ['relu', 'leaky-relu', 'gelu', 'silu', 'root'] as const;
/** The name of an activation in settings. */
export type ActivationName = (typeof activationNames)[number];
const activations: Readonly<Record<ActivationName, () => InnerLayerSpec>> = {
  relu,
  'leaky-relu': leakyRelu,
  gelu,
  silu,
  root,
};

/** The layer of an activation's name in settings. */
export function activationLayer(name: ActivationName): InnerLayerSpec {
  return activations[name]();
}

/** Norms by their names in settings. */
export const normNames = ['none', 'batch', 'layer'] as const;
/** The name of a norm in settings. */
export type NormName = (typeof normNames)[number];

/**
 * Options of a `multilayer` network: the layers between its Linears, and the blocks after its hidden layers.
 */
export interface HiddenOptions {
  /**
   * Layers before all others; the last Linear must match the input of the first hidden layer; default: none.
   */
  readonly front?: readonly LayerSpec[];
  /** Default: relu. */
  readonly activation?: ActivationName;
  /** BatchNorm1d or LayerNorm after each hidden Linear; default: none. */
  readonly norm?: NormName;
  /** Residual blocks after the last hidden layer, each with its width; default: 0. */
  readonly blocks?: number;
  /** Width inside a block as a multiple of that; default: 2. */
  readonly expansion?: number;
}

const hiddenOptions = exactly({
  front: optional(anArray),
  activation: optional(oneOf(activationNames)),
  norm: optional(oneOf(normNames)),
  blocks: optional(aNumber),
  expansion: optional(aNumber),
});

/**
 * The usual classifier: for each hidden width a Linear, an optional norm and an activation, with Dropout if
 * its probability is above 0; then Linear and LogSoftmax. Each residual block is a norm, Linear, activation,
 * the last hidden layer's Dropout, and Linear; one more norm follows the last block. Norms of blocks
 * are BatchNorm1d where the hidden layers have that, else LayerNorm.
 * @param dropouts one probability per hidden layer; missing ones are 0
 * @throws CoutureError of kind `usage` when there are blocks, but no hidden layer before them
 */
export function multilayer(
  inputs: number,
  hidden: readonly number[],
  classes: number,
  dropouts: readonly number[] = [],
  options: HiddenOptions = {},
): ModelSpec {
  checkArguments('multilayer', {
    inputs: [inputs, aNumber],
    hidden: [hidden, listOf(aNumber, 'an array of widths')],
    classes: [classes, aNumber],
    dropouts: [dropouts, listOf(aNumber, 'an array of probabilities')],
    options: [options, hiddenOptions],
  });
  const { front = [], activation = 'relu', norm = 'none', blocks = 0, expansion = 2 } = options;
  const layers: LayerSpec[] = [...front];
  let features = front.findLast((layer) => layer.type === 'Linear')?.out ?? inputs;
  const normalize = norm === 'batch' ? batchNorm : layerNorm;
  const activate = (layer: number): InnerLayerSpec[] => {
    const p = dropouts[layer] ?? 0;
    return [activations[activation](), ...(p > 0 ? [dropout(p)] : [])];
  };
  hidden.forEach((outputs, i) => {
    layers.push(linear(features, outputs));
    if (norm !== 'none') layers.push(normalize(outputs));
    layers.push(...activate(i));
    features = outputs;
  });
  for (let block = 0; block < blocks; block++) {
    const inside = features * expansion;
    const wider = [linear(features, inside), ...activate(hidden.length - 1)];
    layers.push(residual(normalize(features), ...wider, linear(inside, features)));
  }
  if (blocks > 0) layers.push(normalize(features));
  return sequential(...layers, linear(features, classes), logSoftmax());
}

/**
 * Checks any value as a network: its form, matching widths, Linear first, LogSoftmax last and only there, and
 * the places of norms, activations and Residuals.
 * @throws CoutureError of kind `usage` naming the wrong layer
 */
export function checkModelSpec(value: unknown): ModelSpec {
  const spec = checkSchema(modelSpecSchema, value, ({ what, hint }) => invalid(what, hint));
  const { layers } = spec;
  if (layers[0].type !== 'Linear')
    throw invalid(`layer 0 is ${layers[0].type}, but the first layer must be Linear`);
  if (layers.at(-1)?.type !== 'LogSoftmax') throw invalid('the last layer must be LogSoftmax');
  if (layers.at(-2)?.type !== 'Linear') throw invalid('the layer before LogSoftmax must be Linear');
  const total = { layers: 0, parameters: 0 };
  checkLayers(layers, layers[0].in, '', total);
  if (total.layers > MAX_LAYERS) throw invalid(`${total.layers} layers are over the limit of ${MAX_LAYERS}`);
  if (total.parameters > MAX_PARAMETERS)
    throw invalid(`${total.parameters} parameters are over the limit of ${MAX_PARAMETERS}`);
  return spec;
}

/**
 * Checks the layers of a network or of a Residual in sequence, and adds their counts to `total`.
 * @param features number of input values
 * @param path prefix of a layer's number, such as `3.` within layer 3
 * @returns number of output values
 */
function checkLayers(
  layers: readonly LayerSpec[],
  features: number,
  path: string,
  total: { layers: number; parameters: number },
): number {
  let width = features;
  layers.forEach((layer, i) => {
    const wrong = (fault: string) => invalid(`layer ${path}${i} (${layer.type}) ${fault}`);
    total.layers += 1;
    const taken = layer.type === 'Linear' ? layer.in : isNorm(layer) ? layer.features : width;
    if (taken !== width) throw wrong(`takes ${taken} values, but the layer before it gives ${width}`);
    const fault = misplaced(layers, i, path !== '');
    if (fault !== undefined) throw wrong(fault);
    if (layer.type === 'Linear') {
      width = layer.out;
      total.parameters += layer.in * layer.out + layer.out;
    } else if (isNorm(layer)) total.parameters += 2 * width;
    else if (layer.type === 'Residual') {
      const out = checkLayers(layer.layers, width, `${path}${i}.`, total);
      if (out !== width) throw wrong(`takes ${width} values, but its layers give ${out}`);
    }
  });
  return width;
}

/**
 * The error in the place of a layer; undefined if there is none.
 * @param within whether the layers belong to a Residual
 */
function misplaced(layers: readonly LayerSpec[], i: number, within: boolean): string | undefined {
  const [layer, before] = [layers[i], layers[i - 1]];
  const isLast = i === layers.length - 1;
  if (within && i === 0 && !isNorm(layer))
    return 'is the first layer of a Residual, but a Residual must begin with a norm';
  if (within && isLast && layers.findLast(({ type }) => type !== 'Dropout')?.type !== 'Linear')
    return 'is the last layer of a Residual, but a Residual must end with a Linear, or a Linear and its Dropout';
  if (layer.type === 'LogSoftmax' && !isLast) return 'must be the last layer';
  if (isNorm(layer)) {
    if (isInFront(layers, i))
      return layers[i + 1]?.type === 'Linear'
        ? undefined
        : 'follows a Residual or begins one, so the next layer must be a Linear';
    if (before.type !== 'Linear') return 'must follow a Linear or a Residual';
    return isInFront(layers, i - 2) ? 'is a second norm of the same Linear' : undefined;
  }
  if (isSmooth(layer) && before.type !== 'Linear' && !isNorm(before))
    return 'must follow a Linear or its norm';
  if (before?.type === 'Residual' && (layer.type === 'ReLU' || layer.type === 'Dropout'))
    return 'must not follow a Residual';
  if (layer.type !== 'ReLU') return undefined;
  const last = layers.slice(0, i).findLast((other) => other.type === 'Linear' || isSmooth(other));
  return last && isSmooth(last) ? 'is a second activation of the same Linear' : undefined;
}

/** Whether layer i is a norm of the next Linear: after a Residual, or first in one. */
function isInFront(layers: readonly LayerSpec[], i: number): boolean {
  const layer = layers[i];
  return layer !== undefined && isNorm(layer) && (i === 0 || layers[i - 1].type === 'Residual');
}

function isNorm(layer: LayerSpec): layer is NormSpec {
  return layer.type === 'BatchNorm1d' || layer.type === 'LayerNorm';
}

/** Activations that do not commute with Dropout as ReLU does: Dropout must come after them. */
function isSmooth({ type }: LayerSpec): boolean {
  return type === 'LeakyReLU' || type === 'GELU' || type === 'SiLU' || type === 'Root';
}

function invalid(what: string, hint?: string): CoutureError {
  return new CoutureError('usage', `Invalid model: ${what}.`, {
    hint:
      hint ??
      'A model consists of Linear layers, each with an optional norm, activation and Dropout, and of Residuals of such layers; it ends with Linear and LogSoftmax.',
  });
}

/** A layer of a network with the Linear that it belongs to. */
export interface PlacedLayer {
  readonly layer: Exclude<LayerSpec, ResidualSpec>;
  /**
   * Number of that Linear, counted from 0; a norm after a Residual, or first in one, belongs to the next
   * Linear.
   */
  readonly linear: number;
  /**
   * For the last layer of a Residual: number of the Linear whose output is the input of the Residual and is
   * added here.
   */
  readonly adds: number | undefined;
}

/** Every layer of a checked network in order, with those of a Residual in its place. */
export function placeLayers({ layers }: ModelSpec): PlacedLayer[] {
  const placed: PlacedLayer[] = [];
  let linears = 0;
  const place = (all: readonly LayerSpec[], adds?: number): void =>
    all.forEach((layer, i) => {
      if (layer.type === 'Residual') {
        place(layer.layers, linears - 1);
        return;
      }
      const isNext = layer.type === 'Linear' || isInFront(all, i);
      const linear = isNext ? linears : linears - 1;
      if (layer.type === 'Linear') linears += 1;
      placed.push({ layer, linear, adds: i === all.length - 1 ? adds : undefined });
    });
  place(layers);
  return placed;
}

/** Number of input values: the pixels of one image. */
export function inputWidth(spec: ModelSpec): number {
  const first = spec.layers[0];
  if (first.type !== 'Linear') throw invalid('the first layer must be Linear');
  return first.in;
}

/** Number of classes. */
export function classCount(spec: ModelSpec): number {
  const last = spec.layers.at(-2);
  if (last?.type !== 'Linear') throw invalid('the layer before LogSoftmax must be Linear');
  return last.out;
}
