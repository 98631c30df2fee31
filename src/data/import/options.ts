/** Options of an import, and the platform's part of it. */

import { aFunction, anObject, anything, type FieldsOf, optional } from '../../core/arguments.ts';
import type { DatasetInfo } from '../dataset-info.ts';
import type { ImageShape } from '../image-shape.ts';
import type { Picture } from '../prepare.ts';
import { type PictureSteps, plainSteps } from '../preprocessing.ts';
import type { PixelStore } from './pixel-store.ts';

/** Default share of the images for the test split if there is none. */
export const DEFAULT_TEST_SHARE = 1 / 6;

/** Options for users. */
export interface ImportOptions {
  /** Prepare pictures for this model; size, channels, invert and trim are then not used. */
  readonly like?: Pick<DatasetInfo, 'shape' | 'preprocessing'> | undefined;
  /** Height and width of the images. Default: their common size up to 64, otherwise 32. */
  readonly size?: number | undefined;
  /** 1 for gray, 3 for color. Default: color where the images have color. */
  readonly channels?: ImageShape['channels'] | undefined;
  /** Swap light and dark. Default `no`. */
  readonly invert?: PictureSteps['invert'] | undefined;
  /** Crop pictures to the object. Default false. */
  readonly trim?: boolean | undefined;
  /** Fail instead of skipping files. Default false. */
  readonly strict?: boolean | undefined;
  /** Share of the images that become the test split where there is none, above 0 up to a half. Default 1/6. */
  readonly testShare?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ImportEvent) => void) | undefined;
}

/** A step of an import: pictures looked at, read, or written. */
export interface ImportEvent {
  readonly stage: 'list' | 'look' | 'read' | 'write';
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
}

/** The platform's part of an import. */
export interface ImportPlatform {
  /**
   * Decodes an image file.
   * @throws CoutureError of kind `data` that says what is wrong with it
   */
  readonly decode: (bytes: Uint8Array, name: string) => Promise<Picture>;
  /** The digest of bytes, in hex. */
  readonly sha256: (bytes: Uint8Array) => Promise<string> | string;
  /** Makes a store for that many images of that many bytes each. */
  readonly createStore: (images: number, size: number) => Promise<PixelStore>;
  /** Pictures that are worked on at a time. */
  readonly parallel: number;
}

/** The steps that pictures go through. */
export function stepsOf({ like, invert, trim }: ImportOptions): PictureSteps {
  if (like !== undefined) return like.preprocessing.picture;
  return { ...plainSteps, invert: invert ?? plainSteps.invert, trim: trim ?? plainSteps.trim };
}

/** The names of these options. Their values are checked where they are used. */
export const importFields: FieldsOf<ImportOptions> = {
  ...{ like: optional(anObject), size: anything, channels: anything, invert: anything, trim: anything },
  ...{ strict: anything, testShare: anything, signal: anything, onProgress: optional(aFunction) },
};
