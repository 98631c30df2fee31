/** Whole experiments in memory: trained, killed at every write, resumed, and used. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { killedAfter } from '../../test/killed-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { resolveConfig } from '../train/config.ts';
import { UnlikeScorer } from '../use/unlike.ts';
import { compareRuns } from './compare.ts';
import { evaluateRun } from './evaluate.ts';
import { trainRun } from './experiment.ts';
import { findModel } from './find-model.ts';
import { trainOnce } from './find-run.ts';
import { inspectRun } from './inspect.ts';
import { writeSealed } from './json.ts';
import { loadPredictor } from './load.ts';
import { MemoryStore } from './memory-store.ts';
import { packRuns } from './pack.ts';
import type { RunPlatform } from './platform.ts';
import { reproduceRun } from './reproduce.ts';
import { listRuns, openRun } from './run-folder.ts';

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8], epochs: 3, batchSize: 8, average: 0.9, dropout: [0.2], seed: 3 },
});
const PATH = 'runs/train/custom-seed3';

test('a run is trained into a store, and everything that takes runs takes it', async () => {
  const platform = memoryPlatform();
  const { run, metrics } = await trainRun(platform, { config });
  assert.equal(run.path, PATH);
  assert.ok(metrics.testAccuracy > 0.8, String(metrics.testAccuracy));
  assert.deepEqual((await platform.store.list(PATH)).sort(), [
    ...['checkpoint', 'config.json', 'env.json', 'metrics.json', 'results.csv', 'weights'],
  ]);
  assert.deepEqual(await listRuns(platform), [PATH]);
  const opened = await openRun(platform, 'custom-seed3');
  assert.deepEqual(await opened.metrics(), metrics);
  assert.equal((await opened.environment()).node, undefined);
  assert.equal((await evaluateRun(platform, 'custom-seed3', 'test')).accuracy, metrics.testAccuracy);

  const again = await trainOnce(platform, { config });
  assert.deepEqual([again.reused, again.run.path], [true, PATH]);
  const { reproduced } = await reproduceRun(platform, opened);
  assert.ok(reproduced);
  assert.deepEqual(await platform.store.list('scratch'), [], 'nothing is left of it');

  const other = resolveConfig({
    dataset: tinyTrain,
    settings: { ...config.settings, seed: 4, splitSeed: 3 },
  });
  await trainRun(platform, { config: other, name: 'other' });
  const { pairs } = await compareRuns(platform, [opened, 'other']);
  assert.equal(pairs.length, 1);
  assert.equal((await inspectRun(platform, opened)).evaluation.accuracy, metrics.testAccuracy);
  await packRuns(platform, ['custom-seed3', 'other'], 'models/both.safetensors');
  const found = await findModel(platform, 'models/both.safetensors');
  const model = await loadPredictor(platform, found);
  assert.equal((await model.predict(tinyTrain.images.subarray(0, 36))).label, 'top');
  await model.dispose();
});

test('a run that scales pixels from zero trains so, and its model and its repetition do', async () => {
  const platform = memoryPlatform();
  const plain = await trainRun(platform, { config, name: 'plain' });
  const settings = { ...config.settings, pixels: 'from-zero' as const };
  const zeroed = resolveConfig({ dataset: tinyTrain, settings });
  const { run, metrics } = await trainRun(platform, { config: zeroed, name: 'zeroed' });
  assert.deepEqual(run.config.data.preprocessing.pixels.offset, [0]);
  assert.notEqual(metrics.weightsSha256, plain.metrics.weightsSha256);
  assert.ok((await reproduceRun(platform, run)).reproduced);
  await packRuns(platform, [run], 'models/zeroed.safetensors');
  const model = await findModel(platform, 'models/zeroed.safetensors');
  assert.deepEqual(model.data.preprocessing.pixels.offset, [0]);
  await assert.rejects(packRuns(platform, [plain.run, run], 'models/both.safetensors'), {
    kind: 'usage',
    message: /differently prepared/,
  });
});

test('a run of enough images knows what is unlike them', async () => {
  const platform = memoryPlatform();
  const settings = { ...config.settings, epochs: 1, validation: 0.5 };
  const { run } = await trainRun(platform, { config: resolveConfig({ dataset: tinyTrain, settings }) });
  const description = await (await openRun(platform, run.path)).unlike();
  assert.ok(description);
  const scorer = new UnlikeScorer(description);
  const { shape } = tinyTrain.info;
  const inverted = tinyTrain.images.map((byte) => 255 - byte);
  const share = (images: Uint8Array) =>
    scorer.scores(images, shape).filter((score) => score > scorer.limit).length / tinyTrain.length;
  assert.ok(share(tinyTrain.images) < 0.1, String(share(tinyTrain.images)));
  assert.ok(share(inverted) > 0.9, String(share(inverted)));

  const few = await trainRun(platform, { config, name: 'few' });
  assert.equal(await few.run.unlike(), undefined);
});

describe('killed at any write, a run goes on and ends in the same bits', async () => {
  const whole = await trainRun(memoryPlatform(), { config });
  const sums = { best: whole.metrics.weightsSha256, last: whole.metrics.lastSha256 };
  // env, config; of each epoch best or not, results, last, checkpoint; metrics.
  const most = 2 + 4 * config.settings.epochs + 1;
  let finished = false;
  for (let writes = 0; writes <= most; writes++) {
    test(`after ${writes}`, async () => {
      const store = new MemoryStore();
      const first = trainRun(memoryPlatform(killedAfter(writes, store)), { config });
      if (finished) return void (await first);
      finished = await first.then(
        () => true,
        (error: Error) => {
          assert.equal(error.message, 'killed');
          return false;
        },
      );
      const { metrics, run } = await trainOnce(memoryPlatform(store), { config });
      // Killed before its config was written, a run is none, and its folder is free.
      assert.equal(run.path, PATH);
      assert.deepEqual({ best: metrics.weightsSha256, last: metrics.lastSha256 }, sums);
      assert.equal(metrics.testAccuracy, whole.metrics.testAccuracy);
      assert.equal((await run.history()).length, 3);
    });
  }
  test('and the last of these was not killed at all', () => assert.ok(finished));
});

describe('killed while it is taken further, a run is whole, and can be taken further again', async () => {
  const constant = { ...config.settings, average: 0, schedule: 'constant', epochs: 2 } as const;
  const short = resolveConfig({ dataset: tinyTrain, settings: constant });
  const long = resolveConfig({ dataset: tinyTrain, settings: { ...constant, epochs: 4 } });
  const { metrics: expected } = await trainRun(memoryPlatform(), { config: long });
  // The figures go, the config comes; then two epochs and the figures.
  for (let changes = 0; changes <= 11; changes++) {
    test(`after ${changes}`, async () => {
      const store = new MemoryStore();
      const platform = memoryPlatform(store);
      const { metrics: before } = await trainRun(platform, { config: short });
      const further = { resume: PATH, epochs: 4 };
      const killed = await trainRun(memoryPlatform(killedAfter(changes, store)), further).then(
        () => false,
        () => true,
      );
      const { config: kept } = await openRun(platform, PATH);
      if (killed && kept.settings.epochs === 2)
        assert.deepEqual((await trainRun(platform, { resume: PATH })).metrics.lastSha256, before.lastSha256);
      const { metrics } = await trainRun(platform, kept.settings.epochs === 2 ? further : { resume: PATH });
      assert.equal(metrics.weightsSha256, expected.weightsSha256);
      assert.equal(metrics.lastSha256, expected.lastSha256);
    });
  }
});

test('interrupted within an epoch or its validation, a run goes on and ends in the same bits', async () => {
  const platform = memoryPlatform();
  const whole = await trainRun(platform, { config, name: 'whole' });
  for (const when of ['step', 'epoch'] as const) {
    const stop = new AbortController();
    const interrupted = trainRun(platform, {
      config,
      name: when,
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type === when) stop.abort();
      },
    });
    await assert.rejects(interrupted, { kind: 'interrupted', hint: /--resume runs\/train\/(step|epoch)$/ });
    const resumed = await trainRun(platform, { resume: when });
    assert.equal(resumed.metrics.weightsSha256, whole.metrics.weightsSha256);
    assert.equal(resumed.metrics.lastSha256, whole.metrics.lastSha256);
  }
});

test('two cannot train into one run, and a run that failed gives its lock back', async () => {
  const platform = memoryPlatform();
  const stop = new AbortController();
  let second: Promise<unknown> | undefined;
  const first = trainRun(platform, {
    config,
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type !== 'checkpoint') return;
      second ??= trainRun(platform, { resume: PATH }).catch((error: unknown) => error);
      stop.abort();
    },
  });
  await assert.rejects(first, { kind: 'interrupted' });
  const refusal = await second;
  assert.ok(refusal instanceof Error && /in use/.test(refusal.message), String(refusal));
  assert.equal((await trainRun(platform, { resume: PATH })).metrics.epochs, 3);
});

test('a run that another version began goes on with a notice', async () => {
  const platform = memoryPlatform();
  const stop = new AbortController();
  const onEvent = (): void => stop.abort();
  await assert.rejects(trainRun(platform, { config, signal: stop.signal, onEvent }));
  const path = `${PATH}/env.json`;
  const env = await (await openRun(platform, PATH)).environment();
  await writeSealed(platform.store, path, { ...env, couture: '0.0.9' });
  const notices: string[] = [];
  await trainRun(platform, { resume: PATH, onNotice: (notice) => notices.push(notice) });
  assert.match(notices.join(), /started with Couture 0\.0\.9 and continues with \d/);
});

test('one Run cannot be trained twice at once, and can be again', async () => {
  const platform = memoryPlatform();
  const stop = new AbortController();
  const onEvent = (): void => stop.abort();
  await assert.rejects(trainRun(platform, { config, signal: stop.signal, onEvent }));
  const run = await openRun(platform, PATH);
  let third: Promise<unknown> | undefined;
  const first = trainRun(platform, {
    resume: run,
    onEvent: () => {
      third ??= trainRun(platform, { resume: run });
      third.catch(() => {});
    },
  });
  const refused = { kind: 'runtime', message: `${PATH} is in use by this process.` } as const;
  await assert.rejects(trainRun(platform, { resume: run }), refused);
  const { metrics } = await first;
  await assert.rejects(third ?? Promise.resolve(), refused);
  assert.deepEqual((await trainRun(platform, { resume: run })).metrics, metrics);
});

test('a fast run that goes on elsewhere says so, and tells where it was; an exact one has no reason to', async () => {
  for (const fast of [true, false]) {
    const store = new MemoryStore();
    const on = (cpu: string): RunPlatform => ({
      ...memoryPlatform(store),
      describeMachine: () => ({ platform: 'memory', cpu, cores: 1 }),
    });
    const settings = { ...config.settings, fast };
    const stop = new AbortController();
    const onEvent = ({ type }: { type: string }): void => void (type === 'epoch' && stop.abort());
    const options = { config: resolveConfig({ dataset: tinyTrain, settings }), signal: stop.signal, onEvent };
    await assert.rejects(trainRun(on('A'), options));
    const again = new AbortController();
    await assert.rejects(
      trainRun(on('A'), {
        ...{ resume: PATH, signal: again.signal, onEvent: () => again.abort() },
        onNotice: (notice) => assert.fail(notice),
      }),
    );
    const notices: string[] = [];
    const { run } = await trainRun(on('B'), { resume: PATH, onNotice: (notice) => notices.push(notice) });
    const { backends } = await run.environment();
    const { places } = await reproduceRun(on('B'), run);
    if (fast) {
      const variant = 'simd128-fast';
      assert.deepEqual(notices, [
        `The run was trained with --fast by ${variant} on A and continues on ${variant} on B: it may end with other bits.`,
      ]);
      assert.deepEqual(
        backends?.map(({ untilEpoch, cpu }) => [untilEpoch, cpu]),
        [
          [1, undefined],
          [undefined, 'B'],
        ],
      );
      assert.deepEqual(places, {
        expected: [`${variant} on A`, `${variant} on B`],
        found: [`${variant} on B`],
      });
    } else assert.deepEqual([notices, backends], [[], undefined]);
  }
});
