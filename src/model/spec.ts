/**
 * A network as data: validated by one schema, written by hand, by flags, by a file or in code with the feel
 * of PyTorch's `Sequential`.
 */

import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';

/** Limits that keep a typing error from asking for a machine's whole memory. */
const MAX_WIDTH = 65_536;
const MAX_PARAMETERS = 100_000_000;

const width = z.int().min(1).max(MAX_WIDTH);

/** y = x Wᵀ + b; weight is [out, in] as in PyTorch. */
const linearSchema = z.strictObject({ type: z.literal('Linear'), in: width, out: width });
/** max(x, 0). */
const reluSchema = z.strictObject({ type: z.literal('ReLU') });
/** x above 0, else 0.01 x. */
const leakyReluSchema = z.strictObject({ type: z.literal('LeakyReLU') });
/** x Φ(x), with the normal distribution's Φ (Hendrycks & Gimpel 2016). */
const geluSchema = z.strictObject({ type: z.literal('GELU') });
/** x sigmoid(x). */
const siluSchema = z.strictObject({ type: z.literal('SiLU') });
/**
 * Each feature normalised over the batch, then scaled and shifted (Ioffe & Szegedy 2015); as torch.nn.BatchNorm1d with
 * its defaults: epsilon 1e-5, running statistics of momentum 0.1, which inference uses.
 */
const batchNormSchema = z.strictObject({ type: z.literal('BatchNorm1d'), features: width });
/** In training, zeroes each value with probability p and scales the others by 1 / (1 - p). */
const dropoutSchema = z.strictObject({ type: z.literal('Dropout'), p: z.number().min(0).lt(1) });
/** x - log(sum(exp(x))) over the classes. */
const logSoftmaxSchema = z.strictObject({ type: z.literal('LogSoftmax') });

const layerSchema = z.discriminatedUnion('type', [
  linearSchema,
  batchNormSchema,
  reluSchema,
  leakyReluSchema,
  geluSchema,
  siluSchema,
  dropoutSchema,
  logSoftmaxSchema,
]);

/** The schema of a whole network: flattened image in, log-probabilities of the classes out. */
export const modelSpecSchema = z.strictObject({ layers: z.array(layerSchema).min(2).max(200) });

export type LayerSpec = z.infer<typeof layerSchema>;
export type LinearSpec = z.infer<typeof linearSchema>;
export type ModelSpec = z.infer<typeof modelSpecSchema>;

export const linear = (inputs: number, outputs: number): LayerSpec => ({
  type: 'Linear',
  in: inputs,
  out: outputs,
});
export const batchNorm = (features: number): LayerSpec => ({ type: 'BatchNorm1d', features });
export const relu = (): LayerSpec => ({ type: 'ReLU' });
export const leakyRelu = (): LayerSpec => ({ type: 'LeakyReLU' });
export const gelu = (): LayerSpec => ({ type: 'GELU' });
export const silu = (): LayerSpec => ({ type: 'SiLU' });
export const dropout = (p: number): LayerSpec => ({ type: 'Dropout', p });
export const logSoftmax = (): LayerSpec => ({ type: 'LogSoftmax' });

/**
 * A network from its layers in order: `sequential(linear(784, 128), relu(), linear(128, 10), logSoftmax())`.
 * @throws CoutureError of kind `usage` when the layers do not fit each other
 */
export function sequential(...layers: LayerSpec[]): ModelSpec {
  return checkModelSpec({ layers });
}

/** Activations by the names that settings have for them. */
export const activationNames = ['relu', 'leaky-relu', 'gelu', 'silu'] as const;
export type ActivationName = (typeof activationNames)[number];
const activations: Readonly<Record<ActivationName, () => LayerSpec>> = {
  relu,
  'leaky-relu': leakyRelu,
  gelu,
  silu,
};

/** What stands between the Linears of a `multilayer` network. */
export interface HiddenOptions {
  /** Default: relu. */
  readonly activation?: ActivationName;
  /** BatchNorm1d behind each hidden Linear. */
  readonly batchNorm?: boolean;
}

/**
 * The usual classifier: Linear, BatchNorm1d if wanted, and an activation for each hidden width, each followed by its
 * Dropout where that is above 0, then Linear and LogSoftmax.
 * @param dropouts one probability per hidden layer; missing ones are 0
 */
export function multilayer(
  inputs: number,
  hidden: readonly number[],
  classes: number,
  dropouts: readonly number[] = [],
  { activation = 'relu', batchNorm: normalise = false }: HiddenOptions = {},
): ModelSpec {
  const layers: LayerSpec[] = [];
  let features = inputs;
  hidden.forEach((outputs, i) => {
    layers.push(linear(features, outputs));
    if (normalise) layers.push(batchNorm(outputs));
    layers.push(activations[activation]());
    const p = dropouts[i] ?? 0;
    if (p > 0) layers.push(dropout(p));
    features = outputs;
  });
  return sequential(...layers, linear(features, classes), logSoftmax());
}

/**
 * Checks anything that claims to be a network: its form, that widths meet, that Linear comes first and
 * LogSoftmax last and only there.
 * @throws CoutureError of kind `usage` naming the layer at fault
 */
export function checkModelSpec(value: unknown): ModelSpec {
  const parsed = modelSpecSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(`${issue.path.join('.') || 'model'}: ${issue.message}`);
  }
  const { layers } = parsed.data;
  if (layers[0].type !== 'Linear')
    throw invalid(`layer 0 is ${layers[0].type}, but the first layer must be Linear`);
  if (layers.at(-1)?.type !== 'LogSoftmax') throw invalid('the last layer must be LogSoftmax');
  if (layers.at(-2)?.type !== 'Linear') throw invalid('the layer before LogSoftmax must be Linear');
  let features = layers[0].in;
  let parameters = 0;
  layers.forEach((layer, i) => {
    if (layer.type === 'Linear') {
      if (layer.in !== features) {
        throw invalid(
          `layer ${i} (Linear) takes ${layer.in} values, but the layer before it gives ${features}`,
        );
      }
      features = layer.out;
      parameters += layer.in * layer.out + layer.out;
    }
    if (layer.type === 'BatchNorm1d') {
      if (layer.features !== features) {
        throw invalid(
          `layer ${i} (BatchNorm1d) takes ${layer.features} values, but the layer before it gives ${features}`,
        );
      }
      parameters += 2 * features;
    }
    const fault = misplaced(layers, i);
    if (fault !== undefined) throw invalid(`layer ${i} (${layer.type}) ${fault}`);
    if (layer.type === 'LogSoftmax' && i !== layers.length - 1)
      throw invalid(`layer ${i} is LogSoftmax, which may only come last`);
  });
  if (parameters > MAX_PARAMETERS)
    throw invalid(`${parameters} parameters are more than the limit of ${MAX_PARAMETERS}`);
  return parsed.data;
}

/** What is wrong with the place of a layer behind its Linear; undefined where nothing is. */
function misplaced(layers: readonly LayerSpec[], i: number): string | undefined {
  const [layer, before] = [layers[i], layers[i - 1]?.type];
  if (layer.type === 'BatchNorm1d' && before !== 'Linear') return 'must follow a Linear';
  if (isSmooth(layer) && before !== 'Linear' && before !== 'BatchNorm1d')
    return 'must follow a Linear or its BatchNorm1d';
  if (layer.type !== 'ReLU') return undefined;
  const last = layers.slice(0, i).findLast((other) => other.type === 'Linear' || isSmooth(other));
  return last && isSmooth(last) ? 'is a second activation of one Linear' : undefined;
}

/** Activations that do not commute with Dropout, as ReLU does: it has to come after them. */
function isSmooth({ type }: LayerSpec): boolean {
  return type === 'LeakyReLU' || type === 'GELU' || type === 'SiLU';
}

function invalid(what: string): CoutureError {
  return new CoutureError('usage', `Invalid model: ${what}.`, {
    hint: 'A model is Linear layers, each with its BatchNorm1d, activation and Dropout, and ends in Linear and LogSoftmax.',
  });
}

/** Number of values that go in: the pixels of one image. */
export function inputWidth(spec: ModelSpec): number {
  const first = spec.layers[0];
  if (first.type !== 'Linear') throw invalid('the first layer must be Linear');
  return first.in;
}

/** Number of classes that come out. */
export function classCount(spec: ModelSpec): number {
  const last = spec.layers.at(-2);
  if (last?.type !== 'Linear') throw invalid('the layer before LogSoftmax must be Linear');
  return last.out;
}
