/** The published result that a run can be compared with. */

import { requestText, resolveConfig } from './config.ts';
import { isRecipeName, recipes } from './recipes.ts';
import type { RunConfig } from './settings.ts';

/**
 * The test accuracy that the author of the run's recipe published. Undefined without one, and for a run that differs
 * from the recipe in the data, the network, its first weights or any setting: its result is of another experiment. The seed
 * and `fast` may differ, because the author chose neither.
 */
export function publishedAccuracy(config: RunConfig): number | undefined {
  const { recipe, settings } = config;
  if (recipe === null || !isRecipeName(recipe)) return undefined;
  const { published } = recipes[recipe];
  if (published === null) return undefined;
  const { seed, fast } = settings;
  const same = resolveConfig({ recipe, settings: { seed, fast } });
  return requestText(same) === requestText(config) ? published : undefined;
}
