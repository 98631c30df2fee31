/**
 * The settings of a training run: one table, from which the config schema, and the command line's flags and checks
 * derive. The ranges are here; check-settings.ts has the combinations.
 */

import * as z from 'zod';
import { type DatasetInfo, datasetInfoSchema } from '../data/dataset-info.ts';
import { pixelScalings } from '../data/preprocessing.ts';
import { type BackendKind, backendKinds } from '../engine/names.ts';
import { stemNames } from '../model/edges.ts';
import { initializerNames } from '../model/init.ts';
import { activationNames, type ModelSpec, modelSpecSchema, normNames } from '../model/spec.ts';
import { selections } from './best.ts';
import { type InitFrom, initFromSchema } from './init-from.ts';
import { scheduleNames } from './schedule.ts';
import type { TrainSettings } from './train-settings.ts';

export type { TrainSettings };

/** The network and its input. */
const network = {
  pixels: z
    .enum(pixelScalings)
    .default('data')
    .describe(
      'numbers that pixels become: as the data set says (from -1 to 1 by default), or from-zero, where black is 0 and products skip it',
    ),
  stem: z
    .enum(stemNames)
    .default('none')
    .describe(
      'two layers before the hidden layers that start as edge detectors: of horizontal and vertical edges, of diagonal edges, or of all of these',
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
      'dropout probability after each hidden layer, one value for each; 0 for layers without a value',
    ),
  init: z
    .enum(initializerNames)
    .default('torch')
    .describe(
      "initial weights: torch as PyTorch's Linear; kaiming, xavier and orthogonal as published; local, where each unit sees one patch of the image",
    ),
  activation: z.enum(activationNames).default('relu').describe('activation of the hidden layers'),
  norm: z
    .enum(normNames)
    .default('none')
    .describe('normalization after each hidden Linear; residual blocks use batch with batch, else layer'),
  blocks: z
    .int()
    .min(0)
    .max(32)
    .default(0)
    .describe('number of residual blocks after the last hidden layer, with its width and dropout'),
  expansion: z
    .int()
    .min(1)
    .max(8)
    .default(2)
    .describe('width inside a residual block, as a multiple of its input'),
} as const;

/** The optimizer, its schedule, the targets and the averages of weights. */
const training = {
  freeze: z
    .array(z.int().min(1).max(128))
    .max(128)
    .default([])
    .describe(
      'numbers of the layers that keep their first weights, counted from 1 at the input; the stem is 1,2',
    ),
  epochs: z.int().min(1).max(100_000).default(25).describe('passes over the training images'),
  batchSize: z.int().min(1).max(65_536).default(64).describe('images per optimizer step'),
  optimizer: z
    .enum(['adam', 'sgd', 'lion'])
    .default('adam')
    .describe(
      'adam (AdamW where there is weight decay), sgd with Nesterov momentum, or lion, which needs a learning rate 3 to 10 times smaller',
    ),
  learningRate: z.number().positive().max(100).default(0.003).describe('learning rate of the optimizer'),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('weight decay: decoupled with adam (AdamW) and lion, an L2 penalty with sgd'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Nesterov momentum of sgd'),
  clip: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('clip the gradient to this norm over all parameters; 0 for no clipping'),
  lasso: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'λ of β-LASSO, which makes weights 0 (sgd only): each step moves a weight toward 0 by learning rate times λ; 0 for none',
    ),
  lassoThreshold: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(50)
    .describe('β of β-LASSO: weights smaller than β times λ become 0'),
  schedule: z
    .enum(scheduleNames)
    .default('constant')
    .describe('schedule of the learning rate after the warm-up'),
  warmup: z
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('epochs over which the learning rate rises linearly from 0'),
  rateChanges: z
    .array(
      z.strictObject({ epoch: z.int().min(2).max(100_000), learningRate: z.number().positive().max(100) }),
    )
    .max(1000)
    .default([])
    .describe('other learning rates from these epochs on, which the schedule multiplies like the first one'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('label smoothing: share of the target that is spread over all classes'),
  classWeights: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe(
      'class weights in the loss; balanced weights class c by n / (k n_c), for classes with very different numbers of images',
    ),
  teacher: z
    .string()
    .max(1000)
    .regex(/^ *[^,\s\p{Cc}][^,\p{Cc}]*(, *[^,\s\p{Cc}][^,\p{Cc}]*)*$/u)
    .describe('a run, a model file or a shipped model, or several, comma-separated')
    .nullable()
    .default(null)
    .describe(
      'run or model whose predictions become part of the targets; the mean of several, comma-separated',
    ),
  distillation: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of the targets that comes from the teacher's predictions"),
  average: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('use an exponential moving average of the weights with this decay; 0 for none'),
  swa: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('use the mean of the weights over this last share of training (SWA); 0 for none'),
} as const;

/** Changes to the training images. */
const augmentation = {
  flip: z.boolean().default(false).describe('mirror every second training image horizontally'),
  shift: z.int().min(0).max(64).default(0).describe('move training images by at most this many pixels'),
  rotate: z
    .number()
    .min(0)
    .max(90)
    .default(0)
    .describe('rotate training images by at most this many degrees'),
  zoom: z.number().min(0).max(0.9).default(0).describe('scale training images by at most this share'),
  shear: z
    .number()
    .min(0)
    .max(60)
    .default(0)
    .describe('shear training images horizontally by at most this many degrees'),
  elastic: z
    .number()
    .min(0)
    .max(32)
    .default(0)
    .describe('distort training images elastically by at most this many pixels'),
  erase: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a rectangle of a training image is made black'),
  mixup: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a training image is blended with another image of its batch'),
  cutmix: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('probability that a training image gets a rectangle of another image of its batch'),
  augmentUntil: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('share of the epochs with augmentation; the rest train on the images as they are'),
} as const;

/** Which images are held out, which epoch is kept, arithmetic and seeds. */
const run = {
  validation: z
    .number()
    .min(0.001)
    .max(0.9)
    .default(0.2)
    .describe('share of the training images that is held out for validation'),
  select: z
    .enum(selections)
    .default('loss')
    .describe(
      'which epoch counts as the best: lowest validation loss, highest validation accuracy, or the last epoch',
    ),
  patience: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('stop after this many epochs without improvement; 0 for never'),
  fast: z
    .boolean()
    .default(false)
    .describe('use fused multiply-add: faster, but another machine may give other bits'),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(1).describe('seed of all randomness'),
  splitSeed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .nullable()
    .default(null)
    .describe(
      'seed of the validation split alone, so that several runs hold out the same images; the seed by default',
    ),
} as const;

/**
 * The settings, which recipes set and flags override.
 * @internal
 */
export const settingsSchema = z.strictObject({
  ...network,
  ...training,
  ...augmentation,
  ...run,
}) satisfies z.ZodType<TrainSettings>;

type SettingGroup = 'Network' | 'Training' | 'Augmentation' | 'Validation, arithmetic and seeds';

/** The settings by topic, in the order of the table: headings of the help. */
export const settingGroups: Readonly<Record<SettingGroup, readonly (keyof TrainSettings)[]>> = {
  Network: keysOf(network),
  Training: keysOf(training),
  Augmentation: keysOf(augmentation),
  'Validation, arithmetic and seeds': keysOf(run),
};

function keysOf<Shape extends object>(shape: Shape): (keyof Shape)[] {
  return Object.keys(shape) as (keyof Shape)[];
}

/** The settings of the network; all others are of the training. */
export const networkSettings = [
  'stem',
  'hidden',
  'dropout',
  'activation',
  'norm',
  'blocks',
  'expansion',
] as const satisfies readonly (keyof TrainSettings)[];

/** The settings that the origin of a run gives: its network, and how it scales pixels. */
export const originSettings: readonly (keyof TrainSettings)[] = [...networkSettings, 'pixels'];

/** Settings that few runs need: only the full help lists them. */
export const rareSettings: ReadonlySet<keyof TrainSettings> = new Set([
  'pixels',
  'init',
  'blocks',
  'expansion',
  'freeze',
  'momentum',
  'clip',
  'lasso',
  'lassoThreshold',
  'rateChanges',
  'teacher',
  'distillation',
  'swa',
  'zoom',
  'shear',
  'elastic',
  'erase',
  'mixup',
  'cutmix',
  'augmentUntil',
  'select',
  'splitSeed',
]);

/** The resolved config of a run, as in config.json: everything needed to repeat it. */
export interface RunConfig {
  /** Version of the format. */
  readonly version: 2;
  /** The recipe that the request named, or null. */
  readonly recipe: string | null;
  readonly settings: TrainSettings;
  /** The data set; with the checksums of both splits once a run has started. */
  readonly data: DatasetInfo;
  readonly model: ModelSpec;
  /** The model whose weights the run starts with; absent for random weights. */
  readonly initFrom?: InitFrom | undefined;
  /** The kind of backend of a started run. Without it none was requested; older runs used the CPU. */
  readonly backend?: BackendKind | undefined;
}

/** @internal */
export const configSchema = z.strictObject({
  version: z.literal(2),
  recipe: z.string().nullable(),
  settings: settingsSchema,
  data: datasetInfoSchema,
  model: modelSpecSchema,
  initFrom: initFromSchema.optional(),
  backend: z.enum(backendKinds).optional(),
}) satisfies z.ZodType<RunConfig>;
