/** Changes of the setup. */

import { type RecipeName, type RunConfig, recipes, resolveConfig, type TrainSettings } from '@couture/core';
import * as state from '../state.ts';

/** Chooses a recipe and drops what differed from the last one. */
export function chooseRecipe(recipe: RecipeName | null): void {
  state.setup.value = { recipe, settings: {} };
}

/** Takes the recipe and the settings of a run. */
export function useSettings({ recipe, settings }: RunConfig): void {
  const known = recipe !== null && recipe in recipes ? (recipe as RecipeName) : null;
  const standard = new Map<string, unknown>(Object.entries(resolveConfig({ recipe: known }).settings));
  const own = Object.entries(settings).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(standard.get(key)),
  );
  state.setup.value = { recipe: known, settings: Object.fromEntries(own) };
}

/** Changes a setting; undefined gives it back to the recipe. */
export function changeSetting(key: keyof TrainSettings, value: unknown): void {
  const { recipe, settings } = state.setup.value;
  const { [key]: _, ...others } = settings;
  state.setup.value = { recipe, settings: value === undefined ? others : { ...others, [key]: value } };
}
