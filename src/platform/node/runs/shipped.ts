/** The pretrained models that come with the package: the files of one folder, known by their names. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { recipes } from '../../../train/recipes.ts';

/** What the names of model files end in. */
export const MODEL_ENDING = '.safetensors';

/**
 * The folder of shipped models: `models/` of the checkout or of the installed package, which lies at the same distance
 * from src/ and dist/, or what COUTURE_MODELS names in its place.
 */
export function modelsFolder({ COUTURE_MODELS }: NodeJS.ProcessEnv = process.env): string {
  return COUTURE_MODELS || fileURLToPath(new URL('../../../../models', import.meta.url));
}

/** Names of the models in a folder, in their order; none where there is no such folder. */
export async function listShipped(folder = modelsFolder()): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(MODEL_ENDING) && !name.startsWith('.'))
    .map((name) => name.slice(0, -MODEL_ENDING.length))
    .sort();
}

/** What to call a model file: a shipped one by its name, any other by its file's. */
export function nameOfModel(path: string, folder = modelsFolder()): string {
  const shipped = resolve(dirname(path)) === resolve(folder);
  return basename(path, shipped ? MODEL_ENDING : '');
}

/** The file of the shipped model of that name, or undefined. */
export async function shippedPath(name: string, folder = modelsFolder()): Promise<string | undefined> {
  return (await listShipped(folder)).includes(name) ? join(folder, name + MODEL_ENDING) : undefined;
}

/**
 * The file of the shipped model of a recipe.
 * @throws CoutureError of kind `usage` when there is none, with the command that trains it or the nearest name
 */
export async function shippedRecipe(name: string, folder = modelsFolder()): Promise<string> {
  const path = await shippedPath(name, folder);
  if (path !== undefined) return path;
  if (Object.hasOwn(recipes, name)) {
    throw new CoutureError('usage', `No model of the recipe "${name}" comes with this package.`, {
      hint: `Train one: npx couture train --recipe ${name}`,
    });
  }
  const known = [...new Set([...(await listShipped(folder)), ...Object.keys(recipes)])];
  throw new CoutureError('usage', `There is no recipe "${name}".`, { hint: didYouMean(name, known) });
}
