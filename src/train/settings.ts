/**
 * The settings of a training run: one table, from which the config schema, and the command line's flags and checks
 * derive. What a value must be is said here, which go together in check-settings.ts.
 */

import * as z from 'zod';
import { datasetInfoSchema } from '../data/dataset-info.ts';
import { pixelScalings } from '../data/preprocessing.ts';
import { backendKinds } from '../engine/names.ts';
import { stemNames } from '../model/edges.ts';
import { initializerNames } from '../model/init.ts';
import { activationNames, modelSpecSchema, normNames } from '../model/spec.ts';
import { selections } from './best.ts';
import { scheduleNames } from './schedule.ts';

const shape = {
  pixels: z
    .enum(pixelScalings)
    .default('data')
    .describe(
      'numbers that pixels become: as the data set has it, from -1 to 1 by default, or from-zero, the same but black is 0, which costs no arithmetic',
    ),
  stem: z
    .enum(stemNames)
    .default('none')
    .describe(
      'two layers in front of the hidden ones that begin by seeing edges and where they are: upright and level ones, diagonal ones, or all of these',
    ),
  hidden: z
    .array(z.int().min(1).max(65_536))
    .max(32)
    .default([128, 64])
    .describe('widths of the hidden layers'),
  dropout: z
    .array(z.number().min(0).lt(1))
    .max(32)
    .default([])
    .describe(
      'dropout probability behind each hidden layer, one for each; behind those without one there is none',
    ),
  init: z
    .enum(initializerNames)
    .default('torch')
    .describe(
      "first weights: as PyTorch's Linear, by their authors' rules, or local, each unit seeing a patch of the image",
    ),
  activation: z.enum(activationNames).default('relu').describe('activation of the hidden layers'),
  norm: z
    .enum(normNames)
    .default('none')
    .describe('normalization behind each hidden Linear; residual blocks have batch with batch, else layer'),
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
    .enum(scheduleNames)
    .default('constant')
    .describe('how the learning rate goes on after the warm-up'),
  warmup: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('epochs in which the learning rate rises from 0'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('share of the target spread over all classes'),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe(
      'weights of the classes in the loss: balanced gives each n / (k n_c), for classes of very different numbers of images',
    ),
  teacher: z
    .string()
    .max(1000)
    .regex(/^ *[^,\s\p{Cc}][^,\p{Cc}]*(, *[^,\s\p{Cc}][^,\p{Cc}]*)*$/u)
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
  version: z.literal(2),
  recipe: z.string().nullable(),
  settings: settingsSchema,
  /** What the network is trained on; with the checksums of both splits once a run has begun. */
  data: datasetInfoSchema,
  model: modelSpecSchema,
  /** What the run is trained on, once it has begun; without it nothing was asked for, and of older runs it was the CPU. */
  backend: z.enum(backendKinds).optional(),
});
export type RunConfig = z.infer<typeof configSchema>;
