/** Models by name: the files of the package's folder, and those that `couture models get` got. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { recipes } from '../train/recipes.ts';
import { knownModel } from './known-models.ts';
import type { RunPlaces } from './platform.ts';

/** The ending of model files. */
export const MODEL_ENDING = '.safetensors';

/** Folders of models by name: one, several in the order of the search, or those of the platform. */
export type ModelFolders = string | readonly string[];

function foldersOf({ models = [] }: RunPlaces, given: ModelFolders | undefined): readonly string[] {
  return given === undefined ? models : typeof given === 'string' ? [given] : given;
}

/**
 * Sorted names of the models that are here; none if no folder exists.
 * @param folder that of the package and that of `couture models get` by default
 */
export async function listShipped(platform: RunPlaces, folder?: ModelFolders): Promise<string[]> {
  const lists = await Promise.all(foldersOf(platform, folder).map((each) => platform.store.list(each)));
  const names = new Set(lists.flat());
  return [...names]
    .filter((name) => name.endsWith(MODEL_ENDING) && !name.startsWith('.'))
    .map((name) => name.slice(0, -MODEL_ENDING.length))
    .sort();
}

/** The name of a model file: that of a model by name, or the file name. */
export function nameOfModel({ store, models = [] }: RunPlaces, path: string): string {
  const { basename, dirname, resolve } = store.paths;
  const folder = resolve(dirname(path));
  return basename(path, models.some((each) => resolve(each) === folder) ? MODEL_ENDING : '');
}

/** The file of the model of that name, or undefined. */
export async function shippedPath(
  platform: RunPlaces,
  name: string,
  folder?: ModelFolders,
): Promise<string | undefined> {
  for (const each of foldersOf(platform, folder))
    if ((await listShipped(platform, each)).includes(name))
      return platform.store.paths.join(each, name + MODEL_ENDING);
  return undefined;
}

/** The error for a pretrained model that is not here; undefined for any other name. */
export function missingModel(name: string): CoutureError | undefined {
  const model = knownModel(name);
  if (model === undefined) return undefined;
  const megabytes = (model.bytes / 1e6).toFixed(1);
  return new CoutureError('usage', `The model ${name} (${megabytes} MB) is not here.`, {
    hint: `Get it: npx couture models get ${name}`,
  });
}

/**
 * The file of the shipped model of a recipe.
 * @throws CoutureError of kind `usage` when there is none, with the command that trains it or the nearest name
 */
export async function shippedRecipe(
  platform: RunPlaces,
  name: string,
  folder?: ModelFolders,
): Promise<string> {
  const path = await shippedPath(platform, name, folder);
  if (path !== undefined) return path;
  const missing = missingModel(name);
  if (missing !== undefined) throw missing;
  if (Object.hasOwn(recipes, name)) {
    throw new CoutureError('usage', `No model of the recipe ${inQuotes(name)} comes with this package.`, {
      hint: `Train one: npx couture train --recipe ${name}`,
    });
  }
  const known = [...new Set([...(await listShipped(platform, folder)), ...Object.keys(recipes)])];
  throw new CoutureError('usage', `There is no recipe ${inQuotes(name)}.`, { hint: didYouMean(name, known) });
}
