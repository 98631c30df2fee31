/**
 * The options under which the user imported a path. Commands that are given the path alone use them again, so that
 * `couture data import photos --size 48` and then `couture train photos` train on images of 48x48.
 */

import * as z from 'zod';
import type { ImportOptions } from '../../../data/import/options.ts';

/** Options of an earlier import that change the images. `strict` does not: it can only fail. */
export type KeptOptions = Pick<ImportOptions, 'size' | 'channels' | 'invert' | 'trim' | 'testShare'>;

/** @internal */
export const keptSchema = z.strictObject({
  couture: z.literal(1),
  size: z.number().optional(),
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  invert: z.enum(['auto', 'yes', 'no']).optional(),
  trim: z.boolean().optional(),
  testShare: z.number().optional(),
});

/** The options that are kept for a path, without those that were not given. */
export function optionsToKeep({ size, channels, invert, trim, testShare }: ImportOptions): KeptOptions {
  return {
    ...(size === undefined ? {} : { size }),
    ...(channels === undefined ? {} : { channels }),
    ...(invert === undefined ? {} : { invert }),
    ...(trim === undefined ? {} : { trim }),
    ...(testShare === undefined ? {} : { testShare }),
  };
}

/** Whether options say how images are made. Then those of an earlier import do not count. */
export function saysHow(options: ImportOptions): boolean {
  return options.like !== undefined || Object.keys(optionsToKeep(options)).length > 0;
}

/** The same as flags of `couture data import`. */
export function flagsOfKept({ size, channels, invert, trim, testShare }: KeptOptions): string {
  return [
    ...(size === undefined ? [] : [`--size ${size}`]),
    ...(channels === undefined ? [] : [channels === 3 ? '--color' : '--gray']),
    ...(invert === undefined ? [] : [`--invert ${invert}`]),
    ...(trim === true ? ['--trim'] : []),
    ...(testShare === undefined ? [] : [`--test-share ${testShare}`]),
  ].join(' ');
}
