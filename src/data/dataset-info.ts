/** The description of a data set without its images: plain, checked data inside runs and models. */

import * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { type ImageShape, MAX_SIDE } from './image-shape.ts';
import { preprocessingSchema } from './preprocessing.ts';

/** Largest number of classes. */
export const MAX_CLASSES = 1000;
const MAX_NAME = 200;

/** No control characters: names reach terminals and pages. */
const plainText = z
  .string()
  .min(1)
  .max(MAX_NAME)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'it contains control characters');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'it is not a SHA-256 digest');

const side = z.int().min(1).max(MAX_SIDE);
export const imageShapeSchema = z.strictObject({
  height: side,
  width: side,
  channels: z.literal([1, 3]),
}) satisfies z.ZodType<ImageShape>;

/** Size and checksums of one split. */
export const splitInfoSchema = z.strictObject({
  length: z.int().min(0),
  /** SHA-256 of the pixel bytes [length, height, width, channels]. */
  imagesSha256: sha256,
  /** SHA-256 of the labels, as 16-bit little-endian numbers; as bytes where there are at most 256 classes. */
  labelsSha256: sha256,
});
export type SplitInfo = Readonly<z.infer<typeof splitInfoSchema>>;

/** The origin of the images. Never a path, which would be meaningless on another machine. */
export const originSchema = z.discriminatedUnion('kind', [
  /** A set of the registry, by its name. */
  z.strictObject({ kind: z.literal('registry'), name: plainText }),
  /** Imported from files; the digest is of the imported content and is the key of the cache. */
  z.strictObject({
    kind: z.literal('import'),
    format: z.enum(['folder', 'zip', 'tar', 'csv', 'idx', 'npz']),
    digest: sha256,
  }),
  /** Made in code, from arrays or from files in a page. */
  z.strictObject({ kind: z.literal('memory') }),
]);
export type DatasetOrigin = Readonly<z.infer<typeof originSchema>>;

export const datasetInfoSchema = z.strictObject({
  version: z.literal(1),
  name: plainText,
  shape: imageShapeSchema,
  classNames: z.array(plainText).min(2).max(MAX_CLASSES).readonly(),
  preprocessing: preprocessingSchema,
  origin: originSchema,
  /** Size and checksums of the splits; absent until they have been read. */
  splits: z.strictObject({ train: splitInfoSchema.optional(), test: splitInfoSchema.optional() }),
});
export type DatasetInfo = Readonly<z.infer<typeof datasetInfoSchema>>;

/**
 * Checks any value as a description of a data set.
 * @param where its place, for the message
 * @throws CoutureError of kind `data` naming the wrong field
 */
export function checkDatasetInfo(value: unknown, where: string): DatasetInfo {
  const info = checkSchema(
    datasetInfoSchema,
    value,
    ({ what, hint }) =>
      new CoutureError('data', `${where}: the description of the data set is invalid: ${what}.`, {
        ...(hint !== undefined && { hint }),
      }),
  );
  const { offset, scale } = info.preprocessing.pixels;
  if (offset.length !== info.shape.channels || scale.length !== info.shape.channels) {
    throw new CoutureError(
      'data',
      `${where}: an image with ${info.shape.channels} channels needs that many offsets and scales, not ${offset.length} and ${scale.length}.`,
    );
  }
  if (new Set(info.classNames).size !== info.classNames.length)
    throw new CoutureError('data', `${where}: two classes have the same name.`);
  return info;
}
