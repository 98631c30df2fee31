/** A model in service: its network behind a batching predictor, and everything that an answer needs. */

import { sha256 } from '../../core/sha256.ts';
import { type ImageShape, imageSize } from '../../data/image-shape.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import type { Backend } from '../../engine/backend.ts';
import type { TensorMap } from '../../model/network.ts';
import { modelFolders } from '../../platform/node/models-folder.ts';
import { nodePlatform } from '../../platform/node/platform.ts';
import type { WeightsChoice } from '../../runs/check-weights.ts';
import { type FoundModel, findModel } from '../../runs/find-model.ts';
import { loadPredictor, networkWith } from '../../runs/load.ts';
import { networkSha256 } from '../../ship/network.ts';
import { Batching } from '../../use/batching.ts';
import type { Predictor } from '../../use/predictor.ts';
import { type UnlikeDescription, UnlikeScorer } from '../../use/unlike.ts';

/** How models are loaded. */
export interface LoadContext {
  /** The engine that all models share. */
  readonly backend: Backend;
  /** Of runs. */
  readonly weights: WeightsChoice;
  readonly env: NodeJS.ProcessEnv;
  readonly onBatch: (images: number) => void;
}

/** The parts of a served model. */
interface Parts {
  readonly path: string;
  readonly revision: string;
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
  readonly batching: Batching;
  readonly scorer: UnlikeScorer | undefined;
}

/** A loaded model. Requests that use it hold it, so that a reload frees it only after the last of them. */
export class ServedModel {
  readonly path: string;
  /** The first 12 hexadecimal digits of a SHA-256 over weights, classes, preparation and the description of training images. */
  readonly revision: string;
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  /** Values of an image. */
  readonly size: number;
  readonly steps: PictureSteps;
  readonly batching: Batching;
  /** Recognizes images unlike the training images; undefined if the model has no description of these. */
  readonly scorer: UnlikeScorer | undefined;
  /** Whether the names of the classes have ASCII characters alone, as JSON then has, too. */
  readonly isAscii: boolean;
  readonly loaded = new Date();
  #holders = 1;

  constructor(parts: Parts) {
    this.path = parts.path;
    this.revision = parts.revision;
    this.classNames = parts.classNames;
    this.shape = parts.shape;
    this.size = imageSize(parts.shape);
    this.isAscii = parts.classNames.every((name) => /^[\x20-\x7e]*$/.test(name));
    this.steps = parts.steps;
    this.batching = parts.batching;
    this.scorer = parts.scorer;
  }

  /**
   * Loads a model.
   * @throws CoutureError of kind `usage` when it does not exist, `data` when it is damaged
   */
  static async load(source: string, context: LoadContext): Promise<ServedModel> {
    const found = await find(source, context);
    const { shape, classNames, preprocessing } = found.data;
    const looks = found.kind === 'run' ? await found.run.unlike() : found.model.unlike;
    const scorer = looks && new UnlikeScorer(looks);
    const { predictor, weights } = await predictorOf(found, context);
    let inService = false;
    const onBatch = (images: number): void => {
      if (inService) context.onBatch(images);
    };
    const batching = new Batching({ predictor, imageValues: imageSize(shape), onBatch });
    try {
      const revision = await revisionOf(found, weights, looks);
      const steps = preprocessing.picture;
      const model = new ServedModel({
        ...{ path: found.path, revision, classNames, shape, steps, batching, scorer },
      });
      // The first answer makes the sessions of the network, and shows that its results are finite.
      await batching.logProbabilities(new Uint8Array(model.size));
      inService = true;
      return model;
    } catch (error) {
      await batching.dispose();
      throw error;
    }
  }

  /** Keeps the model until `release`. */
  hold(): void {
    this.#holders += 1;
  }

  /** Frees the model after the last holder. The first one is the service, which releases it when a newer one replaces it. */
  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.batching.dispose();
  }
}

async function find(source: string, { env }: Pick<LoadContext, 'env'>): Promise<FoundModel> {
  return await findModel(nodePlatform, source, { models: modelFolders(env) });
}

/**
 * The path of a model.
 * @throws CoutureError as `ServedModel.load`
 */
export async function pathOf(source: string, context: Pick<LoadContext, 'env'>): Promise<string> {
  return (await find(source, context)).path;
}

/** The networks of a model. The weights of a run are read once: what answers is what the revision is made of. */
async function predictorOf(
  found: FoundModel,
  { backend, weights: which }: LoadContext,
): Promise<{ readonly predictor: Predictor; readonly weights?: TensorMap }> {
  if (found.kind === 'file') return { predictor: await loadPredictor(nodePlatform, found, { backend }) };
  const weights = await found.run.loadWeights(which);
  return { predictor: await networkWith(nodePlatform, found.run, weights, { backend }), weights };
}

/** What the answers depend on, in 12 hexadecimal digits. */
async function revisionOf(
  found: FoundModel,
  weights: TensorMap | undefined,
  looks: UnlikeDescription | undefined,
): Promise<string> {
  const { shape, classNames, preprocessing } = found.data;
  const facts: unknown[] = [shape, classNames, preprocessing];
  if (looks !== undefined) facts.push(looks);
  if (found.kind === 'run') {
    const { model: spec } = found.run.config;
    facts.push(spec, await networkSha256({ spec, weights: weights ?? new Map() }));
  } else {
    const { members, views, temperature } = found.model;
    facts.push(views, temperature);
    for (const member of members) facts.push(member.spec, await networkSha256(member));
  }
  return (await sha256(new TextEncoder().encode(JSON.stringify(facts)))).slice(0, 12);
}
