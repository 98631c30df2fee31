/** What the service and its picture threads send each other. */

import type { ErrorKind } from '../../core/errors.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { PreparationFacts } from '../../data/prepare.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import type { RefusalCode } from '../refusals.ts';

/** A picture to decode and prepare. */
export interface PictureJob {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its name in messages. */
  readonly name: string;
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
  readonly maxMegapixels: number;
}

/** A prepared picture. */
export interface PreparedPicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly facts: PreparationFacts;
}

/** Why a picture was refused: an error as plain data. */
export interface PictureFailure {
  readonly kind: ErrorKind;
  /** The error of the service; undefined for one that follows from the kind. */
  readonly code?: RefusalCode;
  readonly message: string;
  readonly hint?: string;
}

export type PictureOutcome = { readonly prepared: PreparedPicture } | { readonly failure: PictureFailure };
