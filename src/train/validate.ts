/** Validates a run piece by piece, so that an abort is noticed in between. */

import { Pace } from '../core/pace.ts';
import type { DeviceImages, Session } from '../engine/backend.ts';
import { lossAndCorrect } from './metrics.ts';

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
  readonly #pace = new Pace();

  constructor(options: ValidationOptions) {
    const { labels, indices } = options;
    this.#options = options;
    this.#labels = Uint16Array.from(indices, (image) => labels[image]);
  }

  /** The figures for the current weights of the session; undefined after an abort. */
  async run(): Promise<ValidationFigures | undefined> {
    const { session, images, indices, classes, weights, signal } = this.#options;
    const logProbabilities = new Float32Array(indices.length * classes);
    const infer = async (from: number, to: number): Promise<void> => {
      const answers = await session.infer(images, indices.subarray(from, to), { weights });
      logProbabilities.set(answers, from * classes);
    };
    if (!(await this.#pace.each(indices.length, infer, { signal }))) return undefined;
    const { loss, correct } = lossAndCorrect(logProbabilities, this.#labels, classes);
    return { validationLoss: loss, validationAccuracy: correct / indices.length };
  }
}
