/**
 * The settings of a training run: one table, from which the config schema, the command line's flags and
 * checks, and the studio's controls derive.
 */

import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import { initializerNames } from '../model/init.ts';
import { activationNames, modelSpecSchema, normNames } from '../model/spec.ts';
import { selections } from './best.ts';

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
  init: z
    .enum(initializerNames)
    .default('torch')
    .describe(
      "first weights: torch's default, kaiming, xavier, orthogonal, or local (see the image in patches)",
    ),
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
    .enum(['adam', 'sgd', 'lion'])
    .default('adam')
    .describe(
      'adam (with weight decay: AdamW), gradient descent with momentum, or lion, with a rate 3 to 10 times smaller',
    ),
  learningRate: z.number().positive().max(100).default(0.003).describe("the optimizer's step size"),
  weightDecay: z.number().min(0).max(10).default(0).describe('share of the learning rate that weights lose'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('momentum of sgd, in the form of Nesterov'),
  clip: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('largest norm of a gradient over all parameters, scaled down to it; 0 for no limit'),
  lasso: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "β-LASSO's λ, by which sgd makes weights 0: share of the learning rate taken off each; 0 for none",
    ),
  lassoThreshold: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe("β-LASSO's β: weights below β times λ become 0"),
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
  teacher: z
    .string()
    .max(65_536)
    .regex(/^\s*[^,\s][^,]*(,\s*[^,\s][^,]*)*$/)
    .describe('a run, a model file or a shipped model, or several by commas')
    .nullable()
    .default(null)
    .describe(
      'run or model whose predictions are part of the targets; several by commas stand for their mean',
    ),
  distillation: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of the targets that is the teacher's predictions"),
  average: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("decay of the weights' running average, which is then the model; 0 for none"),
  swa: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'share of training, at its end, whose weights are averaged, which is then the model; 0 for none',
    ),
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
  mixup: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a training image is blended with another of its batch'),
  cutmix: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a training image gets a rectangle of another of its batch'),
  augmentUntil: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the epochs after which training images come as they are'),
  validation: z.number().min(0.001).max(0.9).default(0.2).describe('share of the training images held out'),
  select: z
    .enum(selections)
    .default('loss')
    .describe(
      'the epoch whose weights are the best: by validation loss, by validation accuracy, or the last',
    ),
  patience: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('stop after this many epochs without a better one; 0 never'),
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
  splitSeed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .nullable()
    .default(null)
    .describe('seed of the held-out images alone, for runs that must hold out the same; the seed by default'),
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
  checkTogether(parsed.data);
  checkTargets(parsed.data);
  return parsed.data;
}

/** Settings that exclude each other. */
function checkTogether({ average, swa, lasso, optimizer }: TrainSettings): void {
  if (average > 0 && swa > 0) {
    throw new CoutureError(
      'usage',
      `Invalid settings average and swa: a run keeps one average of its weights, not both ${average} and ${swa}.`,
      { hint: 'Set one of them to 0.' },
    );
  }
  if (lasso > 0 && optimizer !== 'sgd') {
    throw new CoutureError(
      'usage',
      `Invalid setting lasso: it belongs to the optimizer sgd, and this run has ${optimizer}.`,
      { hint: 'Choose the optimizer sgd, or set lasso to 0.' },
    );
  }
}

/** A teacher and its share go together, and so do the two ways of mixing. */
function checkTargets({ teacher, distillation, mixup, cutmix, batchSize }: TrainSettings): void {
  if (distillation > 0 && teacher === null) {
    throw new CoutureError('usage', `Invalid setting distillation: ${distillation} without a teacher.`, {
      hint: 'Name the run to learn from by teacher, or leave distillation out.',
    });
  }
  if (teacher !== null && distillation === 0) {
    throw new CoutureError(
      'usage',
      'Invalid setting teacher: its share of the targets, distillation, is 0.',
      {
        hint: 'Give distillation a share up to 1, for example 0.5, or leave the teacher out.',
      },
    );
  }
  if (mixup + cutmix > 1) {
    throw new CoutureError(
      'usage',
      `Invalid settings mixup and cutmix: ${mixup} and ${cutmix} make more than 1.`,
      { hint: 'An image is mixed in one way at most: their probabilities sum to 1 or less.' },
    );
  }
  if (mixup + cutmix > 0 && batchSize === 1) {
    throw new CoutureError(
      'usage',
      'Invalid setting batchSize: 1 image has no other in its batch to mix with.',
      {
        hint: 'Use larger batches, or leave mixup and cutmix out.',
      },
    );
  }
}
