/** The options of a module's functions, checked without zod, which a module does not have. */

import {
  aBoolean,
  checkArguments,
  either,
  type Kind,
  kind,
  oneOf,
  optional,
  options,
} from '../../../core/arguments.ts';
import type { PictureSteps } from '../../../data/preprocessing.ts';

/** What a module may be told about a picture. */
export interface ModuleOptions {
  /** Overrides of the steps of the model: `{ invert: 'yes' }`. */
  readonly steps?: Partial<PictureSteps>;
}

const isLevel = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
const aColor = kind(
  '[red, green, blue] with whole numbers from 0 to 255',
  (value) => Array.isArray(value) && value.length === 3 && value.every(isLevel),
);

/** As `pictureStepsSchema` has them. */
const steps: Readonly<Record<keyof PictureSteps, Kind>> = {
  upright: optional(aBoolean),
  ground: optional(either(oneOf(['auto']), aColor)),
  invert: optional(oneOf(['auto', 'yes', 'no'])),
  trim: optional(aBoolean),
  fit: optional(oneOf(['pad', 'crop', 'stretch'])),
};
const wanted = options({ steps: options(steps) });

/**
 * The steps that options change.
 * @throws CoutureError of kind `usage` naming an option that does not exist or has a wrong value
 */
export function checkOptions(caller: string, given: ModuleOptions | undefined): Partial<PictureSteps> {
  checkArguments(caller, { options: [given, wanted] });
  const entries = Object.entries(given?.steps ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<PictureSteps>;
}
