/** How somebody's pictures become a data set, and what a platform does for it. */

import type { DatasetInfo } from '../dataset-info.ts';
import type { ImageShape } from '../image-shape.ts';
import type { Picture } from '../prepare.ts';
import { type PictureSteps, plainSteps } from '../preprocessing.ts';
import type { PixelStore } from './pixel-store.ts';

/** Share of the images that become the test split where there is none. */
export const DEFAULT_TEST_SHARE = 1 / 6;

/** What a user may ask for. */
export interface ImportOptions {
  /** Prepare pictures as a model takes them; size, channels, invert and trim are then left out. */
  readonly like?: Pick<DatasetInfo, 'shape' | 'preprocessing'> | undefined;
  /** Height and width of the images. Default: the size that they have in common, up to 64, else 32. */
  readonly size?: number | undefined;
  /** 1 for gray, 3 for color. Default: color where the images have color. */
  readonly channels?: ImageShape['channels'] | undefined;
  /** Swap light and dark. Default `no`. */
  readonly invert?: PictureSteps['invert'] | undefined;
  /** Cut pictures down to the object in them. Default false. */
  readonly trim?: boolean | undefined;
  /** Fail where files would be passed over. Default false. */
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

/** What a platform does for an import. */
export interface ImportPlatform {
  /**
   * Decodes an image file.
   * @throws CoutureError of kind `data` that says what is wrong with it
   */
  readonly decode: (bytes: Uint8Array, name: string) => Promise<Picture>;
  /** The digest of bytes, in hex. */
  readonly sha256: (bytes: Uint8Array) => Promise<string> | string;
  /** Room for the pixels of so many images of so many bytes each. */
  readonly createStore: (images: number, size: number) => Promise<PixelStore>;
  /** Pictures that are worked on at a time. */
  readonly parallel: number;
}

/** The steps that pictures go through. */
export function stepsOf({ like, invert, trim }: ImportOptions): PictureSteps {
  if (like !== undefined) return like.preprocessing.picture;
  return { ...plainSteps, invert: invert ?? plainSteps.invert, trim: trim ?? plainSteps.trim };
}
