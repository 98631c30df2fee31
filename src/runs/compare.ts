/** Compares finished runs: the different settings, and whether the results differ by more than chance. */

import { CoutureError } from '../core/errors.ts';
import { splitOf } from '../data/split.ts';
import { compareOnSameImages, type PairedComparison } from '../inspect/mcnemar.ts';
import { type Interval, wilsonInterval } from '../inspect/metrics.ts';
import type { RunConfig } from '../train/settings.ts';
import { type FinishedRun, openFinishedRuns } from './finished-run.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import { predictAll } from './predict-all.ts';
import type { Run } from './run.ts';
import { requireSameImages } from './run-data.ts';

/** Options of `compareRuns`. */
export interface CompareOptions extends EngineOptions, RunDataOptions {
  /** Called when a run's test images have been classified. */
  readonly onRun?: ((done: number) => void) | undefined;
}

/** A setting that is not the same in all of the runs. */
export interface DifferingSetting {
  readonly name: string;
  /** One per run. */
  readonly values: readonly string[];
}

/** A run among others. */
export interface ComparedRun extends FinishedRun {
  /** Wilson's 95% interval of the validation accuracy. */
  readonly validationInterval: Interval;
}

/** Several finished runs of the same data. */
export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly settings: readonly DifferingSetting[];
  /** Each other run against the first, over the same test images. */
  readonly pairs: readonly PairedComparison[];
}

/**
 * Compares runs with each other.
 * @throws CoutureError of kind `usage` when there are fewer than two, or one is unfinished or of other data
 */
export async function compareRuns(
  platform: RunPlatform,
  runs: readonly (Run | string)[],
  options: CompareOptions = {},
): Promise<RunComparison> {
  const opened = await openFinishedRuns(platform, runs);
  if (opened.length < 2) throw new CoutureError('usage', 'Give at least two runs to compare.');
  const { config, path } = opened[0].run;
  const test = await platform.loadSplit(config.data, 'test', options);
  await requireSameImages(config.data, test, path);
  const predicted: Uint16Array[] = [];
  for (const { run } of opened) {
    predicted.push(await predictAll(platform, run, test, options));
    options.onRun?.(predicted.length);
  }
  return {
    runs: opened.map((finished) => ({ ...finished, validationInterval: validationInterval(finished) })),
    settings: differingSettings(opened.map(({ run }) => run.config)),
    pairs: predicted.slice(1).map((other) => compareOnSameImages(test.labels, predicted[0], other)),
  };
}

function validationInterval({ run, metrics }: FinishedRun): Interval {
  const { settings, data } = run.config;
  const held = splitOf(settings, data.splits.train?.length ?? 0).validation;
  return wilsonInterval(Math.round(metrics.validationAccuracy * held.length), held.length);
}

/** Recipe, origin and settings that differ between configs, in the order of the table of settings. */
export function differingSettings(configs: readonly RunConfig[]): DifferingSetting[] {
  const rows = configs.map(
    ({ recipe, settings, initFrom }) =>
      new Map<string, string>([
        ['recipe', recipe ?? 'none'],
        ['initFrom', initFrom === undefined ? 'none' : initFrom.model],
        ...Object.entries(settings).map(([name, value]): [string, string] => [
          name,
          Array.isArray(value) ? value.join(', ') || 'none' : String(value),
        ]),
      ]),
  );
  return [...rows[0].keys()]
    .map((name) => ({ name, values: rows.map((row) => row.get(name) ?? '') }))
    .filter(({ values }) => new Set(values).size > 1);
}
