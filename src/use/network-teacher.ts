/** Trained networks as a teacher, applied to the images of a step on the backend that trains. */

import { checkArguments, listOf, record } from '../core/arguments.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend, DeviceImages, TrainingBatches } from '../engine/backend.ts';
import { type InferenceSession, inferenceSession } from '../engine/inference-session.ts';
import { meanProbabilities } from '../engine/targets.ts';
import { aNetwork } from '../model/argument-kinds.ts';
import type { Network } from '../model/network.ts';
import type { Teacher } from '../train/teacher.ts';
import { Mixture, temper } from './mixture.ts';

/** A model of a teacher: one network, or an ensemble like a decoded model file. */
export interface TeacherModel {
  readonly members: readonly Network[];
  /** 1 by default, for none. */
  readonly temperature?: number;
}

interface Asked {
  readonly networks: readonly InferenceSession[];
  readonly temperature: number;
}

/**
 * The mean of the probabilities over models, each of which is the mean over its networks at its temperature.
 * It sees each image once, like the student: the extra views of a model file are not used. Dispose of it when
 * done.
 */
export class NetworkTeacher implements Teacher {
  readonly #models: readonly Asked[];

  private constructor(models: readonly Asked[]) {
    this.#models = models;
  }

  /** @param backend the one that trains, which holds the images */
  static async create(models: readonly TeacherModel[], backend: Backend): Promise<NetworkTeacher> {
    checkArguments('NetworkTeacher.create', {
      models: [
        models,
        listOf(record({ members: listOf(aNetwork, 'an array of networks') }), 'an array of models'),
      ],
      backend: [backend, aBackend],
    });
    const asked: (Asked & { readonly networks: InferenceSession[] })[] = [];
    const teacher = new NetworkTeacher(asked);
    try {
      for (const { members, temperature = 1 } of models) {
        const networks: InferenceSession[] = [];
        asked.push({ networks, temperature });
        for (const member of members) networks.push(await inferenceSession(member, backend));
      }
      return teacher;
    } catch (error) {
      teacher.dispose();
      throw error;
    }
  }

  async probabilities(
    images: DeviceImages,
    indices: Uint32Array,
    batches: TrainingBatches,
  ): Promise<Float32Array> {
    const answers: Float32Array[] = [];
    for (const { networks, temperature } of this.#models) {
      const classes = networks[0].width;
      const mixture = new Mixture(indices.length * classes);
      for (const { session } of networks) mixture.add(await session.infer(images, indices, { batches }));
      answers.push(temper(mixture.logMean(), classes, temperature));
    }
    return meanProbabilities(answers);
  }

  dispose(): void {
    for (const { networks } of this.#models) for (const { session } of networks) session.dispose();
  }
}
