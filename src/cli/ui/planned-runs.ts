/** What a command that trains many runs says before the first. */

import { plural } from '../../core/format.ts';
import { defaultDataset } from '../../data/registry.ts';
import { recipes } from '../../train/recipes.ts';
import type { RunConfig } from '../../train/settings.ts';

/** `3 hours`, `12 minutes`, `40 seconds` */
function roughly(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), 'second');
  if (seconds < 90 * 60) return plural(Math.round(seconds / 60), 'minute');
  return plural(Math.round(seconds / 3600), 'hour');
}

/** The training time by the measurements of the recipes; undefined where one was not measured, or the images are others. */
function expectedSeconds(configs: readonly RunConfig[]): number | undefined {
  let total = 0;
  for (const { recipe, settings, data } of configs) {
    if (data.name !== defaultDataset.name) return undefined;
    const known = Object.entries(recipes).find(([name]) => name === recipe)?.[1];
    const epochs = known?.settings.epochs;
    if (known?.measured == null || epochs === undefined) return undefined;
    total += (known.measured.seconds * settings.epochs) / epochs;
  }
  return total;
}

/**
 * The number of runs and their time, and how to stop.
 * @param what the runs in words: `8 recipes with 5 seeds each`
 */
export function plannedRuns(configs: readonly RunConfig[], what: string): string {
  const seconds = expectedSeconds(configs);
  const time = seconds === undefined ? '' : `, about ${roughly(seconds)} of training on two cores`;
  return `${plural(configs.length, 'run')}: ${what}${time}. Finished runs are not trained again. Ctrl-C stops, and the same command continues.`;
}
