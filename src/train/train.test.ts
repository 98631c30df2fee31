/** The loop itself, on the reference backend and a few small images. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countingBackend } from '../../test/counting-backend.ts';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { type Dataset, selectImages } from '../data/dataset.ts';
import type { TrainingBatches } from '../engine/backend.ts';
import { createBackend } from '../engine/create.ts';
import { buildProgram } from '../model/program.ts';
import { linear, logSoftmax, multilayer, sequential } from '../model/spec.ts';
import { checkSettings } from './check-settings.ts';
import { modelOf, type TrainEvent, type TrainState } from './events.ts';
import { extendConfig } from './extend.ts';
import { predictedClasses } from './metrics.ts';
import type { RunConfig, TrainSettings } from './settings.ts';
import type { Teacher } from './teacher.ts';
import { type TrainOptions, train } from './train.ts';

/** Three classes of 4 x 4 images, told apart by a bright row; so many that the first epoch takes two chunks. */
const dataset: Dataset = (() => {
  const length = 3000;
  const random = new RandomStream(keyFromSeed(8));
  const labels = Uint16Array.from({ length }, () => random.nextBelow(3));
  const images = new Uint8Array(length * 16);
  labels.forEach((label, i) => {
    for (let p = 0; p < 16; p++) images[i * 16 + p] = random.nextBelow(120) + (p >> 2 === label ? 120 : 0);
  });
  const classNames = ['top', 'middle', 'low'];
  return makeDataset(gray(4, 4), classNames, images, labels);
})();

function config(settings: Partial<TrainSettings> = {}): RunConfig {
  const base = { hidden: [9], dropout: [0.25], epochs: 4, batchSize: 70, learningRate: 0.01 };
  const checked = checkSettings({ ...base, ...settings });
  return {
    version: 2,
    recipe: null,
    settings: checked,
    data: dataset.info,
    model: multilayer(16, checked.hidden, 3, checked.dropout, {
      activation: checked.activation,
      norm: checked.norm,
    }),
  };
}

type Options = Omit<TrainOptions, 'backend' | 'dataset'> & { readonly dataset?: Dataset };

async function collect(run: RunConfig, options: Options = {}) {
  const backend = await createBackend({ backend: 'reference' });
  const events: TrainEvent[] = [];
  for await (const event of train(run, { backend, dataset, ...options })) events.push(event);
  const states = events.flatMap((event) => (event.type === 'checkpoint' ? [event.state] : []));
  return { events, states, last: states[states.length - 1] };
}

test('frozen layers end as they began', async () => {
  const { last } = await collect(config({ hidden: [9, 7], dropout: [], freeze: [1], epochs: 1 }));
  const { last: longer } = await collect(config({ hidden: [9, 7], dropout: [], freeze: [1], epochs: 2 }));
  assert.deepEqual(last.parameters.get('fc1.weight'), longer.parameters.get('fc1.weight'));
  assert.notDeepEqual(last.parameters.get('fc2.weight'), longer.parameters.get('fc2.weight'));
});

/** The last checkpoint of a run that is stopped after so many step events. */
async function stopped(run: RunConfig, stopAfter: number, options: Options = {}): Promise<TrainState> {
  const backend = await createBackend({ backend: 'reference' });
  const stop = new AbortController();
  if (stopAfter === 0) stop.abort();
  let state: TrainState | undefined;
  let seen = 0;
  for await (const event of train(run, { ...options, backend, dataset, signal: stop.signal })) {
    if (event.type === 'step' && ++seen === stopAfter) stop.abort();
    if (event.type === 'checkpoint') state = event.state;
  }
  assert.ok(state);
  return state;
}

/** Everything of a history but the wall time. */
const figures = ({ history }: { history: TrainState['history'] }) =>
  history.map(({ seconds: _, ...row }) => row);

test('it learns, and says so in order', async () => {
  const { events, last } = await collect(config());
  assert.equal(events[0].type, 'start');
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'step' || event.type === 'start' ? [] : [event.type])),
    [...Array.from({ length: 4 }, () => ['epoch', 'checkpoint']).flat(), 'done'],
  );
  assert.ok(last.history[3].validationAccuracy > 0.9);
  assert.ok(last.history[3].trainLoss < last.history[0].trainLoss);
});

test('residual blocks learn, with either norm, and a stopped run of them ends in the same bits', async () => {
  for (const norm of ['layer', 'batch'] as const) {
    const { settings } = config({ norm, blocks: 2, activation: 'gelu', average: 0.9 });
    const { hidden, dropout, activation, blocks, expansion } = settings;
    const model = multilayer(16, hidden, 3, dropout, { norm, activation, blocks, expansion });
    const run = { ...config(settings), model };
    const { last, states } = await collect(run);
    assert.ok(last.history[3].validationAccuracy > 0.9, `${norm}: ${last.history[3].validationAccuracy}`);
    const resumed = await collect(run, { resume: states[1] });
    assert.deepEqual(resumed.last.parameters, last.parameters);
    assert.deepEqual(resumed.last.averages, last.averages);
  }
});

test('the best epoch is the one with the lowest validation loss', async () => {
  const { events } = await collect(config({ epochs: 8, learningRate: 0.2 }));
  let lowest = Number.POSITIVE_INFINITY;
  for (const event of events) {
    if (event.type !== 'epoch') continue;
    assert.equal(event.isBest, event.metrics.validationLoss < lowest);
    lowest = Math.min(lowest, event.metrics.validationLoss);
  }
});

test('patience ends a run that many epochs after its best', async () => {
  const { events, last } = await collect(config({ epochs: 60, learningRate: 0.3, patience: 2 }));
  const done = events[events.length - 1];
  assert.ok(done.type === 'done' && done.reason === 'patience');
  const losses = last.history.map((row) => row.validationLoss);
  assert.equal(losses.length - 1 - losses.indexOf(Math.min(...losses)), 2);
});

/** A teacher that knows every image by its number, and says of its class `right` and of the next `next`. */
const knowing = (right: number, next: number): Teacher => ({
  probabilities: async (_images, indices) =>
    Float32Array.from({ length: indices.length * 3 }, (_, i) => {
      const label = dataset.labels[indices[Math.floor(i / 3)]];
      return [right, next, 1 - right - next][(i + 3 - label) % 3];
    }),
});
const teacher = knowing(0.8, 0.1);
/** What a run asks its teacher, and the images of the first question. */
async function firstAsked(run: RunConfig) {
  const asked: { indices: Uint32Array; batches: TrainingBatches }[] = [];
  const listening: Teacher = {
    probabilities: (images, indices, batches) => {
      asked.push({ indices: indices.slice(), batches });
      return teacher.probabilities(images, indices, batches);
    },
  };
  await collect(run, { teacher: listening });
  return { asked, indices: asked[0].indices };
}

/** Soft targets of every kind. */
const soft = {
  teacher: 'other',
  distillation: 0.5,
  mixup: 0.3,
  cutmix: 0.3,
  flip: true,
  labelSmoothing: 0.1,
};

/** A run stopped at several places and resumed, against one that was not. */
async function checkResuming(run: RunConfig, options: Options = {}): Promise<void> {
  const whole = await collect(run, options);
  const stoppedAt: number[] = [];
  for (const stopAfter of [0, 1, 2, 3]) {
    const state = await stopped(run, stopAfter, options);
    stoppedAt.push(state.step);
    const resumed = await collect(run, { ...options, resume: state });
    assert.deepEqual(figures(resumed.last), figures(whole.last));
    assert.deepEqual(resumed.last.parameters, whole.last.parameters);
    assert.deepEqual(resumed.last.secondMoments, whole.last.secondMoments);
  }
  assert.equal(stoppedAt[0], 0, 'before the first step');
  assert.ok(stoppedAt[1] > 0, 'within the first epoch');
}

test('stopped anywhere and resumed, a run ends in the same bits', () => checkResuming(config()));

test('so does a run with a teacher and mixed images', () => checkResuming(config(soft), { teacher }));

test('it learns from a teacher alone, wrong or right', async () => {
  // A teacher that takes every class for the next: the labels have no say.
  const wrong = config({ teacher: 'wrong', distillation: 1 });
  const { last } = await collect(wrong, { teacher: knowing(0.1, 0.8) });
  assert.ok(last.history[3].validationAccuracy < 0.1, String(last.history[3].validationAccuracy));
  // The loss is no less than what the teacher leaves open: 0.64 nats.
  assert.ok(last.history[3].trainLoss > 0.639 && last.history[3].trainLoss < 0.8);
  const right = await collect(config({ teacher: 'right', distillation: 1 }), { teacher });
  assert.ok(right.last.history[3].validationAccuracy > 0.9);
});

test('it learns from mixed images, with a loss that cannot come near 0', async () => {
  for (const settings of [{ mixup: 1 }, { cutmix: 1 }, { mixup: 0.5, cutmix: 0.5 }]) {
    const { last } = await collect(config(settings));
    const [first, end] = [last.history[0], last.history[3]];
    assert.ok(end.validationAccuracy > 0.9, `${JSON.stringify(settings)}: ${end.validationAccuracy}`);
    assert.ok(end.trainLoss > 0.2 && end.trainLoss < first.trainLoss);
  }
});

test('a teacher is asked about the images of each step, in order', async () => {
  const run = config({ ...soft, epochs: 2, mixup: 0 });
  const { asked } = await firstAsked(run);
  const steps = asked.map(({ batches, indices }) => [batches.firstStep, Math.ceil(indices.length / 70)]);
  let next = 0;
  for (const [first, count] of steps) {
    assert.equal(first, next);
    next += count;
  }
  assert.equal(next, 2 * 35, 'all steps of both epochs');
  for (const { batches } of asked) assert.equal(batches.augmentation?.options.flip, true);
});

test('a teacher that does not fit is refused', async () => {
  const distilling = config({ teacher: 'other', distillation: 0.5 });
  const refuse = async (change: (row: Float32Array) => Float32Array, message: RegExp) => {
    const given: Teacher = {
      probabilities: async (...asked) => change(await teacher.probabilities(...asked)),
    };
    await assert.rejects(collect(distilling, { teacher: given }), { kind: 'usage', message });
  };
  await assert.rejects(collect(distilling), { kind: 'usage', message: /no teacher was given/ });
  await assert.rejects(collect(config(), { teacher }), { kind: 'usage', message: /distillation, is 0/ });
  await refuse((rows) => rows.slice(1), /3 probabilities for each of the \d+ images, \d+ in all, not \d+/);
  const { indices } = await firstAsked(distilling);
  await refuse((rows) => rows.with(5, 0.9), new RegExp(`for image ${indices[1]} are not probabilities`));
  await refuse((rows) => rows.with(31, Number.NaN), new RegExp(`for image ${indices[10]} `));
  await refuse((rows) => rows.map(Math.log), new RegExp(`for image ${indices[0]} `));
  await refuse((rows) => rows.with(0, 1.6).with(1, -0.7), new RegExp(`for image ${indices[0]} `));
});

test('a loss that is no number ends the run with a hint', async () => {
  const hidden = Array.from({ length: 25 }, () => linear(16, 16));
  const model = sequential(...hidden, linear(16, 3), logSoftmax());
  await assert.rejects(collect({ ...config({ learningRate: 100 }), model }), {
    kind: 'runtime',
    message: /diverged/,
  });
});

test('weights of another network are refused', async () => {
  const { last } = await collect(config());
  await assert.rejects(collect(config({ hidden: [8] }), { resume: last }), {
    kind: 'data',
    message: /fc1\.weight must have/,
  });
});

test('a training that ends or fails, also at its start, holds nothing on the backend', async () => {
  const { last } = await collect(config());
  const { backend, held } = await countingBackend();
  const fail = async (run: RunConfig, options: Options) =>
    await assert.rejects(async () => {
      for await (const _ of train(run, { backend, dataset, ...options }));
    });
  await fail(config({ hidden: [8] }), { resume: last });
  const [first, ...others] = last.history;
  await fail(config(), { resume: { ...last, history: [{ ...first, learningRate: 1 }, ...others] } });
  await fail(config(), { initial: new Map([['fc9.weight', new Float32Array(1)]]) });
  assert.deepEqual(held, { sessions: 0, images: 0 });
  let most = 0;
  for await (const _ of train(config({ epochs: 1 }), { backend, dataset }))
    most = Math.max(most, held.sessions);
  assert.deepEqual([most, held], [1, { sessions: 0, images: 0 }]);
});

test('augmentation ends where it is told to, and the first weights are those asked for', async () => {
  const plain = await collect(config({ epochs: 2 }));
  const shifted = await collect(config({ epochs: 2, shift: 1 }));
  const half = await collect(config({ epochs: 2, shift: 1, augmentUntil: 0.5 }));
  const none = await collect(config({ epochs: 2, shift: 1, augmentUntil: 0 }));
  assert.deepEqual(half.states[0].parameters, shifted.states[0].parameters);
  assert.notDeepEqual(half.last.parameters, shifted.last.parameters);
  assert.deepEqual(none.last.parameters, plain.last.parameters);
  const local = await collect(config({ epochs: 2, init: 'local' }));
  assert.notDeepEqual(local.last.parameters, plain.last.parameters);
});

/** What a run may have beyond Adam and an average with a decay. */
const variants = {
  lion: { optimizer: 'lion', learningRate: 0.001, weightDecay: 0.1 },
  clip: { clip: 0.5, weightDecay: 0.01, norm: 'batch' },
  lasso: { optimizer: 'sgd', learningRate: 0.02, lasso: 0.001 },
  swa: { swa: 0.9, norm: 'batch' },
} as const satisfies Record<string, Partial<TrainSettings>>;

for (const [name, settings] of Object.entries(variants)) {
  test(`${name}: stopped within an epoch or behind one and resumed, a run ends in the same bits`, async () => {
    const run = config({ ...settings, epochs: 3 });
    const { last } = await collect(run);
    assert.ok(last.history[2].trainLoss < last.history[0].trainLoss, 'it learns');
    for (const stopAfter of [1, 2]) {
      const resume = await stopped(run, stopAfter);
      assert.ok(resume.epoch < 3);
      const resumed = (await collect(run, { resume })).last;
      assert.deepEqual(figures(resumed), figures(last));
      for (const role of ['parameters', 'firstMoments', 'secondMoments', 'averages'] as const)
        assert.deepEqual(resumed[role], last[role], role);
    }
  });
}

test('swa: the model is the mean of the last steps, statistics of norms among it', async () => {
  // One step an epoch, so that every step's weights are seen.
  const settings = { batchSize: 3000, epochs: 8, norm: 'batch' } as const;
  const { states } = await collect(config({ ...settings, swa: 0.5 }));
  const plain = await collect(config(settings));
  assert.deepEqual(states[7].parameters, plain.last.parameters, 'averaging changes no step');
  for (const state of states.slice(0, 5)) assert.deepEqual(modelOf(state), state.parameters);
  const model = modelOf(states[7]);
  assert.deepEqual([...model.keys()], [...states[7].parameters.keys()]);
  for (const [name, values] of model) {
    values.forEach((value, i) => {
      const steps = states.slice(4).map(({ parameters }) => parameters.get(name)?.[i] ?? Number.NaN);
      const mean = steps.reduce((sum, each) => sum + each, 0) / 4;
      assert.ok(Math.abs(value - mean) <= 1e-6 * Math.max(...steps.map(Math.abs)), `${name}[${i}]`);
    });
  }
});

test('lasso: weights are 0 or above the threshold, biases as they come', async () => {
  const { last } = await collect(config({ ...variants.lasso, epochs: 3 }));
  const weights = last.parameters.get('fc1.weight') ?? new Float32Array();
  const zeros = weights.filter((weight) => weight === 0).length;
  assert.ok(zeros > 5 && zeros < weights.length / 2, `${zeros} of ${weights.length} weights are 0`);
  assert.ok(weights.every((weight) => weight === 0 || Math.abs(weight) >= Math.fround(0.05)));
  const biases = last.parameters.get('fc1.bias') ?? new Float32Array();
  assert.ok(biases.some((bias) => bias !== 0 && Math.abs(bias) < 0.05));
});

test('a label past the classes is refused before a step is taken', async () => {
  const labels = dataset.labels.slice().fill(3, 2999);
  await assert.rejects(collect(config(), { dataset: { ...dataset, labels } }), {
    kind: 'data',
    message: /label 3 of image 2999 is out of range: there are 3 classes/,
  });
});

test('batch normalization sees no batch of one image', async () => {
  // 2,400 images are trained on: 26 batches of 92 and 8 more, or 2,399 and a last one.
  const run = (batchSize: number, norm: 'batch' | 'none') => collect(config({ epochs: 1, batchSize, norm }));
  const trained = async (batchSize: number, norm: 'batch' | 'none') => {
    const { events } = await run(batchSize, norm);
    const losses = events.flatMap((event) => (event.type === 'step' ? [...event.losses] : []));
    const steps = events.flatMap((event) => (event.type === 'start' ? [event.stepsPerEpoch] : []));
    return [losses.length, ...steps];
  };
  assert.deepEqual(await trained(2399, 'batch'), [2399, 1]);
  assert.deepEqual(await trained(2399, 'none'), [2400, 2]);
  assert.deepEqual(await trained(92, 'batch'), [2400, 27]);
  await assert.rejects(run(1, 'batch'), { kind: 'usage', message: /at least 2 images in a batch/ });
});

test('a run that does not get beyond chance says so, with its dead units', async () => {
  const { events } = await collect(config({ epochs: 2, learningRate: 10, hidden: [9, 9, 9] }));
  const done = events[events.length - 1];
  assert.ok(done.type === 'done' && done.stuck !== undefined);
  const { bestAccuracy, largestShare, deadShare } = done.stuck;
  assert.ok(bestAccuracy < 0.4 && largestShare > 0.3 && largestShare < 0.4, JSON.stringify(done.stuck));
  assert.ok(deadShare !== null && deadShare > 0.5, String(deadShare));
  const fine = (await collect(config({ epochs: 2 }))).events.at(-1);
  assert.ok(fine?.type === 'done' && fine.stuck === undefined);
});

test('what should be known of the images is said at the start', async () => {
  const labels = dataset.labels.map((label) => (label === 2 ? 1 : label));
  const { events } = await collect(config({ epochs: 1 }), { dataset: { ...dataset, labels } });
  assert.ok(events[0].type === 'start');
  assert.deepEqual(events[0].notices, ['made has no training image of class low.']);
});

test('balanced class weights make a rare class count', async () => {
  // Every 40th of the third class is left, the others are as they were: without weights they are what pays.
  let seen = 0;
  const kept = dataset.labels.map((label) => (label === 2 && seen++ % 40 !== 0 ? 9 : label));
  const indices = Uint32Array.from([...kept.keys()].filter((i) => kept[i] !== 9));
  const rare = selectImages(dataset, indices);
  const recall = async (classWeights: 'none' | 'balanced') => {
    const run = config({
      epochs: 2,
      classWeights,
      hidden: [],
      dropout: [],
      validation: 0.5,
      learningRate: 0.003,
    });
    const backend = await createBackend({ backend: 'reference' });
    const { last } = await collect(run, { dataset: rare });
    const input = { shape: rare.info.shape, pixels: rare.info.preprocessing.pixels };
    const session = await backend.createSession(buildProgram(run.model, input));
    for (const [name, values] of last.parameters) await session.write(name, values);
    const thirds = Uint32Array.from([...rare.labels.keys()].filter((i) => rare.labels[i] === 2));
    const images = await backend.upload(rare.images, rare.info.shape);
    const predicted = predictedClasses(await session.infer(images, thirds), 3);
    return predicted.filter((label) => label === 2).length / thirds.length;
  };
  const [plain, balanced] = [await recall('none'), await recall('balanced')];
  assert.ok(balanced > plain + 0.2, `${plain} without, ${balanced} with`);
});

/** Settings whose epochs do not depend on how many come after them, and settings whose epochs do. */
const extensible: readonly Partial<TrainSettings>[] = [
  {},
  { warmup: 1, average: 0.9, norm: 'batch', patience: 3 },
  { warmup: 2, shift: 1, mixup: 0.3, optimizer: 'lion', learningRate: 0.001 },
  { augmentUntil: 0.5 },
];
const bound: readonly (readonly [Partial<TrainSettings>, RegExp])[] = [
  [{ schedule: 'cosine' }, /its schedule cosine ends at epoch 2\.$/],
  [{ schedule: 'linear' }, /schedule linear/],
  [{ schedule: 'step' }, /schedule step/],
  [{ schedule: 'one-cycle' }, /schedule one-cycle/],
  [{ warmup: 3 }, /its warm-up of 3 epochs was shortened to 2\.$/],
  [{ swa: 0.5, norm: 'batch' }, /its weight averaging, swa 0\.5, begins at a share of 2 epochs\.$/],
  [{ shift: 1, augmentUntil: 0.5 }, /its augmentation ends at a share of 2 epochs, augmentUntil 0\.5\.$/],
];

test('a finished run goes on to the bits of one that was asked for so many epochs from the beginning', async () => {
  for (const settings of extensible) {
    const short = config({ ...settings, epochs: 2 });
    const { last } = await collect(short);
    const extended = extendConfig(short, 4, last.history);
    assert.deepEqual(extended, config({ ...settings, epochs: 4 }));
    const further = (await collect(extended, { resume: last })).last;
    const whole = (await collect(extended)).last;
    for (const role of ['parameters', 'firstMoments', 'secondMoments', 'averages'] as const)
      assert.deepEqual(further[role], whole[role], `${JSON.stringify(settings)}: ${role}`);
  }
});

test('a run that depends on its end is not taken further, and says what depends', async () => {
  for (const [settings, message] of bound) {
    const short = config({ ...settings, epochs: 2 });
    assert.throws(() => extendConfig(short, 4), {
      kind: 'usage',
      message,
      hint: 'Train again with --epochs 4.',
    });
    // It is no empty caution: with more epochs, those already done would have been others.
    const model = (run: RunConfig) => collect(run).then(({ states }) => modelOf(states[1]));
    assert.notDeepEqual(await model(short), await model(config({ ...settings, epochs: 4 })), String(message));
  }
  const { last } = await collect(config({ epochs: 60, learningRate: 0.3, patience: 2 }));
  assert.throws(
    () => extendConfig(config({ epochs: 60, patience: 2 }), 90, last.history),
    /patience 2 stopped it after \d+ epochs\.$/,
  );
  assert.throws(() => extendConfig(config({ epochs: 4 }), 4), {
    kind: 'usage',
    message: 'The run already has 4 epochs, so it cannot continue to 4.',
  });
  assert.throws(() => extendConfig(config({ epochs: 4 }), 4.5), /epochs must be a whole number/);
});
