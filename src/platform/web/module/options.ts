/** The options of a module's functions, checked without zod, which a module does not have. */

import { checkArguments, options, partOf } from '../../../core/arguments.ts';
import { stepFields } from '../../../data/argument-kinds.ts';
import type { PictureSteps } from '../../../data/preprocessing.ts';

/** What a module may be told about a picture. */
export interface ModuleOptions {
  /** Overrides of the steps of the model: `{ invert: 'yes' }`. */
  readonly steps?: Partial<PictureSteps>;
}

const wanted = options({ steps: partOf(stepFields) });

/**
 * The steps that options change.
 * @throws CoutureError of kind `usage` naming an option that does not exist or has a wrong value
 */
export function checkOptions(caller: string, given: ModuleOptions | undefined): Partial<PictureSteps> {
  checkArguments(caller, { options: [given, wanted] });
  const entries = Object.entries(given?.steps ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<PictureSteps>;
}
