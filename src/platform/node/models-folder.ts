/** The folders of models by name. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anObject, checkArguments } from '../../core/arguments.ts';
import { cacheDirectory } from './data/cache.ts';

/**
 * The folder of shipped models: `models/` of the checkout or of the installed package, which lies at the same distance
 * from src/ and dist/, or the folder of the environment variable COUTURE_MODELS.
 */
export function modelsFolder(env: NodeJS.ProcessEnv = process.env): string {
  checkArguments('modelsFolder', { env: [env, anObject] });
  const { COUTURE_MODELS } = env;
  return COUTURE_MODELS || fileURLToPath(new URL('../../../models', import.meta.url));
}

/** The folder of models from `couture models get`: `models/` of the cache. */
export function gotModelsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheDirectory(env), 'models');
}

/** The folders in which a name is looked up, in order. COUTURE_MODELS replaces them all. */
export function modelFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const { COUTURE_MODELS } = env;
  return COUTURE_MODELS ? [COUTURE_MODELS] : [modelsFolder(env), gotModelsFolder(env)];
}
