/** The model card as data: where a model comes from and what it is worth. It lies in the model file itself. */

import * as z from 'zod';
import { MAX_CLASSES } from '../data/dataset-info.ts';

/** Networks in one file. */
export const MAX_MEMBERS = 64;

/** One line: cards are printed to terminals, where control characters would be commands. */
const text = (length: number) =>
  z
    .string()
    .max(length)
    .regex(/^\P{Cc}*$/u);
const share = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** What the model scores on some images. */
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

/** One of the runs that a model was made of. Settings are read leniently: a later version may have others. */
const memberSchema = z.strictObject({
  run: text(200),
  recipe: text(100).nullable(),
  /** Version of Couture that trained it. */
  couture: text(40),
  settings: z.record(text(40), setting),
  /** What trains it again; null where no flags can, as with layers of one's own. */
  command: text(4000).nullable(),
  /**
   * The model that its weights are from, where these are not as the run itself would give them: by the name of its file, or
   * its own where it came with the package.
   */
  file: text(200).optional(),
  /** The epoch whose weights these are. */
  bestEpoch: z.int().min(1),
  epochs: z.int().min(1),
  /** Of the weights as they were trained, before anything was folded or rounded. */
  weightsSha256: sha256,
});

const confidenceSchema = z.strictObject({ loss: z.number().min(0), ece: share });

/** The first line of a card. */
export const titleSchema = text(200).min(1);

/** What a card holds. Nothing of the time or the machine: the same runs give the same file. */
export const cardSchema = z.strictObject({
  title: titleSchema,
  /** Version of Couture that packed it. */
  couture: text(40),
  /** What the held-out images were drawn by; null where the members held out different ones. */
  split: z.strictObject({ seed: count, validation: share }).nullable(),
  /** Whether BatchNorm1d was folded into the Linear layers. */
  folded: z.boolean(),
  members: z.array(memberSchema).min(1).max(MAX_MEMBERS),
  /** On the held-out images, by which epochs and temperature were chosen; null where there are none in common. */
  validation: figuresSchema.nullable(),
  /** What the temperature did on the held-out images; null where none was fitted. */
  calibration: z.strictObject({ before: confidenceSchema, after: confidenceSchema }).nullable(),
  /** On the test images, which were used for this alone. */
  test: figuresSchema,
});
export type ModelCard = z.infer<typeof cardSchema>;
