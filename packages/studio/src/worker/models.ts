/** The models that answer in the page: the shipped one, the network in training, and stored runs. */

import {
  type Backend,
  CoutureError,
  createWebBackend,
  decodeWebPicture,
  load,
  type RunConfig,
} from '@couture/core';
import compact from '@couture/core/models/compact.safetensors?url';
import type { Dataset, DatasetInfo, PictureSteps } from 'couture/data';
import { prepareImage } from 'couture/data';
import { evaluateLogProbabilities, explainPrediction } from 'couture/inspect';
import type { TensorMap } from 'couture/model';
import { loadNetwork, openRun } from 'couture/runs';
import { inputOf } from 'couture/train';
import { Classifier, type Predictor } from 'couture/use';
import type { Answer, Explained, Judged, ModelChoice, Picture, Tiles } from '../protocol.ts';
import { currentSet, imageOf } from './data.ts';
import { describeSteps } from './steps.ts';
import { platform } from './store.ts';
import { tilesOf } from './tiles.ts';

/** A network with its description. */
interface Live {
  readonly name: string;
  readonly config: RunConfig;
  readonly weights: TensorMap;
}

/** A model that can answer. */
interface Ready {
  readonly name: string;
  readonly predictor: Predictor;
  /** The network itself, where there is only one: it also gives gradients. */
  readonly network?: Classifier;
  readonly info: Pick<DatasetInfo, 'shape' | 'classNames'> & { readonly steps: PictureSteps };
  dispose(): Promise<void>;
}

let backend: Promise<Backend> | undefined;
let shipped: Promise<Ready> | undefined;
let newest: Live | undefined;
let live: { readonly of: Live; readonly ready: Ready } | undefined;
let stored: { readonly name: string; readonly ready: Ready } | undefined;
/** Of the last evaluation. */
let judged: { readonly predicted: Uint16Array; readonly set: Dataset } | undefined;

/** One thread answers in well under a millisecond, and leaves the others to training. */
async function engine(): Promise<Backend> {
  backend ??= createWebBackend({ backend: 'cpu', threads: 1 });
  return await backend;
}

/** Loads the shipped model while the images are still on their way. */
export function warmUp(): void {
  shipped ??= loadShipped();
  // Whoever asks it for an answer is told.
  shipped.catch(() => {});
}

/** Takes the weights of the network in training. They are used when something is to be predicted. */
export function setLive(network: Live): void {
  newest = network;
}

async function modelOf(choice: ModelChoice): Promise<Ready> {
  switch (choice.kind) {
    case 'shipped':
      shipped ??= loadShipped();
      return await shipped;
    case 'live':
      return await liveModel();
    case 'run':
      return await storedModel(choice.name);
  }
}

async function loadShipped(): Promise<Ready> {
  const model = await load(new URL(compact, import.meta.url), { backend: await engine() });
  const { shape, classNames, steps } = model;
  return {
    name: 'compact (shipped)',
    predictor: model,
    info: { shape, classNames, steps },
    dispose: async () => await model.dispose(),
  };
}

function currentInfo(): DatasetInfo {
  return currentSet().summary.info;
}

async function liveModel(): Promise<Ready> {
  if (newest === undefined)
    throw new CoutureError('usage', 'No network has been trained yet.', {
      hint: 'Press Start, or choose another model.',
    });
  if (live?.of === newest) return live.ready;
  const earlier = live?.ready;
  const { name, config, weights } = newest;
  const classifier = new Classifier({
    spec: config.model,
    input: inputOf(config),
    classNames: config.data.classNames,
    weights,
    backend: await engine(),
    shared: true,
  });
  live = { of: newest, ready: ready(name, classifier, config.data) };
  await earlier?.dispose();
  return live.ready;
}

/** The model of a run; the last one stays loaded. */
async function storedModel(name: string): Promise<Ready> {
  if (stored?.name !== name) {
    await stored?.ready.dispose();
    stored = undefined;
    stored = { name, ready: await loadStored(name) };
  }
  return stored.ready;
}

async function loadStored(name: string): Promise<Ready> {
  const place = await platform();
  const run = await openRun(place, name);
  return ready(name, await loadNetwork(place, run, { backend: await engine() }), run.config.data);
}

function ready(
  name: string,
  classifier: Classifier,
  { shape, classNames, preprocessing }: DatasetInfo,
): Ready {
  const info = { shape, classNames, steps: preprocessing.picture };
  return {
    name,
    predictor: classifier,
    network: classifier,
    info,
    dispose: async () => await classifier.dispose(),
  };
}

/** What a model says of a picture. */
export async function predict(choice: ModelChoice, picture: Picture): Promise<Answer> {
  const { name, predictor, info } = await modelOf(choice);
  const began = performance.now();
  const { pixels, steps, truth } = await prepared(picture, info);
  const { probabilities } = await predictor.predict(pixels);
  const { classNames, shape } = info;
  return {
    model: name,
    classNames,
    probabilities,
    pixels,
    shape,
    steps,
    truth,
    milliseconds: performance.now() - began,
  };
}

async function prepared(
  picture: Picture,
  { shape, steps: picked }: Ready['info'],
): Promise<Pick<Answer, 'pixels' | 'steps' | 'truth'>> {
  if (picture.kind === 'image') {
    const own = currentInfo().shape;
    if (own.height !== shape.height || own.width !== shape.width || own.channels !== shape.channels)
      throw new CoutureError('usage', 'This model takes images of another size than those of the data set.', {
        hint: 'Choose a model that was trained on this data set.',
      });
    const { pixels, label } = imageOf(picture.split, picture.index);
    return { pixels, steps: [], truth: label };
  }
  const source = picture.kind === 'file' ? picture.file : picture.data;
  const decoded = await decodeWebPicture(source, 'that you gave');
  if (decoded === undefined) throw new CoutureError('data', 'This is not a picture.');
  const { pixels, facts } = prepareImage(decoded, shape, picked);
  return { pixels, steps: describeSteps(facts, shape) };
}

/** The pixels that the prediction of a picture depends on. */
export async function explain(choice: ModelChoice, picture: Picture): Promise<Explained> {
  const { name, network, info } = await modelOf(choice);
  if (network === undefined) {
    throw new CoutureError('usage', 'The shipped model gives no gradients.', {
      hint: 'Choose a network that was trained here.',
    });
  }
  const { pixels, truth } = await prepared(picture, info);
  const { index: predicted, probabilities } = await network.predict(pixels);
  const label = truth ?? predicted;
  const loss = -Math.log(probabilities[label]);
  const image = { index: 0, label, predicted, probabilities, loss, pixels };
  const { shape, classNames } = info;
  return { model: name, saliency: await explainPrediction(network, image, shape), classNames, shape };
}

/** A model on the test images of the data set at hand. */
export async function evaluate(choice: ModelChoice): Promise<Judged> {
  const { name, predictor } = await modelOf(choice);
  const set = currentSet().sets.test;
  const logProbabilities = await predictor.logProbabilities(set.images);
  const classes = predictor.classNames.length;
  const predicted = new Uint16Array(set.length);
  for (let i = 0; i < set.length; i++) {
    for (let c = 1; c < classes; c++)
      if (logProbabilities[i * classes + c] > logProbabilities[i * classes + predicted[i]]) predicted[i] = c;
  }
  judged = { predicted, set };
  return {
    model: name,
    evaluation: evaluateLogProbabilities(logProbabilities, set.labels, predictor.classNames),
  };
}

/** Images of a cell of the last evaluation's matrix. */
export async function cell(
  actual: number,
  predicted: number,
  columns: number,
  most: number,
): Promise<Tiles & { readonly total: number }> {
  if (judged === undefined) throw new CoutureError('usage', 'No model has been evaluated yet.');
  const { set } = judged;
  const places: number[] = [];
  judged.predicted.forEach((label, place) => {
    if (label === predicted && set.labels[place] === actual) places.push(place);
  });
  const shown = Uint32Array.from(places.slice(0, most));
  return { ...(await tilesOf(set, shown, columns)), total: places.length };
}
