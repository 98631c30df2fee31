/**
 * A TrainState as one safetensors file, so that it is written whole or not at all: parameters by their names,
 * the optimizer's moments with the prefixes `m.` and `v.`, running averages with `a.`, the losses of the
 * epoch in progress, and the counters and the history as JSON in the metadata, beside the digest of the run's
 * config.
 */

import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import { jsonOrNone } from '../core/json.ts';
import type { ParameterSpec } from '../model/plan.ts';
import { type Tensor, withShapes } from '../ship/safetensors.ts';
import { decodeSealedFloats, encodeSealed } from '../ship/sealed.ts';
import type { TrainState } from '../train/events.ts';

const FIRST_MOMENT = 'm.';
const SECOND_MOMENT = 'v.';
const AVERAGE = 'a.';
const LOSSES = 'losses';

/** JSON has no number for a loss that overflowed, so it is stored by name. */
const number = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

const countersSchema = z.strictObject({
  version: z.literal(1),
  epoch: z.int().min(0),
  step: z.int().min(0),
  seconds: z.number().min(0),
  history: z.array(
    z.strictObject({
      epoch: z.int().min(1),
      trainLoss: number,
      validationLoss: number,
      validationAccuracy: number,
      learningRate: number,
      seconds: z.number().min(0),
    }),
  ),
});

/**
 * The bytes of checkpoint/state.safetensors.
 * @param config digest of the run's config, from `configSha256`
 */
export async function encodeState(
  parameters: readonly ParameterSpec[],
  state: TrainState,
  config: string,
): Promise<Uint8Array> {
  const tensors = withShapes(parameters, state.parameters);
  const trained = parameters.filter((parameter) => parameter.trained);
  const averaged = parameters.filter(({ name }) => state.averages?.has(name));
  for (const [prefix, kept, role] of [
    [FIRST_MOMENT, trained, state.firstMoments],
    [SECOND_MOMENT, trained, state.secondMoments],
    [AVERAGE, averaged, state.averages],
  ] as const) {
    if (role === undefined) continue;
    for (const [name, tensor] of withShapes(kept, role)) tensors.set(prefix + name, tensor);
  }
  tensors.set(LOSSES, { shape: [state.losses.length], data: state.losses });
  const { epoch, step, seconds, history } = state;
  return await encodeSealed(tensors, {
    config,
    state: JSON.stringify({ version: 1, epoch, step, seconds, history }, named),
  });
}

function named(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/**
 * Reads a checkpoint of a network with these parameters.
 * @param config digest of the run's config
 * @throws CoutureError of kind `data` when it is damaged, or belongs to another config or network
 */
export async function decodeState(
  parameters: readonly ParameterSpec[],
  bytes: Uint8Array,
  name: string,
  config: string,
): Promise<TrainState> {
  const { tensors, metadata } = await decodeSealedFloats(bytes, name);
  requireConfig(metadata, config, name);
  const { state = '' } = metadata;
  const counters = countersSchema.safeParse(jsonOrNone(state));
  if (!counters.success) {
    throw new CoutureError('data', `${name} is not a checkpoint of Couture: its counters are malformed.`, {
      hint: 'Train the run again under another name.',
    });
  }
  const { epoch, step, seconds, history } = counters.data;
  if (history.length !== epoch)
    throw new CoutureError('data', `${name} has a history of ${history.length} epochs but counts ${epoch}.`);
  const losses = tensors.get(LOSSES);
  if (losses === undefined) throw new CoutureError('data', `${name} lacks the tensor "${LOSSES}".`);
  const trained = parameters.filter((parameter) => parameter.trained);
  const averaged = parameters.filter(({ name }) => tensors.has(AVERAGE + name));
  return {
    epoch,
    step,
    seconds,
    history,
    losses: losses.data,
    parameters: pickParameters(parameters, tensors, name),
    firstMoments: pickParameters(trained, tensors, name, FIRST_MOMENT),
    secondMoments: pickParameters(trained, tensors, name, SECOND_MOMENT),
    ...(averaged.length > 0 && { averages: pickParameters(averaged, tensors, name, AVERAGE) }),
  };
}

/**
 * Checks that a file of a run was made with the config of the run.
 * @param config digest of the run's config
 * @throws CoutureError of kind `data` naming the file
 */
export function requireConfig(
  metadata: Readonly<Record<string, string>>,
  config: string,
  file: string,
): void {
  const { config: own } = metadata;
  if (own === config) return;
  throw new CoutureError('data', `${file} was made with another config than the config of its run.`, {
    hint: 'Restore the files that belong to this run, or train it again under another name.',
  });
}

/**
 * The network's tensors from a file, each checked against the plan.
 * @throws CoutureError of kind `data` naming the tensor that is missing, of another shape, or not finite
 */
export function pickParameters(
  parameters: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, Tensor>,
  file: string,
  prefix = '',
): Map<string, Float32Array> {
  const picked = new Map<string, Float32Array>();
  for (const { name, shape } of parameters) {
    const key = prefix + name;
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new CoutureError('data', `${file} lacks the tensor "${key}".`);
    if (tensor.shape.join() !== shape.join()) {
      throw new CoutureError(
        'data',
        `${file}: tensor "${key}" is [${tensor.shape.join(', ')}], but the model needs [${shape.join(', ')}].`,
      );
    }
    if (!tensor.data.every(Number.isFinite))
      throw new CoutureError('data', `${file}: tensor "${key}" contains values that are not finite.`);
    picked.set(name, tensor.data);
  }
  return picked;
}
