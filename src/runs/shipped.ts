/** The pretrained models that come with the package: the files of one folder, by their names. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { recipes } from '../train/recipes.ts';
import type { RunPlaces } from './platform.ts';

/** The ending of model files. */
export const MODEL_ENDING = '.safetensors';

/**
 * Sorted names of the models in a folder; none if the folder does not exist.
 * @param folder that of the shipped models by default
 */
export async function listShipped(
  { store, models }: RunPlaces,
  folder: string | undefined = models,
): Promise<string[]> {
  const names = folder === undefined ? [] : await store.list(folder);
  return names
    .filter((name) => name.endsWith(MODEL_ENDING) && !name.startsWith('.'))
    .map((name) => name.slice(0, -MODEL_ENDING.length))
    .sort();
}

/** The name of a model file: that of a shipped model, or the file name. */
export function nameOfModel({ store, models }: RunPlaces, path: string): string {
  const { basename, dirname, resolve } = store.paths;
  const shipped = models !== undefined && resolve(dirname(path)) === resolve(models);
  return basename(path, shipped ? MODEL_ENDING : '');
}

/** The file of the shipped model of that name, or undefined. */
export async function shippedPath(
  platform: RunPlaces,
  name: string,
  folder: string | undefined = platform.models,
): Promise<string | undefined> {
  if (folder === undefined || !(await listShipped(platform, folder)).includes(name)) return undefined;
  return platform.store.paths.join(folder, name + MODEL_ENDING);
}

/**
 * The file of the shipped model of a recipe.
 * @throws CoutureError of kind `usage` when there is none, with the command that trains it or the nearest name
 */
export async function shippedRecipe(
  platform: RunPlaces,
  name: string,
  folder: string | undefined = platform.models,
): Promise<string> {
  const path = await shippedPath(platform, name, folder);
  if (path !== undefined) return path;
  if (Object.hasOwn(recipes, name)) {
    throw new CoutureError('usage', `No model of the recipe ${inQuotes(name)} comes with this package.`, {
      hint: `Train one: npx couture train --recipe ${name}`,
    });
  }
  const known = [...new Set([...(await listShipped(platform, folder)), ...Object.keys(recipes)])];
  throw new CoutureError('usage', `There is no recipe ${inQuotes(name)}.`, { hint: didYouMean(name, known) });
}
