/** The model card as data: the origin and the figures of a model. It is stored in the model file. */

import * as z from 'zod';
import { printable } from '../core/printable.ts';
import { shorten } from '../core/shorten.ts';
import { MAX_CLASSES } from '../data/dataset-info.ts';
import type { ClassMetrics, Interval } from '../inspect/metrics.ts';
import { type InitFrom, initFromSchema } from '../train/init-from.ts';

/** Largest number of networks in one file. */
export const MAX_MEMBERS = 64;

/** Most characters of a title and of a name. */
const MAX_LINE = 200;
/** Most characters of a command. */
const MAX_COMMAND = 4000;

/** A title or a name that Couture makes, such as that of a file, as a card and an export can have it. */
export function cardLine(line: string): string {
  return shorten(printable(line), MAX_LINE);
}

/** A command for a card; null when it is longer than a card can have. */
export function cardCommand(command: string | null | undefined): string | null {
  return command == null || command.length > MAX_COMMAND ? null : command;
}

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
export interface Figures {
  /** Number of images. */
  readonly images: number;
  /** Share of correct images. */
  readonly accuracy: number;
  /** Wilson's 95% interval of the accuracy. */
  readonly interval: Interval;
  /** Mean NLL, nats. */
  readonly loss: number;
  /** Expected calibration error over 15 bins. */
  readonly ece: number;
  readonly perClass: readonly ClassMetrics[];
  /** The pairs of classes confused most often, the most frequent first. */
  readonly confused: readonly {
    readonly actual: string;
    readonly predicted: string;
    readonly count: number;
    /** Share of the images of the actual class. */
    readonly share: number;
  }[];
}

const figuresSchema = z.strictObject({
  images: z.int().min(1),
  accuracy: share,
  interval: z.strictObject({ low: share, high: share }),
  loss: z.number().min(0),
  ece: share,
  perClass: z
    .array(
      z.strictObject({ name: text(MAX_LINE), precision: share, recall: share, f1: share, support: count }),
    )
    .max(MAX_CLASSES),
  confused: z
    .array(z.strictObject({ actual: text(MAX_LINE), predicted: text(MAX_LINE), count, share }))
    .max(10),
}) satisfies z.ZodType<Figures>;

const setting = z.union([
  z.number(),
  z.boolean(),
  text(1000),
  z.null(),
  z.array(z.union([z.number(), text(1000)])).max(64),
]);

/** One of the runs of a model. Settings are read leniently, because a later version may have others. */
export interface CardMember {
  readonly run: string;
  readonly recipe: string | null;
  /** Version of Couture that trained it. */
  readonly couture: string;
  /** The settings of the run. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** The command that trains it again; null if flags cannot, as with custom layers. */
  readonly command: string | null;
  /**
   * The source model of the weights, if they are not directly from the run: the name of its file, or of the
   * shipped model.
   */
  readonly file?: string | undefined;
  /** The origin of weights that another program trained. There is no run then, and epochs are 0. */
  readonly imported?: ImportedFrom | undefined;
  /** The model whose weights the run started with, if it did not start with random weights. */
  readonly initFrom?: InitFrom | undefined;
  /** The epoch whose weights these are; 0 for imported weights. */
  readonly bestEpoch: number;
  readonly epochs: number;
  /** SHA-256 of the trained weights, before folding and rounding. */
  readonly weightsSha256: string;
}

/** A file of another program. */
export interface ImportedFrom {
  /** Its name without folders. */
  readonly file: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
}

/** The value of a setting in a card. */
type Setting = number | boolean | string | null | readonly (number | string)[];

const memberSchema = z.strictObject({
  run: text(MAX_LINE),
  recipe: text(100).nullable(),
  couture: text(40),
  settings: z.record(text(40), setting),
  command: text(MAX_COMMAND).nullable(),
  file: text(MAX_LINE).optional(),
  imported: z.strictObject({ file: text(MAX_LINE), sha256 }).optional(),
  initFrom: initFromSchema.optional(),
  bestEpoch: count,
  epochs: count,
  weightsSha256: sha256,
}) satisfies z.ZodType<CardMember>;

const confidenceSchema = z.strictObject({ loss: z.number().min(0), ece: share });

/**
 * The first line of a card.
 * @internal
 */
export const titleSchema = text(MAX_LINE).min(1);

/** Contents of a card. It has no time and no machine, so the same runs give the same file. */
export interface ModelCard {
  readonly title: string;
  /** Version of Couture that packed it. */
  readonly couture: string;
  /** The split of the validation images; null if the members held out different ones. */
  readonly split: { readonly seed: number; readonly validation: number } | null;
  /** Whether BatchNorm1d was folded into the Linear layers. */
  readonly folded: boolean;
  readonly members: readonly CardMember[];
  /** Figures on the validation images, which chose epochs and temperature; null without common ones. */
  readonly validation: Figures | null;
  /** Effect of the temperature on the validation images; null if none was fitted. */
  readonly calibration: { readonly before: Confidence; readonly after: Confidence } | null;
  /** Figures on the test images, which were used for nothing else; null if the data set of an imported model is not known. */
  readonly test: Figures | null;
}

/** Mean NLL in nats, and expected calibration error. */
interface Confidence {
  readonly loss: number;
  readonly ece: number;
}

/** @internal */
export const cardSchema = z.strictObject({
  title: titleSchema,
  couture: text(40),
  split: z.strictObject({ seed: count, validation: share }).nullable(),
  folded: z.boolean(),
  members: z.array(memberSchema).min(1).max(MAX_MEMBERS),
  validation: figuresSchema.nullable(),
  calibration: z.strictObject({ before: confidenceSchema, after: confidenceSchema }).nullable(),
  test: figuresSchema.nullable(),
}) satisfies z.ZodType<ModelCard>;
