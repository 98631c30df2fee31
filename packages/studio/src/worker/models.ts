/** The models that answer in the page: the shipped one, the network in training, and stored runs. */

import { type Backend, CoutureError, createWebBackend, type RunConfig } from '@couture/core';
import compact from '@couture/core/models/compact.safetensors?url';
import type { DatasetInfo, PictureSteps } from 'couture/data';
import type { Network, TensorMap } from 'couture/model';
import { openRun } from 'couture/runs';
import { decodeModel } from 'couture/ship';
import { inputOf } from 'couture/train';
import { Classifier, Ensemble, type Predictor, type UnlikeDescription } from 'couture/use';
import type { ModelChoice } from '../protocol.ts';
import { type Lease, Slot } from './leases.ts';
import { OWN, platform } from './store.ts';

/** A network with its description. */
interface Live {
  readonly name: string;
  readonly config: RunConfig;
  readonly weights: TensorMap;
}

/** A network by itself, which also gives activations and gradients. */
export interface Inner {
  readonly classifier: Classifier;
  readonly spec: Network['spec'];
  readonly weights: TensorMap;
  /** Of the config, for what is drawn by chance. */
  readonly seed: number;
}

/** A model that can answer. It is one object as long as its weights stay the same. */
export interface Ready {
  readonly name: string;
  readonly predictor: Predictor;
  readonly inner: Inner;
  readonly info: Pick<DatasetInfo, 'shape' | 'classNames'> & { readonly steps: PictureSteps };
  /** What its training images look like, where that is known. */
  readonly unlike: UnlikeDescription | undefined;
  /** Whether its weights change while it trains. */
  readonly changing: boolean;
  dispose(): Promise<void>;
}

let backend: Promise<Backend> | undefined;
let newest: Live | undefined;
const shipped = new Slot<'shipped', Ready>();
const live = new Slot<Live, Ready>();
/** By the path of the run. */
const stored = new Slot<string, Ready>();

/** One thread answers in well under a millisecond, and leaves the others to training. */
async function engine(): Promise<Backend> {
  backend ??= createWebBackend({ backend: 'cpu', threads: 1 }).catch((error: unknown) => {
    backend = undefined;
    throw error;
  });
  return await backend;
}

/** The bytes of the shipped model, once they are on their way. */
let coming: Promise<Uint8Array> | undefined;

/** Loads the shipped model before the images. The promise is kept once its file has come, or could not be loaded. */
export async function warmUp(): Promise<void> {
  leaseOf({ kind: 'shipped' });
  await coming?.catch(() => {});
}

/** Takes the weights of the network in training. They are used when something is to be predicted. */
export function setLive(network: Live): void {
  newest = network;
}

/**
 * Works with the model of a choice. The model stays usable until the work has ended, whatever replaces it meanwhile.
 * @throws CoutureError of kind `usage` when no network has been trained, `data` when a stored one is damaged
 */
export async function withModel<Result>(
  choice: ModelChoice,
  work: (model: Ready) => Promise<Result>,
): Promise<Result> {
  return await leaseOf(choice).use(work);
}

/** Forgets the model of a run whose files have changed: the next answer comes from the new files. */
export function forgetModel(path: string): void {
  stored.forget(path);
}

function leaseOf(choice: ModelChoice): Lease<Ready> {
  switch (choice.kind) {
    case 'shipped':
      return shipped.take('shipped', loadShipped);
    case 'live': {
      const of = newest;
      if (of === undefined)
        throw new CoutureError('usage', 'No network has been trained yet.', {
          hint: 'Press Start, or choose another model.',
        });
      return live.take(of, async () => readyOf(of, await engine(), { unlike: undefined, changing: true }));
    }
    case 'run': {
      const path = choice.name.includes('/') ? choice.name : `${OWN}/${choice.name}`;
      return stored.take(path, async () => await loadStored(choice.name));
    }
  }
}

async function loadShipped(): Promise<Ready> {
  coming = fetchShipped();
  const [started, bytes] = await Promise.all([engine(), coming]);
  const { members, data, views, temperature, unlike } = await decodeModel(bytes, 'compact.safetensors');
  const [{ spec, input, weights }] = members;
  const { classNames, shape, preprocessing } = data;
  const shared = { backend: started, shared: true };
  const predictor = new Ensemble({ members, classNames, views, temperature, ...shared });
  const classifier = new Classifier({ spec, input, classNames, weights, ...shared });
  // The first prediction compiles the program: it is done before anybody waits for one.
  await predictor.predict(new Uint8Array(shape.height * shape.width * shape.channels));
  return {
    name: 'compact (shipped)',
    predictor,
    inner: { classifier, spec, weights, seed: 1 },
    info: { shape, classNames, steps: preprocessing.picture },
    unlike,
    changing: false,
    dispose: async () => {
      await Promise.all([predictor.dispose(), classifier.dispose()]);
    },
  };
}

async function fetchShipped(): Promise<Uint8Array> {
  const response = await fetch(new URL(compact, import.meta.url)).catch((cause: unknown) => {
    throw new CoutureError('data', 'The shipped model could not be loaded: there is no connection.', {
      cause,
    });
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new CoutureError(
    'data',
    `The shipped model could not be loaded: the server answered ${response.status}.`,
    { hint: 'Copy all files of the page to the host, with the folder assets.' },
  );
}

async function loadStored(name: string): Promise<Ready> {
  const run = await openRun(await platform(), name);
  const [weights, unlike] = await Promise.all([run.loadWeights('best'), run.unlike()]);
  return readyOf({ name, config: run.config, weights }, await engine(), { unlike, changing: false });
}

function readyOf(
  { name, config, weights }: Live,
  started: Backend,
  more: Pick<Ready, 'unlike' | 'changing'>,
): Ready {
  const { classNames, shape, preprocessing } = config.data;
  const spec = config.model;
  const classifier = new Classifier({
    ...{ spec, input: inputOf(config), classNames, weights },
    ...{ backend: started, shared: true },
  });
  return {
    name,
    predictor: classifier,
    inner: { classifier, spec, weights, seed: config.settings.seed },
    info: { shape, classNames, steps: preprocessing.picture },
    ...more,
    dispose: async () => await classifier.dispose(),
  };
}
