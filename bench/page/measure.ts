/** Couture and its peers in pages of headless Chromium: who is started, and what is asked. */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../test/matrix/runtimes.ts';
import type { Contender, Start } from '../contender.ts';
import type { Result, Trial } from '../measure.ts';
import { BATCH_SIZE, type Model, modelA, modelB, TRAIN_IMAGES } from '../models.ts';
import type { Options } from '../options.ts';

/** The parts of the bench that this needs. */
export interface PageBench {
  readonly options: Pick<Options, 'steps' | 'budget'>;
  readonly missing: { readonly who: string; readonly reason: string }[];
  startAll(starts: readonly Start[]): Promise<Contender[]>;
  measure(trials: readonly Trial[], title: string): Promise<Result[]>;
  stopAll(): void;
}

const program = fileURLToPath(new URL('contender.ts', import.meta.url));

/** Who runs in pages. */
const peers = {
  couture: 'Couture',
  'couture-fast': 'Couture, fast',
  jax: 'jax-js',
  tfjs: 'TensorFlow.js wasm',
} as const;

interface PageStart {
  /** Its name in page.ts. */
  readonly peer: string;
  readonly family: string;
  readonly setting: string;
  readonly threads: number;
  readonly isolated: boolean;
}

/** A contender in a page. */
export function pageStart({ peer, family, setting, threads, isolated }: PageStart): Start {
  const args = [program, peer, String(threads), isolated ? 'isolated' : 'alone'];
  const command = process.execPath;
  return { family, setting, command, args: ['--disable-warning=ExperimentalWarning', ...args] };
}

/** Everybody in a page that shares memory, with a thread for each core, and in one that does not. */
export function pageStarts(threads = availableParallelism()): Start[] {
  const start = (peer: string, family: string, isolated: boolean): Start => {
    const setting =
      isolated && threads > 1
        ? `isolated, ${threads} threads`
        : `${isolated ? '' : 'not '}isolated, 1 thread`;
    return pageStart({ peer, family, setting, threads: isolated ? threads : 1, isolated });
  };
  return Object.entries(peers).flatMap(([peer, family]) =>
    [true, false].map((isolated) => start(peer, family, isolated)),
  );
}

/** @param trainedEpochs epochs before Couture is measured: a network has more zeros, which Couture skips, the longer it has learned */
export async function measurePages(bench: PageBench, trainedEpochs: number): Promise<Result[]> {
  const found = await findChromium();
  if ('missing' in found) {
    bench.missing.push({ who: 'pages of Chromium', reason: found.missing });
    return [];
  }
  const contenders = await bench.startAll(pageStarts());
  const trials: Trial[] = [];
  for (const contender of contenders) {
    const after = contender.family.startsWith('Couture') ? { after: trainedEpochs } : {};
    for (const model of [modelA, modelB])
      trials.push(await epochTrial(contender, model, after, bench.options));
    const uses = [
      { ask: 'evaluate', model: modelB, ...after },
      { ask: 'predict', model: modelB, count: 500, ...after },
    ] as const;
    for (const question of uses) {
      await contender.ask(question);
      trials.push({ contender, label: question.ask, scale: 1, question });
    }
  }
  const results = await bench.measure(trials, 'Pages of Chromium');
  bench.stopAll();
  return results;
}

/** Warms a contender up, and takes as many steps as it takes about `budget` seconds for. */
async function epochTrial(
  contender: Contender,
  model: Model,
  after: { readonly after?: number },
  { steps: most, budget }: PageBench['options'],
): Promise<Trial> {
  const question = { ask: 'train', model, batchSize: BATCH_SIZE, ...after } as const;
  await contender.ask({ ...question, steps: 10 });
  const { seconds = budget } = await contender.ask({ ...question, steps: 20 });
  const steps = Math.max(10, Math.min(most, Math.round((budget * 20) / seconds)));
  const scale = TRAIN_IMAGES / BATCH_SIZE / steps;
  return { contender, label: `epoch ${model.name}`, scale, question: { ...question, steps } };
}
