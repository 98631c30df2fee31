/** Validates a run piece by piece, so that an abort is noticed in between. */

import { Pace } from '../core/pace.ts';
import type { DeviceImages, Session } from '../engine/backend.ts';
import { lossAndCorrect } from './metrics.ts';

/** Images of the first piece, before any speed is known. */
const FIRST_PIECE = 64;

/** Input of validation. */
export interface ValidationOptions {
  readonly session: Session;
  readonly images: DeviceImages;
  /** Label of every image of `images`. */
  readonly labels: Uint16Array;
  /** The images held out. */
  readonly indices: Uint32Array;
  readonly classes: number;
  /** Which weights. */
  readonly weights: 'value' | 'average';
  readonly signal: AbortSignal | undefined;
}

/** Result of validation. */
export interface ValidationFigures {
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

export class Validation {
  readonly #options: ValidationOptions;
  readonly #labels: Uint16Array;
  readonly #pace = new Pace(FIRST_PIECE);

  constructor(options: ValidationOptions) {
    const { labels, indices } = options;
    this.#options = options;
    this.#labels = Uint16Array.from(indices, (image) => labels[image]);
  }

  /** The figures for the current weights of the session; undefined after an abort. */
  async run(): Promise<ValidationFigures | undefined> {
    const { session, images, indices, classes, weights, signal } = this.#options;
    const logProbabilities = new Float32Array(indices.length * classes);
    let from = 0;
    while (from < indices.length) {
      if (signal?.aborted) return undefined;
      const piece = indices.subarray(from, from + this.#pace.next);
      const infer = () => session.infer(images, piece, { weights });
      logProbabilities.set(await this.#pace.time(piece.length, infer), from * classes);
      from += piece.length;
    }
    const { loss, correct } = lossAndCorrect(logProbabilities, this.#labels, classes);
    return { validationLoss: loss, validationAccuracy: correct / indices.length };
  }
}
