/**
 * Every function of the packages' ways in, called with what its types do not allow: it answers with a CoutureError that
 * names the argument, never with a TypeError from within. A new function needs a line here that says how it is called.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as audits from '../src/audit/index.ts';
import * as random from '../src/core/random.ts';
import * as data from '../src/data/index.ts';
import * as engine from '../src/engine/index.ts';
import * as top from '../src/index.ts';
import * as inspect from '../src/inspect/index.ts';
import * as models from '../src/model/index.ts';
import * as node from '../src/node.ts';
import { createRun } from '../src/platform/node/runs.ts';
import * as searching from '../src/search/index.ts';
import * as ship from '../src/ship/index.ts';
import * as studies from '../src/study/index.ts';
import * as training from '../src/train/index.ts';
import * as use from '../src/use/index.ts';
import { madeUpAudit } from './figures/audit-fixture.ts';
import { makeImages, makeModel } from './model-fixture.ts';
import { studyOf, trialOf } from './study-fixture.ts';
import { tinyTest, tinyTrain } from './tiny-data.ts';

const api = {
  ...audits,
  ...random,
  ...data,
  ...engine,
  ...inspect,
  ...models,
  ...searching,
  ...ship,
  ...studies,
  ...training,
  ...use,
  ...top,
  ...node,
};

const home = process.cwd();
const folder = await mkdtemp(join(tmpdir(), 'couture-public-'));
// What a function writes by default lies below the working folder.
process.chdir(folder);
const backend = await api.createBackend();
after(async () => {
  process.chdir(home);
  await backend.dispose();
  await rm(folder, { recursive: true, force: true });
});

const model = makeModel();
const [network] = model.members;
const bytes = await api.encodeModel(model);
const config = api.resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [4], dropout: [], epochs: 1, batchSize: 16 },
});
const history = [
  { epoch: 1, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.5, learningRate: 0.1, seconds: 1 },
];
const { settings } = config;
const shape = { height: 4, width: 3, channels: 1 } as const;
const image = { index: 0, label: 1, predicted: 1, probability: 1, pixels: makeImages(1, 12) };
const classifier = new api.Classifier({
  ...network,
  classNames: ['hat', 'shoe', 'sock'],
  backend,
  shared: true,
});
const picture = { data: new Uint8Array(48), width: 4, height: 3 };
const labels = tinyTest.labels;
const key = api.keyFromSeed(1);
const predictions = new Float32Array(labels.length * 3).fill(-1);
const curve = {
  rates: Float64Array.of(0.1, 1),
  losses: Float64Array.of(1, 1),
  smoothed: Float64Array.of(1, 1),
  end: 'finished',
  lowest: 0,
  suggested: 0.1,
  steepest: 0.1,
};
const augmentation = {
  options: { flip: true, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 },
  key,
};
const audit = madeUpAudit;
const space = { epochs: { type: 'int', low: 1, high: 2 } } as const;
const summary = { name: 'a', space, direction: 'minimize', objective: 'loss', trials: [] } as const;
const study = studyOf([trialOf(0, 'complete'), trialOf(1, 'pruned')]);
const stopped = AbortSignal.abort();
const request = {
  run: 'tiny',
  config,
  train: tinyTrain,
  test: tinyTest,
  history,
  classifier,
  weights: new Map(),
};
const entries = ['a', 'b'].flatMap((name) =>
  [1, 2, 3].map((n) => ({ path: `train/${name}/${n}.png`, size: 9, read: async () => new Uint8Array(9) })),
);
const found = await api.readFiles(entries, 'tiny');
const arrays = { images: new Uint8Array(24), labels: [0, 1], shape: { height: 4, width: 3 } };

/** How each function is called. Of those that would work for long, so that they stop at once. */
const calls: Readonly<Record<string, readonly unknown[]>> = {
  accuracyWithout: [audit, labels, labels],
  adviseRate: [curve],
  asha: [{}],
  auditDataset: ['none'],
  auditExamples: [audit, { train: tinyTrain, test: tinyTest }, {}],
  auditLabels: [{ backend, train: tinyTrain, test: tinyTest, config, folds: 2, signal: stopped }],
  augmentationExamples: [tinyTrain, Uint32Array.of(0, 1, 2), config],
  augmentedImage: [
    tinyTrain.images,
    tinyTrain.info.shape,
    Uint32Array.of(0, 1),
    augmentation,
    { place: 0, step: 0 },
  ],
  batchNorm: [4],
  blobSource: [new Blob(['x']), 'x'],
  bytesSource: [bytes, 'x'],
  bestTrial: [[], 'minimize'],
  bestEpoch: [history, 'loss'],
  centeredScaling: [1],
  checkDataset: [tinyTrain],
  checkSettingsSpace: [space, {}],
  defineSettingsSpace: [space, {}],
  importances: [summary, {}],
  checkSpace: [space],
  checkDatasetInfo: [tinyTrain.info, 'here'],
  checkModelSpec: [network.spec],
  compareOnSameImages: [labels, labels, labels],
  compareRuns: [['none', 'none'], {}],
  countDuplicates: [audit.duplicates],
  createBackend: [{ backend: 'reference' }],
  createNodeBackend: [{ backend: 'reference' }],
  createWebBackend: [{ backend: 'reference' }],
  datasetFromArrays: [arrays],
  datasetFromFiles: [[new File(['x'], 'x.png')], {}],
  datasetFromImages: [{ images: ['none.png', 'none.png'], labels: [0, 1], shape: arrays.shape }],
  datasetFromIdx: [
    { info: tinyTrain.info, split: 'train', images: new Uint8Array(9), labels: new Uint8Array(9) },
  ],
  decodeWebPicture: [new Uint8Array(4), 'tiny'],
  decodeModel: [bytes, 'tiny'],
  decodeSafetensors: [api.encodeSafetensors(new Map()), 'tiny'],
  decodeStoredTensors: [bytes, 'tiny'],
  decodeStudy: [bytes, 'tiny'],
  describeStudy: [study],
  glanceAtStudy: [study],
  defaultSpace: [settings],
  defineSpace: [space],
  describeValues: [{ epochs: 1 }],
  describeTraining: ['tiny', history, 'loss'],
  dropout: [0.5],
  encodeModel: [model],
  encodeSafetensors: [new Map(), {}],
  evaluateLogProbabilities: [predictions, labels, tinyTest.info.classNames],
  evaluateModel: ['none', 'test', {}],
  evaluateRun: ['none', 'test', {}],
  exportModel: ['none', { to: 'pytorch', out: 'none' }],
  explainPrediction: [classifier, image, shape, { target: 1 }],
  extendConfig: [config, 3, history],
  findConflicts: [audit.duplicates],
  findDataset: ['mnist'],
  findAdapter: [{ requestAdapter: async () => null }],
  findDuplicates: [tinyTrain, tinyTest, {}],
  findModel: ['none', {}],
  findRate: [config, { backend, dataset: tinyTrain, signal: stopped }],
  findTopLosses: [tinyTest, predictions, 3],
  findRunRate: [config, { signal: stopped }],
  fit: [tinyTrain, { backend, signal: stopped }],
  fitUnlike: [{ shape: tinyTrain.info.shape, train: tinyTrain.images, validation: tinyTrain.images }],
  fitTemperature: [predictions, labels, 3],
  foldBatchNorm: [network],
  fork: [key, 'name', 0],
  gelu: [],
  getModel: ['none', {}],
  getDataset: ['none', 'train', {}],
  imageAt: [tinyTrain, 0],
  imageSize: [shape],
  importModel: ['none.pt', 'none.safetensors', {}],
  importDataset: ['none', {}],
  importIntoMemory: [found, 'tiny', () => Promise.resolve(picture), {}],
  infoOf: [api.registry[0]],
  inputOf: [config],
  rateInEpoch: [{ learningRate: 0.1, rateChanges: [{ epoch: 2, learningRate: 0.05 }] }, 3],
  inspectModel: [request],
  inspectRun: ['none', {}],
  keyFromSeed: [1],
  layerNorm: [4],
  leakyRelu: [],
  linear: [4, 3],
  listAdapters: [{ requestAdapter: async () => null }],
  listRuns: [{}],
  checkRun: ['none'],
  removeRun: ['none'],
  summarizeRuns: [{}],
  listShipped: ['none'],
  load: [bytes, { backend }],
  loadNetwork: [undefined, {}],
  logSoftmax: [],
  mapImages: [
    {
      classifier,
      spec: network.spec,
      dataset: tinyTest,
      predicted: labels,
      method: 'pca',
      seed: 1,
      signal: stopped,
    },
  ],
  medianStop: [{}],
  mirrorImage: [makeImages(1, 12), 3],
  modelCard: [model, { name: 'tiny.safetensors', bytes: bytes.length }],
  multilayer: [4, [3], 2, [], {}],
  openDataset: ['none', {}],
  openRun: ['none', {}],
  packRuns: [['none'], 'out.safetensors', {}],
  prepareImage: [picture, shape, api.plainSteps],
  readFiles: [entries, 'tiny'],
  readOneFile: [api.bytesSource(bytes, 'x')],
  readModelFile: ['none.safetensors'],
  rejectionThreshold: [Float32Array.of(0.5, 0.9), 0.5],
  relativeDistance: [makeImages(1, 12), makeImages(1, 12, 2)],
  relu: [],
  reproduceRun: ['none', {}],
  residual: [api.layerNorm(4), api.linear(4, 4)],
  resolveConfig: [{ dataset: tinyTrain }],
  root: [],
  sequential: [api.linear(4, 3), api.logSoftmax()],
  settingsOf: [{ epochs: 1 }],
  signTest: [3, 4],
  silu: [],
  splitOf: [settings, 10],
  splitTrainValidation: [10, 0.2, key],
  stuckNotice: [{ bestAccuracy: 0.1, largestShare: 1, deadShare: null }],
  summarize: [network.spec],
  tpe: [{}],
  trialConfig: [{ dataset: tinyTrain }, { epochs: 1 }],
  train: [config, { backend, dataset: tinyTrain, signal: stopped }],
  trainOnce: [{ config, signal: stopped }],
  trainRun: [{ resume: 'none' }],
  umap: [new Float32Array(12), 3, { key }],
  weightsSha256: [new Map()],
  wilsonInterval: [3, 4],
};
/** Made by `new`. */
const made: Readonly<Record<string, readonly unknown[]>> = {
  Batching: [{ predictor: classifier, imageValues: 12 }],
  Classifier: [{ ...network, classNames: ['hat', 'shoe', 'sock'], backend, shared: true }],
  CoutureError: ['usage', 'Nothing.', {}],
  Ensemble: [{ members: model.members, classNames: ['hat', 'shoe', 'sock'], backend, shared: true }],
  ImageClassifier: [{ predictor: classifier, data: model.data, decode: () => undefined }],
  NetworkTeacher: [[]],
  RandomStream: [key],
  Search: [{ space }],
  RememberingTeacher: [{}, tinyTrain, backend],
  UnlikeScorer: [
    api.fitUnlike({ shape: tinyTrain.info.shape, train: tinyTrain.images, validation: tinyTrain.images }),
  ],
};

/**
 * Arguments that hold facts instead of options: data sets, configs, results, and the caller's own objects. They may have more
 * fields than a function reads.
 */
const facts: Readonly<Record<string, readonly number[]>> = {
  ...{ accuracyWithout: [0], adviseRate: [0], auditExamples: [0, 1], augmentationExamples: [0, 2] },
  ...{ augmentedImage: [1, 3, 4], checkDataset: [0], countDuplicates: [0] },
  ...{ datasetFromIdx: [0], defaultSpace: [0], describeStudy: [0], describeValues: [0] },
  ...{ encodeSafetensors: [1], explainPrediction: [1, 2], extendConfig: [0], findAdapter: [0] },
  ...{ findConflicts: [0], findDuplicates: [0, 1], findRate: [0], findRunRate: [0] },
  ...{ findTopLosses: [0], fit: [0], fitUnlike: [0], foldBatchNorm: [0], glanceAtStudy: [0] },
  ...{ imageAt: [0], imageSize: [0], importances: [0], importIntoMemory: [0], infoOf: [0], inputOf: [0] },
  ...{ listAdapters: [0], modelCard: [0, 1], prepareImage: [0, 1], rateInEpoch: [0] },
  ...{ readOneFile: [0], RememberingTeacher: [0, 1, 2], residual: [0, 1], splitOf: [0] },
  ...{ stuckNotice: [0], train: [0], UnlikeScorer: [0] },
};
/** Functions that need a run, which is checked before the options. */
const opened: Readonly<Record<string, () => Promise<unknown>>> = { loadNetwork: newRun };

async function newRun(): Promise<unknown> {
  const root = await mkdtemp(join(folder, 'runs-'));
  return await createRun({ config, env: { couture: '0' } as never, name: 'new', root });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const junk: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1.5,
  'x',
  '',
  true,
  {},
  [],
  [null],
  // What a callback gives is the caller's own affair.
  () => {
    throw new api.CoutureError('usage', 'The callback failed.');
  },
  Symbol('junk'),
  10n,
  new Map([['a', 1]]),
  new Date(0),
  new Float64Array(3),
  new Uint8Array(0),
  Object.create(null),
];

/** What a call comes to; iterators are asked once, and what holds something is told to let go. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    let given = await call();
    const iterator = (given as AsyncGenerator | undefined)?.[Symbol.asyncIterator]?.();
    if (iterator !== undefined) given = await iterator.next();
    const holder = given as { dispose?: () => unknown; classifier?: { dispose(): unknown } } | undefined;
    if (typeof holder?.dispose === 'function') await holder.dispose();
    await holder?.classifier?.dispose();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function holdToErrors(title: string, call: (...args: unknown[]) => unknown, valid: readonly unknown[]) {
  for (let place = 0; place < Math.max(1, valid.length); place++) {
    for (const value of junk) {
      const args = valid.slice();
      args[place] = value;
      const error = await outcome(() => call(...args));
      const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
      assert.ok(
        error === undefined || error instanceof api.CoutureError,
        `${title}, argument ${place + 1} as ${shown}: ${error instanceof Error ? error.stack : error}`,
      );
    }
  }
}

const functions = Object.entries(api).filter(([, value]) => typeof value === 'function');

test('every function has a line here', () => {
  const missing = functions.map(([name]) => name).filter((name) => !(name in calls || name in made));
  assert.deepEqual(missing, []);
});

describe('called wrongly', () => {
  for (const [name, value] of functions) {
    const valid = calls[name] ?? made[name];
    if (valid === undefined || name === 'CoutureError' || name === 'NetworkTeacher') continue;
    test(name, async () => {
      const call =
        name in made
          ? (...args: unknown[]) => Reflect.construct(value as new () => unknown, args)
          : (value as (...args: unknown[]) => unknown);
      await holdToErrors(name, call, valid);
    });
  }

  // An option that nobody reads is a mistake of the caller: a misspelled name, or one of another function.
  for (const [name, value] of functions) {
    const valid = calls[name] ?? made[name] ?? [];
    for (const [place, argument] of valid.entries()) {
      if (!isPlain(argument) || facts[name]?.includes(place) || name === 'CoutureError') continue;
      test(`${name}: argument ${place + 1} has no other fields`, async () => {
        const args = valid.map((each, i) => (i === place ? { ...argument, strayName: 1 } : each));
        const filled = opened[name] === undefined ? args : [await opened[name](), ...args.slice(1)];
        const error = await outcome(() =>
          name in made
            ? Reflect.construct(value as new () => unknown, filled)
            : (value as (...args: unknown[]) => unknown)(...filled),
        );
        assert.ok(error instanceof api.CoutureError, String(error));
        assert.match(error.message, /strayName/);
      });
    }
  }

  test('threads beside a backend that exists, and settings of layers beside a model', async () => {
    const message = 'options.threads cannot be used with a backend of your own.';
    await assert.rejects(() => api.load(bytes, { backend, threads: 2 }), { kind: 'usage', message });
    await assert.rejects(() => api.fit(tinyTrain, { backend, threads: 2 }), { kind: 'usage', message });
    const request = { dataset: tinyTrain, model: config.model };
    assert.deepEqual(api.resolveConfig({ ...request, settings: { hidden: [4] } }).model, config.model);
    assert.throws(() => api.resolveConfig({ ...request, settings: { hidden: [5] } }), {
      kind: 'usage',
      message: 'The setting hidden is [5], but the model has [4].',
    });
  });

  test('steps for pixels, which are prepared already', async () => {
    const taking = new api.ImageClassifier({
      predictor: classifier,
      data: model.data,
      decode: () => undefined,
    });
    const pixels = makeImages(1, 12);
    for (const call of [
      () => taking.predict(pixels, { steps: { invert: 'yes' } }),
      () => taking.predictMany([pixels], { steps: { invert: 'yes' } }),
      () => taking.toPixels(pixels, { steps: { trim: true } }),
    ])
      await assert.rejects(call, { kind: 'usage', message: /options\.steps cannot be used/ });
    assert.equal((await taking.predict(pixels, { name: 'x' })).label.length > 0, true);
  });

  test('the methods of classifiers', async () => {
    const ensemble = new api.Ensemble({
      members: model.members,
      classNames: ['hat', 'shoe', 'sock'],
      backend,
      shared: true,
    });
    const taking = new api.ImageClassifier({
      predictor: classifier,
      data: model.data,
      decode: () => undefined,
    });
    const images = makeImages(2, 12);
    for (const asked of [classifier, ensemble, taking]) {
      const given = asked as unknown as Record<string, (...args: unknown[]) => unknown>;
      const methods: Record<string, unknown[]> = {
        predict: [images.subarray(0, 12), {}],
        predictMany: [[images.subarray(0, 12)], {}],
        logProbabilities: [images, {}],
        ...(asked === classifier && {
          activations: [images, { layer: 0 }],
          inputGradients: [images, { classes: Uint16Array.of(0, 1) }],
        }),
        ...(asked === taking && { toPixels: [images, {}], prepare: [images, {}] }),
      };
      for (const [name, valid] of Object.entries(methods))
        await holdToErrors(`${asked.constructor.name}.${name}`, (...args) => given[name](...args), valid);
    }
    await holdToErrors('NetworkTeacher.create', api.NetworkTeacher.create as never, [[model], backend]);
  });
});
