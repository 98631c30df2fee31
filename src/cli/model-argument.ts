/** The model of a command: its first argument, or the shipped model of a recipe. */

import type { Command } from 'commander';
import { CoutureError } from '../core/errors.ts';
import type { FoundModel } from '../runs/find-model.ts';
import type { CliContext } from './context.ts';

/** The model argument of a command. */
export const MODEL_HELP =
  'a run (path, or name under runs/train), a .safetensors model file, or a shipped model';

/** Adds `--recipe`. */
export function addRecipeOption(command: Command): Command {
  return command.option('--recipe <name>', 'the shipped model of this recipe, instead of <model>');
}

/**
 * Finds the model asked for.
 * @throws CoutureError of kind `usage` when none is given, or it does not exist
 */
export async function chooseModel(
  argument: string | undefined,
  recipe: string | undefined,
  { env }: Pick<CliContext, 'env'>,
): Promise<FoundModel> {
  const { modelFolders } = await import('../platform/node/models-folder.ts');
  const { nodePlatform } = await import('../platform/node/platform.ts');
  const { shippedRecipe } = await import('../runs/shipped.ts');
  const { findModel, readModelFile } = await import('../runs/find-model.ts');
  const models = modelFolders(env);
  if (recipe !== undefined)
    return await readModelFile(nodePlatform, await shippedRecipe(nodePlatform, recipe, models));
  if (argument !== undefined) return await findModel(nodePlatform, argument, { models });
  throw new CoutureError('usage', 'Give a model, or --recipe with the name of a shipped model.', {
    hint: 'A model can be a run, a model file or a shipped model; couture train makes a run.',
  });
}
