/** Named settings with a measured outcome: `couture train --recipe NAME`, each in a file of its own under recipes/. */

import { baseline } from './recipes/baseline.ts';
import { baselineNotebook } from './recipes/baseline-notebook.ts';
import { bestSingle } from './recipes/best-single.ts';
import { compact } from './recipes/compact.ts';
import { deeper } from './recipes/deeper.ts';
import { fast90 } from './recipes/fast-90.ts';
import { fast92 } from './recipes/fast-92.ts';
import { fast93 } from './recipes/fast-93.ts';
import type { Recipe } from './recipes/recipe.ts';

export type { Measured, Recipe } from './recipes/recipe.ts';

/** Names of the recipes. */
export type RecipeName =
  | 'baseline'
  | 'baseline-notebook'
  | 'deeper'
  | 'fast-90'
  | 'fast-92'
  | 'fast-93'
  | 'compact'
  | 'best-single';

/** The recipes by name. */
export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  baseline,
  'baseline-notebook': baselineNotebook,
  deeper,
  'fast-90': fast90,
  'fast-92': fast92,
  'fast-93': fast93,
  compact,
  'best-single': bestSingle,
};

/** Whether a recipe has this name. */
export function isRecipeName(name: string): name is RecipeName {
  return Object.hasOwn(recipes, name);
}

/** The recipes of `npm start`: the two experiments of the published story. */
export const showcaseRecipes: readonly RecipeName[] = ['baseline', 'deeper'];
