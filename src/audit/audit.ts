/**
 * The result of an audit of a data set: duplicates within and across its splits, and labels that are probably
 * wrong. One schema defines its form, for the file and for all readers.
 */

import * as z from 'zod';
import { MAX_CLASSES } from '../data/dataset-info.ts';

const probability = z.number().min(0).max(1);

const imageSchema = z.object({
  split: z.enum(['train', 'test']),
  /** Place in its split, from 0. */
  index: z.int().min(0),
  /** As in the data set. */
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

/** Mean NLL (nats) and share classified correctly, by models that did not train on the images. */
const scoreSchema = z.object({ loss: z.number(), accuracy: probability });

const duplicatesSchema = z.object({
  /** Largest relative distance of a near duplicate, see `relativeDistance`. */
  threshold: probability,
  /** Groups of two or more images with the same bytes, in the order of their first images. */
  exact: z.array(z.array(imageSchema).min(2)),
  /**
   * Pairs within the threshold, nearest first; `mirrored` if only the mirror image of one of them is near.
   * Only the first image of a group of exact duplicates is paired.
   */
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
  /** A suspect label has a lower out-of-fold probability. */
  threshold: probability,
  /** The training of the models. */
  recipe: z.string().nullable(),
  folds: z.int().min(2),
  epochs: z.int().min(1),
  seed: z.int().min(0),
  outOfFold: z.object({ train: scoreSchema, test: scoreSchema }),
  /** Images whose label is probably wrong, most confident first. */
  suspects: z.array(
    imageSchema.extend({
      /** The class that the models predict instead. */
      suggested: z
        .int()
        .min(0)
        .max(MAX_CLASSES - 1),
      /** Out-of-fold probability of the label. */
      labelProbability: probability,
      /** Out-of-fold probability of the suggested class. */
      suggestedProbability: probability,
      /** Out-of-fold NLL of the label, nats. */
      loss: z.number().min(0),
    }),
  ),
});

const contentSchema = z.object({
  version: z.literal(1),
  dataset: z.string(),
  classNames: z.array(z.string()).min(1).max(MAX_CLASSES),
  /** The audited images and labels; the audit is not valid for others. */
  data: z.object({ train: splitSchema, test: splitSchema }),
  duplicates: duplicatesSchema,
  labels: labelsSchema,
});

/** The contents of audit.json. */
export const auditSchema = contentSchema.refine(allInside, {
  message: 'an image or a class that the data set does not have',
});

/** An image by its place and label. */
export type AuditedImage = z.infer<typeof imageSchema>;
/** Exact and near duplicates within and across the splits. */
export type Duplicates = z.infer<typeof duplicatesSchema>;
/** Two images that are nearly the same. */
export type NearDuplicate = Duplicates['near'][number];
/** Probable label errors, and the models that found them. */
export type LabelAudit = z.infer<typeof labelsSchema>;
/** An image whose label is probably wrong. */
export type Suspect = LabelAudit['suspects'][number];
/** The findings of an audit. */
export type Audit = z.infer<typeof contentSchema>;

function allInside({ data, classNames, duplicates: { exact, near }, labels: { suspects } }: Audit): boolean {
  const images = [...exact.flat(), ...near.flatMap(({ first, second }) => [first, second]), ...suspects];
  return (
    images.every(({ split, index, label }) => index < data[split].length && label < classNames.length) &&
    suspects.every(({ suggested }) => suggested < classNames.length)
  );
}
