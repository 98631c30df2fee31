/** The loop itself, on the reference backend and a few small images. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import { createBackend } from '../engine/create.ts';
import { linear, logSoftmax, multilayer, sequential } from '../model/spec.ts';
import type { TrainEvent, TrainState } from './events.ts';
import { checkSettings, type RunConfig, type TrainSettings } from './settings.ts';
import { train } from './train.ts';

/** Three classes of 4 x 4 images, told apart by a bright row; so many that the first epoch takes two chunks. */
const dataset: Dataset = (() => {
  const length = 3000;
  const random = new RandomStream(keyFromSeed(8));
  const labels = Uint8Array.from({ length }, () => random.nextBelow(3));
  const images = new Uint8Array(length * 16);
  labels.forEach((label, i) => {
    for (let p = 0; p < 16; p++) images[i * 16 + p] = random.nextBelow(120) + (p >> 2 === label ? 120 : 0);
  });
  const classNames = ['top', 'middle', 'low'];
  return { name: 'rows', split: 'train', images, labels, length, height: 4, width: 4, classNames };
})();

function config(settings: Partial<TrainSettings> = {}): RunConfig {
  const base = { hidden: [9], dropout: [0.25], epochs: 4, batchSize: 70, learningRate: 0.01 };
  const checked = checkSettings({ ...base, ...settings });
  return {
    version: 1,
    recipe: null,
    settings: checked,
    model: multilayer(16, checked.hidden, 3, checked.dropout),
  };
}

async function collect(run: RunConfig, options: { resume?: TrainState; signal?: AbortSignal } = {}) {
  const backend = await createBackend({ backend: 'reference' });
  const events: TrainEvent[] = [];
  for await (const event of train(run, { backend, dataset, ...options })) events.push(event);
  const states = events.flatMap((event) => (event.type === 'checkpoint' ? [event.state] : []));
  return { events, states, last: states[states.length - 1] };
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
    const { hidden, dropout } = settings;
    const run = { ...config(settings), model: multilayer(16, hidden, 3, dropout, settings) };
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

test('stopped anywhere and resumed, a run ends in the same bits', async () => {
  const whole = await collect(config());
  const stoppedAt: number[] = [];
  for (const stopAfter of [0, 1, 2, 3]) {
    const backend = await createBackend({ backend: 'reference' });
    const stop = new AbortController();
    if (stopAfter === 0) stop.abort();
    let state: TrainState | undefined;
    let seen = 0;
    for await (const event of train(config(), { backend, dataset, signal: stop.signal })) {
      if (event.type === 'step' && ++seen === stopAfter) stop.abort();
      if (event.type === 'checkpoint') state = event.state;
    }
    assert.ok(state);
    stoppedAt.push(state.step);
    const resumed = await collect(config(), { resume: state });
    assert.deepEqual(figures(resumed.last), figures(whole.last));
    assert.deepEqual(resumed.last.parameters, whole.last.parameters);
    assert.deepEqual(resumed.last.secondMoments, whole.last.secondMoments);
  }
  assert.equal(stoppedAt[0], 0, 'before the first step');
  assert.ok(stoppedAt[1] > 0, 'within the first epoch');
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
    message: /fc1\.weight should have/,
  });
});
