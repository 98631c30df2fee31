/** Where the models lie that come with the package. */

import { fileURLToPath } from 'node:url';

/**
 * The folder of shipped models: `models/` of the checkout or of the installed package, which lies at the same distance
 * from src/ and dist/, or what COUTURE_MODELS names in its place.
 */
export function modelsFolder({ COUTURE_MODELS }: NodeJS.ProcessEnv = process.env): string {
  return COUTURE_MODELS || fileURLToPath(new URL('../../../models', import.meta.url));
}
