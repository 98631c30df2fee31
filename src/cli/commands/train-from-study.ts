/** `couture train --from-study`: trains the winner of a study over three seeds, and reports it on the test images, once. */

import { CoutureError } from '../../core/errors.ts';
import { configOf } from '../../study/study.ts';
import { resolveConfig } from '../../train/config.ts';
import type { CliContext } from '../context.ts';
import type { EngineFlags } from '../options.ts';
import { percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';
import { trainOnceWatched } from '../ui/train-watched.ts';
import { readStudyAt, winnerOf } from './tune-show.ts';

const SEEDS = 3;

/** Trains the winner with the seed of the study and the next two, on all the epochs of the study. */
export async function trainFromStudy(
  name: string,
  { threads, json }: EngineFlags & { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const study = await readStudyAt(name, context);
  const winner = winnerOf(study);
  const { recipe, settings, data } = configOf(study.plan, winner.values);
  const results: { run: string; seed: number; testAccuracy: number; validationAccuracy: number }[] = [];
  for (let offset = 0; offset < SEEDS; offset++) {
    const seed = settings.seed + offset;
    const config = resolveConfig({
      recipe: recipe as never,
      settings: { ...settings, seed },
      dataset: data,
      backend: 'cpu',
    });
    const { run, metrics } = await trainOnceWatched({ config, backend: 'cpu', threads }, context);
    const { testAccuracy, validationAccuracy } = metrics;
    results.push({ run: run.path, seed, testAccuracy, validationAccuracy });
  }
  const { mean, spread } = meanAndSpread(results.map(({ testAccuracy }) => testAccuracy));
  if (json) {
    printJson(context, 'train', { study: name, trial: winner.number, runs: results, mean, spread });
    return;
  }
  const rows = results.map(({ run, seed, testAccuracy, validationAccuracy }) => [
    seed,
    percent(validationAccuracy),
    percent(testAccuracy),
    run,
  ]);
  context.out(table(['seed', 'validation', 'test', 'run'], rows, ['right', 'right', 'right']));
  context.out(
    `Trial ${winner.number} of the study ${name}: test accuracy ${percent(mean)} ± ${percent(spread)} over ${SEEDS} seeds.`,
  );
}

/** Mean and sample standard deviation. */
function meanAndSpread(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}

/** @throws CoutureError of kind `usage` for options that the study decides */
export function refuseBesideStudy(given: readonly string[]): void {
  if (given.length === 0) return;
  throw new CoutureError(
    'usage',
    `--from-study uses the settings of the study; leave out ${given.join(', ')}.`,
    {
      hint: 'To change them, save them and train with that file: couture tune best NAME > best.json; couture train --config best.json',
    },
  );
}
