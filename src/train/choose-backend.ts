/**
 * Chooses CPU or GPU by measuring a few steps of the actual training on both. The GPU is chosen if the whole
 * run would be at least 1.5 times as fast there, including its start. A cache may store the measured times.
 */

import { CoutureError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import { sha256 } from '../core/sha256.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import type { Dataset } from '../data/dataset.ts';
import { heldOut } from '../data/split.ts';
import type { Adapter } from '../engine/adapter.ts';
import type { Backend } from '../engine/backend.ts';
import type { BackendKind } from '../engine/names.ts';
import { stepsPerEpoch } from './batches.ts';
import type { RunConfig } from './settings.ts';
import { train } from './train.ts';

/** Required speedup of the whole run on the GPU. */
export const LEAST_GAIN = 1.5;
/** For shorter runs on the CPU, the start of a GPU does not pay. */
const SHORT_RUN_SECONDS = 1;
/** Duration of the measurement, at least two pieces of work. */
const MEASURE_SECONDS = 0.3;

/** Time of training on a backend, in seconds. */
export interface TrainingCost {
  /** Until the first step is done: memory, images, kernels. */
  readonly start: number;
  /** Each step after that. */
  readonly step: number;
}

/** The two times that decide. */
export interface MeasuredCosts {
  readonly cpu: TrainingCost;
  readonly gpu: TrainingCost;
}

/** Store of measured times, so that the choice is the same for later runs and is measured only once. */
export interface CostCache {
  read(key: string): Promise<MeasuredCosts | undefined>;
  write(key: string, costs: MeasuredCosts): Promise<void>;
}

/** The platform's part of a choice. */
export interface ChoicePlatform {
  /** Starts a backend of a kind. */
  start(kind: BackendKind): Promise<Backend>;
  /** The adapter of the GPU; undefined if there is none. */
  findAdapter?: (() => Promise<Adapter | undefined>) | undefined;
  readonly costs?: CostCache | undefined;
}

/** The chosen backend, started. */
export interface ChosenBackend {
  readonly kind: BackendKind;
  readonly backend: Backend;
  /** The reason as a sentence; undefined if there was no choice. */
  readonly reason: string | undefined;
}

/**
 * The backend that a run of this config is trained on.
 * @param dataset the training split
 * @throws CoutureError like `train` for a config and a data set that do not match, `interrupted` when
 * `signal` aborts
 */
export async function chooseBackend(
  config: RunConfig,
  dataset: Dataset,
  platform: ChoicePlatform,
  signal?: AbortSignal,
): Promise<ChosenBackend> {
  const adapter = await platform.findAdapter?.();
  const cpu = await platform.start('cpu');
  try {
    const found = adapter && (await compare({ config, dataset, platform, signal, adapter, cpu }));
    if (typeof found === 'string' || found === undefined) return { kind: 'cpu', backend: cpu, reason: found };
    await cpu.dispose();
    return found;
  } catch (error) {
    await cpu.dispose();
    throw error;
  }
}

interface Comparison {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  readonly platform: ChoicePlatform;
  readonly signal: AbortSignal | undefined;
  readonly adapter: Adapter;
  readonly cpu: Backend;
}

/** The GPU and the reason for it, or the reason for the CPU. */
async function compare(comparison: Comparison): Promise<ChosenBackend | string> {
  const { config, dataset, platform, signal, adapter, cpu } = comparison;
  const { name, software } = adapter;
  if (software) return `CPU: the WebGPU adapter ${name} is software, not a GPU.`;
  const steps = stepsOf(config, dataset);
  const key = await keyOf(config, adapter, cpu.info.threads);
  const known = await platform.costs?.read(key);
  if (known && chosenKind(known, steps) === 'cpu') return reasonFor(known, steps, name);
  const cpuCost = known?.cpu ?? (await measureTraining(config, dataset, cpu, signal));
  if (total(cpuCost, steps) < SHORT_RUN_SECONDS)
    return `CPU: the training takes less than ${SHORT_RUN_SECONDS} s there.`;
  let gpu: Backend | undefined;
  try {
    gpu = await platform.start('gpu');
    const costs = known ?? { cpu: cpuCost, gpu: await measureTraining(config, dataset, gpu, signal) };
    if (known === undefined) await platform.costs?.write(key, costs);
    const reason = reasonFor(costs, steps, name);
    if (chosenKind(costs, steps) === 'gpu') return { kind: 'gpu', backend: gpu, reason };
    await gpu.dispose();
    return reason;
  } catch (error) {
    await gpu?.dispose();
    if (!(error instanceof CoutureError && error.kind === 'backend')) throw error;
    return `CPU: the GPU ${name} cannot be used. ${error.message}`;
  }
}

/** The kind of backend for a run of that many steps. */
export function chosenKind({ cpu, gpu }: MeasuredCosts, steps: number): BackendKind {
  return total(cpu, steps) >= LEAST_GAIN * total(gpu, steps) ? 'gpu' : 'cpu';
}

/** The choice as a sentence with its figures. */
export function reasonFor(costs: MeasuredCosts, steps: number, name: string): string {
  const { cpu, gpu } = costs;
  const times = total(cpu, steps) / total(gpu, steps);
  const gain = `${times >= 9.95 ? times.toFixed(0) : times.toFixed(1)} times as fast`;
  if (chosenKind(costs, steps) === 'gpu')
    return `GPU ${name}: ${micros(gpu)} µs a step, CPU ${micros(cpu)}: ${gain} for the whole run.`;
  return `CPU: ${micros(cpu)} µs a step, GPU ${name} ${micros(gpu)}: the GPU would be ${gain} for the whole run, less than the required ${LEAST_GAIN} times.`;
}

const micros = ({ step }: TrainingCost): string => count(step * 1e6);

const total = ({ start, step }: TrainingCost, steps: number): number => start + step * steps;

/** Steps of the whole run. */
function stepsOf({ settings, model }: RunConfig, { length }: Dataset): number {
  const { epochs, validation, batchSize } = settings;
  return epochs * stepsPerEpoch(length - heldOut(length, validation), model, batchSize);
}

/**
 * Measures training on a backend: starts it and stops after a few steps. A teacher is left out, because it
 * costs its share on both.
 */
export async function measureTraining(
  config: RunConfig,
  dataset: Dataset,
  backend: Backend,
  signal?: AbortSignal,
): Promise<TrainingCost> {
  // Enough epochs for any measurement, and no patience to end them.
  const settings = {
    ...config.settings,
    ...{ epochs: 100_000, patience: 0, teacher: null, distillation: 0, augmentUntil: 1 },
  };
  const began = performance.now();
  let [done, before, start] = [0, began, 0];
  let step = Number.POSITIVE_INFINITY;
  for await (const event of train({ ...config, settings }, { backend, dataset, ...(signal && { signal }) })) {
    const now = performance.now();
    if (event.type === 'done') throw new CoutureError('interrupted', 'Training was interrupted.');
    if (event.type === 'step') {
      const seconds = (now - before) / 1000;
      if (start === 0) start = seconds;
      else step = Math.min(step, seconds / (event.step - done));
      done = event.step;
      if (Number.isFinite(step) && now - began > MEASURE_SECONDS * 1000) return { start, step };
    } else if (event.type === 'epoch') done = 0;
    before = now;
  }
  throw new CoutureError('runtime', 'Training ended during the measurement.');
}

/** A key of everything that affects the time of a step. */
async function keyOf(
  { model, settings, data }: RunConfig,
  adapter: Adapter,
  threads: number,
): Promise<string> {
  const { batchSize, optimizer, fast, clip, average, swa, lasso, labelSmoothing, classWeights } = settings;
  const { flip, shift, rotate, zoom, shear, elastic, erase, mixup, cutmix } = settings;
  const facts = [
    ...[COUTURE_VERSION, adapter.name, adapter.driver, threads, model, data.shape],
    ...[batchSize, optimizer, fast, clip, average > 0, swa > 0, lasso > 0],
    ...[labelSmoothing > 0, classWeights, flip, shift, rotate, zoom, shear, elastic, erase, mixup, cutmix],
  ];
  return await sha256(new TextEncoder().encode(JSON.stringify(facts)));
}
