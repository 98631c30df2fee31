/** Couture, jax-js and TensorFlow.js on WebGPU, in pages of headless Chromium. */

import { loadavg } from 'node:os';
import { findChromium } from '../../test/matrix/runtimes.ts';
import { type Bench, say } from '../bench.ts';
import type { Contender, Start } from '../contender.ts';
import { describeMachine } from '../machine.ts';
import type { Result, Trial } from '../measure.ts';
import { BATCH_SIZE, type Model, modelA, modelB } from '../models.ts';
import type { AdapterName, Answer, Commands } from '../protocol.ts';
import { installPeers } from '../starts.ts';
import { pageStart } from './measure.ts';

/** Who runs on WebGPU. The second has the kernels that a GPU gets, also on a software adapter, and its commands counted. */
export const gpuPeers = {
  'couture-gpu': 'Couture',
  'couture-kernels-gpu': 'Couture, kernels of a GPU',
  'jax-gpu': 'jax-js',
  'tfjs-gpu': 'TensorFlow.js',
} as const;

/** Steps of the first training, in which all begin with the same weights and see the same images. */
export const CHECKED_STEPS = 12;
/** A network in which nothing is random once it has begun: all must come to the same losses, but for rounding. */
export const sure: Model = { ...modelA, name: 'A without dropout', dropout: [] };
/** Largest share by which a loss may then differ from Couture's; the masks of dropout are each library's own. */
const mostApart = (model: Model) => (model === sure ? 1e-3 : 0.2);
/** Seconds of one measurement: a software adapter takes one for some steps. */
const BUDGET_SECONDS = 2;

/** One contender and model before the clock ran. */
export interface Learned {
  readonly family: string;
  readonly model: string;
  /** Mean loss of the last ten steps. */
  readonly loss: number;
  /** What the GPU is given in a step. */
  readonly commands: Commands | undefined;
}

/** What a run of this part measured. */
export interface GpuPage {
  readonly date: string;
  readonly machine: string;
  readonly adapter: AdapterName;
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: Bench['missing'];
  readonly repeats: number;
  /** Of the machine over the last minute, at the end; this bench is about one core of it. */
  readonly load: number;
  readonly learned: readonly Learned[];
  /** Seconds of a step. */
  readonly steps: readonly Result[];
}

/** Undefined where there is no WebGPU in a page here; the bench says why. */
export async function measureGpuPages(bench: Bench): Promise<GpuPage | undefined> {
  const found = await findChromium();
  const absent = 'missing' in found ? found.missing : installPeers(say);
  if (absent !== undefined) {
    bench.lack('pages of Chromium', absent);
    return undefined;
  }
  const starts: Start[] = Object.entries(gpuPeers).map(([peer, family]) =>
    pageStart({ peer, family, setting: 'WebGPU', threads: 1, isolated: true }),
  );
  const contenders = await bench.startAll(starts);
  const { adapter } = (await contenders.at(0)?.ask({ ask: 'info' })) ?? {};
  if (adapter === undefined) {
    bench.stopAll();
    return undefined;
  }
  const learned: Learned[] = [];
  const trials: Trial[] = [];
  for (const model of [sure, modelA, modelB])
    for (const contender of contenders) {
      const first = await contender.ask({ ...trainOf(model), steps: CHECKED_STEPS });
      const row = checked(bench, contender, model, first, learned);
      if (row === undefined) continue;
      learned.push(row);
      if (model !== sure) trials.push(stepTrial(contender, model, first.seconds ?? BUDGET_SECONDS));
    }
  const steps = await bench.measure(trials, `WebGPU in a page, on ${adapter.name}`);
  bench.stopAll();
  return {
    ...{ date: new Date().toISOString().slice(0, 10), machine: describeMachine(), adapter },
    ...{ versions: bench.versions, missing: bench.missing, repeats: bench.options.repeats, learned, steps },
    load: loadavg()[0],
  };
}

const trainOf = (model: Model) => ({ ask: 'train', model, batchSize: BATCH_SIZE }) as const;

/** What a contender's first training came to; nothing for one that did not learn as Couture did. */
function checked(
  bench: Bench,
  { family, name }: Contender,
  model: Model,
  { loss, commands, error }: Answer,
  others: readonly Learned[],
): Learned | undefined {
  const own = others.find((other) => other.model === model.name);
  if (loss === undefined) bench.lack(`${name}, ${model.name}`, error ?? 'it gave no loss');
  else if (own && Math.abs(loss - own.loss) > mostApart(model) * own.loss)
    bench.lack(
      `${name}, ${model.name}`,
      `its loss after ${CHECKED_STEPS} steps is ${loss}, and ${own.family}'s ${own.loss}`,
    );
  else {
    say(`${name}, ${model.name}: a loss of ${loss.toFixed(4)} in the last of ${CHECKED_STEPS} steps`);
    return { family, model: model.name, loss, commands };
  }
  return undefined;
}

/** As many steps as a contender takes about `BUDGET_SECONDS` for. */
function stepTrial(contender: Contender, model: Model, seconds: number): Trial {
  const steps = Math.max(2, Math.min(750, Math.round((BUDGET_SECONDS * CHECKED_STEPS) / seconds)));
  return { contender, label: `step ${model.name}`, scale: 1 / steps, question: { ...trainOf(model), steps } };
}
