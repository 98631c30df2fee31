/** The request of some training steps: what each setting means to a session. */

import { fork, type Key } from '../core/philox.ts';
import { augmentedEpochs } from '../data/augment.ts';
import { mixes } from '../data/mix.ts';
import type {
  Augmentation,
  DeviceImages,
  Distillation,
  Session,
  TrainingBatches,
} from '../engine/backend.ts';
import { classCount } from '../model/spec.ts';
import { optimizerOf } from './optimizer.ts';
import { averageDecays } from './schedule.ts';
import type { RunConfig } from './settings.ts';
import { checkTaught, type Teacher } from './teacher.ts';

/** What all steps of a run have in common. */
export interface StepsOptions {
  readonly config: RunConfig;
  readonly session: Session;
  readonly images: DeviceImages;
  readonly labels: Uint16Array;
  readonly teacher: Teacher | undefined;
  readonly classWeights: Float32Array | undefined;
  readonly key: Key;
  /** Steps of the whole run. */
  readonly total: number;
}

/** Some steps within an epoch. */
export interface Chunk {
  readonly epoch: number;
  /** The first step, counted over the run from 0. */
  readonly first: number;
  /** Those of the steps, in order. */
  readonly indices: Uint32Array;
  /** One for each step. */
  readonly learningRates: Float32Array;
}

/** Trains the steps of a run. */
export class Steps {
  readonly #options: StepsOptions;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  /** Trains some steps, and returns the loss of each image. */
  async train({ epoch, first, indices, learningRates }: Chunk): Promise<Float32Array> {
    const { config, session, images, labels, classWeights, key, total } = this.#options;
    const { settings } = config;
    const { batchSize, labelSmoothing } = settings;
    const batches = { batchSize, firstStep: first, augmentation: this.#augmentation(epoch) };
    return await session.train({
      ...batches,
      ...{ images, labels, indices, learningRates, labelSmoothing, classWeights },
      averageDecays: averageDecays(settings, total, first, learningRates.length),
      optimizer: optimizerOf(settings),
      distillation: await this.#askTeacher(indices, batches),
      dropoutKey: fork(key, 'dropout'),
    });
  }

  /** The augmentation of an epoch; undefined once augmentation has ended. */
  #augmentation(epoch: number): Augmentation | undefined {
    const { config, key } = this.#options;
    const { settings } = config;
    if (epoch > augmentedEpochs(settings)) return undefined;
    const { flip, shift, rotate, zoom, shear, elastic, erase } = settings;
    const options = { flip, shift, rotate, zoom, shear, elastic, erase };
    const { mixup, cutmix } = settings;
    const mixing = mixes({ mixup, cutmix }) ? { mixup, cutmix } : undefined;
    return { options, mixing, key: fork(key, 'augment') };
  }

  async #askTeacher(indices: Uint32Array, batches: TrainingBatches): Promise<Distillation | undefined> {
    const { config, images, teacher } = this.#options;
    if (teacher === undefined) return undefined;
    const probabilities = await teacher.probabilities(images, indices, batches);
    checkTaught(probabilities, indices, classCount(config.model));
    return { probabilities, share: config.settings.distillation };
  }
}
