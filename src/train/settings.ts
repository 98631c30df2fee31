/**
 * The settings of a training run: one table, from which the config schema, the command line's flags and
 * checks, and the studio's controls derive.
 */

import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import { activationNames, modelSpecSchema, normNames } from '../model/spec.ts';

const shape = {
  dataset: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('fashion-mnist')
    .describe('data set, by its registry name'),
  hidden: z
    .array(z.int().min(1).max(65_536))
    .max(32)
    .default([128, 64])
    .describe('widths of the hidden layers'),
  dropout: z
    .array(z.number().min(0).lt(1))
    .max(32)
    .default([])
    .describe('dropout probability after each hidden layer'),
  activation: z.enum(activationNames).default('relu').describe('activation of the hidden layers'),
  norm: z
    .enum(normNames)
    .default('none')
    .describe('normalisation behind each hidden Linear; residual blocks have batch with batch, else layer'),
  blocks: z
    .int()
    .min(0)
    .max(32)
    .default(0)
    .describe('residual blocks behind the last hidden layer, of its width and dropout'),
  expansion: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe('how many times wider the inside of a residual block is'),
  epochs: z.int().min(1).max(100_000).default(25).describe('passes over the training images'),
  batchSize: z.int().min(1).max(65_536).default(64).describe('images per optimizer step'),
  optimizer: z
    .enum(['adam', 'sgd'])
    .default('adam')
    .describe('adam (with weight decay: AdamW), or gradient descent with momentum'),
  learningRate: z.number().positive().max(100).default(0.003).describe("the optimizer's step size"),
  weightDecay: z.number().min(0).max(10).default(0).describe('share of the learning rate that weights lose'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum of sgd, in the form of Nesterov'),
  schedule: z
    .enum(['constant', 'cosine', 'linear', 'step', 'one-cycle'])
    .default('constant')
    .describe('how the learning rate goes on after the warm-up'),
  warmup: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('epochs in which the learning rate rises from 0'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('share of the target spread over all classes'),
  average: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("decay of the weights' running average, which is then the model; 0 for none"),
  flip: z.boolean().default(false).describe('mirror every second training image, left to right'),
  shift: z.int().min(0).max(64).default(0).describe('pixels at most by which training images are moved'),
  rotate: z
    .number()
    .min(0)
    .max(90)
    .default(0)
    .describe('degrees at most by which training images are turned'),
  zoom: z.number().min(0).max(0.9).default(0).describe('share at most by which training images are scaled'),
  shear: z
    .number()
    .min(0)
    .max(60)
    .default(0)
    .describe('degrees at most by which upright lines of training images lean'),
  elastic: z
    .number()
    .min(0)
    .max(32)
    .default(0)
    .describe('pixels at most by which parts of training images are pulled'),
  erase: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a rectangle of a training image is blackened'),
  validation: z.number().min(0.001).max(0.9).default(0.2).describe('share of the training images held out'),
  patience: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('stop after this many epochs without a lower validation loss; 0 never'),
  fast: z
    .boolean()
    .default(false)
    .describe('fuse products and sums: faster, but another machine may give other bits'),
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('the one source of every random choice'),
} as const;

/** What a recipe fixes and a flag may change. */
export const settingsSchema = z.strictObject(shape);
export type TrainSettings = z.infer<typeof settingsSchema>;

/** The resolved settings of a run, as config.json keeps them: everything needed to repeat it. */
export const configSchema = z.strictObject({
  version: z.literal(1),
  recipe: z.string().nullable(),
  settings: settingsSchema,
  model: modelSpecSchema,
});
export type RunConfig = z.infer<typeof configSchema>;

/**
 * Fills in defaults and checks every value.
 * @throws CoutureError of kind `usage` naming the setting at fault
 */
export function checkSettings(value: unknown): TrainSettings {
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CoutureError('usage', `Invalid setting ${issue.path.join('.')}: ${issue.message}.`, {
      hint: 'couture train --help lists the settings with their ranges.',
    });
  }
  if (parsed.data.dropout.length > parsed.data.hidden.length) {
    throw new CoutureError(
      'usage',
      `Invalid setting dropout: ${parsed.data.dropout.length} probabilities for ${parsed.data.hidden.length} hidden layers.`,
      { hint: 'Give at most one probability for each hidden layer.' },
    );
  }
  if (parsed.data.blocks > 0 && parsed.data.hidden.length === 0) {
    throw new CoutureError(
      'usage',
      'Invalid setting blocks: residual blocks need a hidden layer before them.',
      { hint: 'Give hidden at least one width: that of the last is the width of the blocks.' },
    );
  }
  return parsed.data;
}
