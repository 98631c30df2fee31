/** What the readers give to the import: pictures with the names of their classes, in a settled order. */

import type { DatasetOrigin } from '../dataset-info.ts';
import type { ByteSource } from './bytes.ts';

/** An image file as it is, still to be decoded, or pixels that a reader found in an array or a list. */
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
  /** What errors and reports call the picture: its path, or its place in a file. */
  nameOf(index: number): string;
  /** @throws CoutureError of kind `data` when it cannot be read */
  read(index: number): Promise<FoundPicture>;
}

/** A file that was passed over, and why. */
export interface PassedOver {
  readonly path: string;
  /** A few words: `it is not an image`. */
  readonly reason: string;
}

/** A data set as it was found. */
export interface FoundData {
  readonly format: Extract<DatasetOrigin, { kind: 'import' }>['format'];
  readonly train: LabeledPictures;
  /** Null where there is no test split of its own. */
  readonly test: LabeledPictures | null;
  /** Files that hold many pictures or labels: their bytes are part of the content, beside those of image files. */
  readonly containers: readonly { readonly path: string; open(): Promise<ByteSource> }[];
  /** Files that are no part of the set. What systems leave behind is not among them. */
  readonly passedOver: readonly PassedOver[];
  /** What a user should know of how the set was understood: sentences. */
  readonly notices: readonly string[];
}
