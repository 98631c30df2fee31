/** The result of the readers for the import: pictures with class names, in a fixed order. */

import type { DatasetOrigin } from '../dataset-info.ts';
import type { ByteSource } from './bytes.ts';

/** An encoded image file, or pixels from an array or a list. */
export type FoundPicture = { readonly kind: 'file'; readonly bytes: Uint8Array } | PixelPicture;

/** Pixels in the order height, width, channel. */
export interface PixelPicture {
  readonly kind: 'pixels';
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** The pictures of one split. */
export interface LabeledPictures {
  readonly length: number;
  /** The name of the picture's class. */
  labelOf(index: number): string;
  /** Name of the picture in errors and reports: its path, or its place in a file. */
  nameOf(index: number): string;
  /** @throws CoutureError of kind `data` when it cannot be read */
  read(index: number): Promise<FoundPicture>;
}

/** A skipped file and the reason. */
export interface PassedOver {
  readonly path: string;
  /** A few words: `it is not an image`. */
  readonly reason: string;
}

/** A data set found by a reader. */
export interface FoundData {
  readonly format: Extract<DatasetOrigin, { kind: 'import' }>['format'];
  readonly train: LabeledPictures;
  /** Null without a separate test split. */
  readonly test: LabeledPictures | null;
  /** Files that hold many pictures or labels: their bytes are part of the content, beside those of image files. */
  readonly containers: readonly { readonly path: string; open(): Promise<ByteSource> }[];
  /** Files that are not part of the set, without system files. */
  readonly passedOver: readonly PassedOver[];
  /** Notices about the interpretation of the set: sentences. */
  readonly notices: readonly string[];
}
