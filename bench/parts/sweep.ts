/**
 * PyTorch's settings, each measured shortly: threads of its own and of its BLAS, how it gets memory, and how Adam goes over
 * the parameters. The best of them take part in the rounds.
 */

import type { Bench } from '../bench.ts';
import type { Result, Trial } from '../measure.ts';
import { modelB, models } from '../models.ts';
import { allocators, findPython, type PytorchSetting, pytorch, threadCounts } from '../starts.ts';
import { epochTrial, stepsFor } from './steps.ts';

/** What came of it: the figures, and the settings that were best for something. */
export interface Sweep {
  readonly results: readonly Result[];
  readonly python: string;
  /** The best for training each model. */
  readonly trainingOf: Readonly<Record<'A' | 'B', PytorchSetting | undefined>>;
  /** These; where they are one, also the one that follows. */
  readonly training: readonly PytorchSetting[];
  /** The best for many images, and for one. */
  readonly use: readonly PytorchSetting[];
}

const ROUNDS = 2;

export async function sweepPytorch(bench: Bench): Promise<Sweep | undefined> {
  const python = findPython('torch', bench.options.python);
  if (!python) {
    bench.lack('PyTorch', 'no Python with torch was found');
    return undefined;
  }
  const { found, missing } = allocators();
  if (missing !== undefined) bench.lack('PyTorch with tcmalloc', missing);
  const loops = found.flatMap((allocator) =>
    threadCounts.flatMap((threads) =>
      threadCounts.map((blas): PytorchSetting => ({ threads, blas, allocator, adam: 'loop' })),
    ),
  );
  const results = await measureSettings(bench, python, loops, 'PyTorch: threads and memory');
  // One call for all parameters is tried where the rest is as good as it gets.
  const named = (settings: readonly PytorchSetting[]) =>
    new Map(settings.map((setting) => [pytorch(python, setting).setting, setting]));
  const each = bestForTraining(results, named(loops)).map(
    (setting): PytorchSetting => ({ ...setting, adam: 'foreach' }),
  );
  const ofLoops = [...results];
  results.push(...(await measureSettings(bench, python, each, 'PyTorch: Adam')));
  const all = named([...loops, ...each]);
  return {
    results,
    python,
    trainingOf: {
      A: all.get(quickest(results, 'epoch A') ?? ''),
      B: all.get(quickest(results, 'epoch B') ?? ''),
    },
    training: bestForTraining(results, all),
    use: bestFor(ofLoops, ['evaluate', 'predict'], all),
  };
}

async function measureSettings(
  bench: Bench,
  python: string,
  settings: readonly PytorchSetting[],
  title: string,
): Promise<Result[]> {
  const contenders = await bench.startAll(settings.map((setting) => pytorch(python, setting)));
  const short = { steps: bench.options.steps, budget: bench.options.budget / 3 };
  const trials: Trial[] = [];
  for (const contender of contenders) {
    for (const model of models)
      trials.push(epochTrial(contender, model, await stepsFor(contender, model, short)));
    const use = { contender, scale: 1 };
    trials.push({ ...use, label: 'evaluate', question: { ask: 'evaluate', model: modelB } });
    trials.push({ ...use, label: 'predict', question: { ask: 'predict', model: modelB, count: 200 } });
  }
  const results = await bench.measure(trials, title, ROUNDS);
  bench.stopAll();
  return results;
}

/** The winners for A and B; where they are one, it and the next for B. */
function bestForTraining(
  results: readonly Result[],
  settings: ReadonlyMap<string, PytorchSetting>,
): readonly PytorchSetting[] {
  const winners = bestFor(results, ['epoch A', 'epoch B'], settings);
  if (winners.length !== 1) return winners;
  const first = quickest(results, 'epoch B');
  const others = results.filter(({ setting }) => setting !== first);
  return [...winners, ...bestFor(others, ['epoch B'], settings)];
}

function bestFor(
  results: readonly Result[],
  labels: readonly string[],
  settings: ReadonlyMap<string, PytorchSetting>,
): readonly PytorchSetting[] {
  const names = new Set(labels.map((label) => quickest(results, label)));
  return [...names].flatMap((name) => settings.get(name ?? '') ?? []);
}

/** The setting of the fastest round: of so few rounds, a busy moment would decide the median. */
function quickest(results: readonly Result[], label: string): string | undefined {
  return results
    .filter((result) => result.label === label && !Number.isNaN(result.median))
    .sort((a, b) => Math.min(...a.values) - Math.min(...b.values))
    .at(0)?.setting;
}
