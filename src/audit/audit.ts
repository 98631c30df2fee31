/**
 * The result of an audit of a data set: duplicates within and across its splits, and labels that are probably
 * wrong. One schema defines its form, for the file and for all readers.
 */

import * as z from 'zod';
import { MAX_CLASSES, type SplitInfo } from '../data/dataset-info.ts';

/** An image by its place and label. */
export interface AuditedImage {
  readonly split: 'train' | 'test';
  /** Place in its split, from 0. */
  readonly index: number;
  /** As in the data set. */
  readonly label: number;
}

/** Two images that are nearly the same. */
export interface NearDuplicate {
  /** `mirrored` if only the mirror image of one of them is near. */
  readonly kind: 'near' | 'mirrored';
  readonly first: AuditedImage;
  readonly second: AuditedImage;
  /** Relative distance, from 0 to 1; see `relativeDistance`. */
  readonly distance: number;
}

/** Exact and near duplicates within and across the splits. */
export interface Duplicates {
  /** Largest relative distance of a near duplicate, see `relativeDistance`. */
  readonly threshold: number;
  /** Groups of two or more images with the same bytes, in the order of their first images. */
  readonly exact: readonly (readonly AuditedImage[])[];
  /** Pairs within the threshold, nearest first. Only the first image of a group of exact duplicates is paired. */
  readonly near: readonly NearDuplicate[];
}

/** An image whose label is probably wrong. */
export interface Suspect extends AuditedImage {
  /** The class that the models predict instead. */
  readonly suggested: number;
  /** Out-of-fold probability of the label. */
  readonly labelProbability: number;
  /** Out-of-fold probability of the suggested class. */
  readonly suggestedProbability: number;
  /** Out-of-fold NLL of the label, nats. */
  readonly loss: number;
}

/** Mean NLL (nats) and share classified correctly, by models that did not train on the images. */
export interface OutOfFold {
  readonly loss: number;
  readonly accuracy: number;
}

/** Probable label errors, and the models that found them. */
export interface LabelAudit {
  /** A suspect label has a lower out-of-fold probability. */
  readonly threshold: number;
  /** The recipe of the models, or null. */
  readonly recipe: string | null;
  readonly folds: number;
  readonly epochs: number;
  readonly seed: number;
  readonly outOfFold: { readonly train: OutOfFold; readonly test: OutOfFold };
  /** Images whose label is probably wrong, most confident first. */
  readonly suspects: readonly Suspect[];
}

/** The findings of an audit: the contents of audit.json. */
export interface Audit {
  /** Version of the format. */
  readonly version: 1;
  /** Name of the data set. */
  readonly dataset: string;
  readonly classNames: readonly string[];
  /** The audited images and labels; the audit is not valid for others. */
  readonly data: { readonly train: SplitInfo; readonly test: SplitInfo };
  readonly duplicates: Duplicates;
  readonly labels: LabelAudit;
}

const probability = z.number().min(0).max(1);

const imageSchema = z.object({
  split: z.enum(['train', 'test']),
  index: z.int().min(0),
  label: z
    .int()
    .min(0)
    .max(MAX_CLASSES - 1),
});

const splitSchema = z.object({
  length: z.int().min(1),
  imagesSha256: z.string(),
  labelsSha256: z.string(),
});

const scoreSchema = z.object({ loss: z.number(), accuracy: probability });

const duplicatesSchema = z.object({
  threshold: probability,
  exact: z.array(z.array(imageSchema).min(2)),
  near: z.array(
    z.object({
      kind: z.enum(['near', 'mirrored']),
      first: imageSchema,
      second: imageSchema,
      distance: probability,
    }),
  ),
});

const labelsSchema = z.object({
  threshold: probability,
  recipe: z.string().nullable(),
  folds: z.int().min(2),
  epochs: z.int().min(1),
  seed: z.int().min(0),
  outOfFold: z.object({ train: scoreSchema, test: scoreSchema }),
  suspects: z.array(
    imageSchema.extend({
      suggested: z
        .int()
        .min(0)
        .max(MAX_CLASSES - 1),
      labelProbability: probability,
      suggestedProbability: probability,
      loss: z.number().min(0),
    }),
  ),
});

const contentSchema = z.object({
  version: z.literal(1),
  dataset: z.string(),
  classNames: z.array(z.string()).min(1).max(MAX_CLASSES),
  data: z.object({ train: splitSchema, test: splitSchema }),
  duplicates: duplicatesSchema,
  labels: labelsSchema,
}) satisfies z.ZodType<Audit>;

/**
 * The contents of audit.json.
 * @internal
 */
export const auditSchema = contentSchema.refine(allInside, {
  message: 'an image or a class that the data set does not have',
});

function allInside({ data, classNames, duplicates: { exact, near }, labels: { suspects } }: Audit): boolean {
  const images = [...exact.flat(), ...near.flatMap(({ first, second }) => [first, second]), ...suspects];
  return (
    images.every(({ split, index, label }) => index < data[split].length && label < classNames.length) &&
    suspects.every(({ suggested }) => suggested < classNames.length)
  );
}
