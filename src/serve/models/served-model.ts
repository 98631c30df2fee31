/** A model in service: its network behind a batching predictor, and everything that an answer needs. */

import { sha256 } from '../../core/sha256.ts';
import { type ImageShape, imageSize } from '../../data/image-shape.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import type { Backend } from '../../engine/backend.ts';
import { modelFolders } from '../../platform/node/models-folder.ts';
import { nodePlatform } from '../../platform/node/platform.ts';
import type { WeightsChoice } from '../../runs/check-weights.ts';
import { type FoundModel, findModel } from '../../runs/find-model.ts';
import { loadPredictor } from '../../runs/load.ts';
import { networkSha256 } from '../../ship/network.ts';
import { Batching } from '../../use/batching.ts';
import { UnlikeScorer } from '../../use/unlike.ts';

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
  /** The first 12 hexadecimal digits of a SHA-256 over weights, classes and preparation. */
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
  static async load(source: string, { backend, weights, env, onBatch }: LoadContext): Promise<ServedModel> {
    const found = await findModel(nodePlatform, source, { models: modelFolders(env) });
    const choice = found.kind === 'run' ? { weights } : {};
    const predictor = await loadPredictor(nodePlatform, found, { ...choice, backend });
    const { shape, classNames, preprocessing } = found.data;
    const looks = found.kind === 'run' ? await found.run.unlike() : found.model.unlike;
    const model = new ServedModel({
      path: found.path,
      revision: await revisionOf(found, weights),
      ...{ classNames, shape, steps: preprocessing.picture },
      batching: new Batching({ predictor, imageValues: imageSize(shape), onBatch }),
      scorer: looks && new UnlikeScorer(looks),
    });
    // The first answer makes the sessions of the network, and shows that its results are finite.
    await model.batching.logProbabilities(new Uint8Array(model.size));
    return model;
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

/** What the answers depend on, in 12 hexadecimal digits. */
async function revisionOf(found: FoundModel, which: WeightsChoice): Promise<string> {
  const { shape, classNames, preprocessing } = found.data;
  const facts: unknown[] = [shape, classNames, preprocessing];
  if (found.kind === 'run') {
    const { model: spec } = found.run.config;
    facts.push(spec, await networkSha256({ spec, weights: await found.run.loadWeights(which) }));
  } else {
    const { members, views, temperature } = found.model;
    facts.push(views, temperature);
    for (const member of members) facts.push(member.spec, await networkSha256(member));
  }
  return (await sha256(new TextEncoder().encode(JSON.stringify(facts)))).slice(0, 12);
}
