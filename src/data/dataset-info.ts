/** The description of a data set without its images: plain, checked data inside runs and models. */

import * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { type ImageShape, MAX_SIDE } from './image-shape.ts';
import { type Preprocessing, preprocessingSchema } from './preprocessing.ts';

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
/** @internal */
export const imageShapeSchema = z.strictObject({
  height: side,
  width: side,
  channels: z.literal([1, 3]),
}) satisfies z.ZodType<ImageShape>;

/** Size and checksums of one split. */
export interface SplitInfo {
  /** Number of images. */
  readonly length: number;
  /** SHA-256 of the pixel bytes [length, height, width, channels], in hexadecimal. */
  readonly imagesSha256: string;
  /** SHA-256 of the labels, as 16-bit little-endian numbers; as bytes where there are at most 256 classes. */
  readonly labelsSha256: string;
}

/** @internal */
export const splitInfoSchema = z.strictObject({
  length: z.int().min(0),
  imagesSha256: sha256,
  labelsSha256: sha256,
}) satisfies z.ZodType<SplitInfo>;

/**
 * The origin of the images: a set of the registry, an import of files, whose digest is of the imported content and is the key
 * of the cache, or images made in code. Never a path, which would be meaningless on another machine.
 */
export type DatasetOrigin =
  | { readonly kind: 'registry'; readonly name: string }
  | {
      readonly kind: 'import';
      readonly format: 'folder' | 'zip' | 'tar' | 'csv' | 'idx' | 'npz';
      readonly digest: string;
    }
  | { readonly kind: 'memory' };

/** @internal */
export const originSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('registry'), name: plainText }),
  z.strictObject({
    kind: z.literal('import'),
    format: z.enum(['folder', 'zip', 'tar', 'csv', 'idx', 'npz']),
    digest: sha256,
  }),
  z.strictObject({ kind: z.literal('memory') }),
]) satisfies z.ZodType<DatasetOrigin>;

/** The description of a data set without its images. */
export interface DatasetInfo {
  /** Version of the format. */
  readonly version: 1;
  readonly name: string;
  readonly shape: ImageShape;
  /** 2 to 1,000 names; a label is a place in this list. */
  readonly classNames: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly origin: DatasetOrigin;
  /** Size and checksums of the splits; absent until they have been read. */
  readonly splits: { readonly train?: SplitInfo | undefined; readonly test?: SplitInfo | undefined };
}

/** @internal */
export const datasetInfoSchema = z.strictObject({
  version: z.literal(1),
  name: plainText,
  shape: imageShapeSchema,
  classNames: z.array(plainText).min(2).max(MAX_CLASSES).readonly(),
  preprocessing: preprocessingSchema,
  origin: originSchema,
  splits: z.strictObject({ train: splitInfoSchema.optional(), test: splitInfoSchema.optional() }),
}) satisfies z.ZodType<DatasetInfo>;

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
