/** Changes of the setup. */

import type { RecipeName, TrainSettings } from '@couture/core';
import * as state from '../state.ts';

/** Chooses a recipe and drops what differed from the last one. */
export function chooseRecipe(recipe: RecipeName | null): void {
  state.setup.value = { recipe, settings: {} };
}

/** Changes a setting; undefined gives it back to the recipe. */
export function changeSetting(key: keyof TrainSettings, value: unknown): void {
  const { recipe, settings } = state.setup.value;
  const { [key]: _, ...others } = settings;
  state.setup.value = { recipe, settings: value === undefined ? others : { ...others, [key]: value } };
}
