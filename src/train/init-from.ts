/** The origin of a run's first weights, as data: another model instead of random weights. */

import * as z from 'zod';

/** A model whose weights a run starts with. */
export interface InitFrom {
  /** As it was given: a run, a model file, or a shipped model. */
  readonly model: string;
  /** SHA-256 of the weights of its network. */
  readonly sha256: string;
  /** The layers that were taken: `fc1`, `fc2`. All others start with random weights. */
  readonly layers: readonly string[];
}

/** @internal */
export const initFromSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .max(1000)
    .regex(/^\P{Cc}*$/u),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  layers: z
    .array(z.string().regex(/^fc\d{1,4}$/))
    .min(1)
    .max(1000),
}) satisfies z.ZodType<InitFrom>;
