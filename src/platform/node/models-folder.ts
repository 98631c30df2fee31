/** The folder of the shipped models. */

import { fileURLToPath } from 'node:url';
import { anObject, checkArguments } from '../../core/arguments.ts';

/**
 * The folder of shipped models: `models/` of the checkout or of the installed package, which lies at the same distance
 * from src/ and dist/, or what COUTURE_MODELS names in its place.
 */
export function modelsFolder(env: NodeJS.ProcessEnv = process.env): string {
  checkArguments('modelsFolder', { env: [env, anObject] });
  const { COUTURE_MODELS } = env;
  return COUTURE_MODELS || fileURLToPath(new URL('../../../models', import.meta.url));
}
