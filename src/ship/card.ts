/** The model card as data: the origin and the figures of a model. It is stored in the model file. */

import * as z from 'zod';
import { MAX_CLASSES } from '../data/dataset-info.ts';

/** Largest number of networks in one file. */
export const MAX_MEMBERS = 64;

/** One line without control characters, because cards are printed to terminals. */
const text = (length: number) =>
  z
    .string()
    .max(length)
    .regex(/^\P{Cc}*$/u);
const share = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** The figures of the model on some images. */
const figuresSchema = z.strictObject({
  images: z.int().min(1),
  accuracy: share,
  /** Wilson's 95% interval of the accuracy. */
  interval: z.strictObject({ low: share, high: share }),
  /** Mean NLL, nats. */
  loss: z.number().min(0),
  /** Expected calibration error over 15 bins. */
  ece: share,
  perClass: z
    .array(z.strictObject({ name: text(100), precision: share, recall: share, f1: share, support: count }))
    .max(MAX_CLASSES),
  /** The pairs of classes confused most often, the most frequent first. */
  confused: z.array(z.strictObject({ actual: text(100), predicted: text(100), count, share })).max(10),
});
export type Figures = z.infer<typeof figuresSchema>;

const setting = z.union([
  z.number(),
  z.boolean(),
  text(1000),
  z.null(),
  z.array(z.union([z.number(), text(1000)])).max(64),
]);

/** One of the runs of a model. Settings are read leniently, because a later version may have others. */
const memberSchema = z.strictObject({
  run: text(200),
  recipe: text(100).nullable(),
  /** Version of Couture that trained it. */
  couture: text(40),
  settings: z.record(text(40), setting),
  /** The command that trains it again; null if flags cannot, as with custom layers. */
  command: text(4000).nullable(),
  /**
   * The source model of the weights, if they are not directly from the run: the name of its file, or of the
   * shipped model.
   */
  file: text(200).optional(),
  /** The epoch whose weights these are. */
  bestEpoch: z.int().min(1),
  epochs: z.int().min(1),
  /** SHA-256 of the trained weights, before folding and rounding. */
  weightsSha256: sha256,
});

const confidenceSchema = z.strictObject({ loss: z.number().min(0), ece: share });

/** The first line of a card. */
export const titleSchema = text(200).min(1);

/** Contents of a card. It has no time and no machine, so the same runs give the same file. */
export const cardSchema = z.strictObject({
  title: titleSchema,
  /** Version of Couture that packed it. */
  couture: text(40),
  /** The split of the validation images; null if the members held out different ones. */
  split: z.strictObject({ seed: count, validation: share }).nullable(),
  /** Whether BatchNorm1d was folded into the Linear layers. */
  folded: z.boolean(),
  members: z.array(memberSchema).min(1).max(MAX_MEMBERS),
  /** Figures on the validation images, which chose epochs and temperature; null without common ones. */
  validation: figuresSchema.nullable(),
  /** Effect of the temperature on the validation images; null if none was fitted. */
  calibration: z.strictObject({ before: confidenceSchema, after: confidenceSchema }).nullable(),
  /** Figures on the test images, which were used for nothing else. */
  test: figuresSchema,
});
export type ModelCard = z.infer<typeof cardSchema>;
