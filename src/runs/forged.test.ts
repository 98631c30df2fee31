/** Files of a run that are whole, and not those of the run: put together from several, or changed with a digest that fits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, copiedStore } from '../../test/copied-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { decodeSealed, encodeSealed } from '../ship/sealed.ts';
import { resolveConfig } from '../train/config.ts';
import type { TrainSettings } from '../train/settings.ts';
import { evaluateRun } from './evaluate.ts';
import { trainRun } from './experiment.ts';
import { writeSealed } from './json.ts';
import { packRuns } from './pack.ts';
import { reproduceRun } from './reproduce.ts';
import { openRun } from './run-folder.ts';
import type { RunStore } from './store.ts';

const settings: Partial<TrainSettings> = { hidden: [6], epochs: 5, batchSize: 8, schedule: 'constant' };
const configOf = (changes: Partial<TrainSettings> = {}) =>
  resolveConfig({ dataset: tinyTrain, settings: { ...settings, ...changes } });

const platform = memoryPlatform();
const { store } = platform;
await trainRun(platform, { config: configOf(), name: 'done' });
await trainRun(platform, { config: configOf({ seed: 2 }), name: 'other' });
for (const [name, epoch] of [
  ['cut', 3],
  ['early', 2],
] as const) {
  const stop = new AbortController();
  const onEvent = (event: { type: string; epoch?: number }): void => {
    if (event.type === 'step' && event.epoch === epoch) stop.abort();
  };
  await assert.rejects(trainRun(platform, { config: configOf(), name, signal: stop.signal, onEvent }));
}
const STATE = 'runs/train/cut/checkpoint/state.safetensors';
const BEST = 'runs/train/cut/weights/best.safetensors';

/** A copy of all runs, changed. */
async function changed(change: (copy: RunStore) => Promise<void>) {
  const copy = await copiedStore(store, 'runs');
  await change(copy);
  return memoryPlatform(copy);
}

/** Writes a file anew with other metadata, and a digest that fits. */
async function reseal(
  copy: RunStore,
  path: string,
  change: (metadata: Readonly<Record<string, string>>) => Record<string, string>,
): Promise<void> {
  const { tensors, metadata } = await decodeSealed(await bytesOf(copy, path), path);
  await copy.write(path, await encodeSealed(tensors, { ...metadata, ...change(metadata) }));
}

const put = (from: string, to: string) => async (copy: RunStore) =>
  await copy.write(to, await bytesOf(copy, from));

test('counters that no training leaves are refused', async () => {
  const counters: [change: (text: string) => string, message: RegExp][] = [
    [(text) => text.replace(/"step":\d+/, '"step":1000000000'), /counts 1000000000 steps in the epoch/],
    [(text) => text.replace(/"epoch":2/, '"epoch":9'), /has a history of 2 epochs but counts 9/],
    [(text) => text.replace('"version":1', '"version":2'), /counters are malformed/],
    [() => '', /counters are malformed/],
  ];
  for (const [change, message] of counters) {
    const forged = await changed(
      async (copy) => await reseal(copy, STATE, ({ state = '' }) => ({ state: change(state) })),
    );
    await assert.rejects(trainRun(forged, { resume: 'cut' }), (error: { kind: string; message: string }) => {
      assert.equal(error.kind, 'data');
      assert.ok(error.message.startsWith(STATE), error.message);
      return message.test(error.message);
    });
  }
  const rows = `[${Array.from({ length: 9 }, (_, i) => `{"epoch":${i + 1},"trainLoss":1,"validationLoss":1,"validationAccuracy":0,"learningRate":1,"seconds":1}`).join()}]`;
  const nine = await changed(
    async (copy) =>
      await reseal(copy, STATE, () => ({
        state: `{"version":1,"epoch":9,"step":0,"seconds":0,"history":${rows}}`,
      })),
  );
  await assert.rejects(trainRun(nine, { resume: 'cut' }), {
    kind: 'data',
    message: /counts 9 epochs, but the config has 5/,
  });
});

test('best weights of another epoch than the best are refused before any training', async () => {
  const forged = await changed(async (copy) => await reseal(copy, BEST, () => ({ epoch: '1' })));
  const message = `${BEST} has the weights of epoch 1, but it should have those of epoch 2.`;
  let begun = false;
  const resumed = trainRun(forged, { resume: 'cut', onRun: () => (begun = true) });
  await assert.rejects(resumed, { kind: 'data', message });
  assert.equal(begun, false);
  await assert.rejects(evaluateRun(forged, 'cut', 'test'), { kind: 'data', message });
  const gone = await changed(async (copy) => await copy.remove(BEST));
  await assert.rejects(trainRun(gone, { resume: 'cut' }), {
    kind: 'data',
    message: /best\.safetensors is missing/,
  });
});

test('best weights that are ahead of the checkpoint are of an epoch that is made again', async () => {
  const whole = (await openRun(platform, 'done')).path;
  const ahead = await changed(put(BEST, 'runs/train/early/weights/best.safetensors'));
  const { metrics } = await trainRun(ahead, { resume: 'early' });
  assert.deepEqual(metrics.weightsSha256, (await (await openRun(platform, whole)).metrics())?.weightsSha256);
});

test('files of another run are refused, wherever they are used', async () => {
  const message = /was made with another config than the config of its run/;
  const swapped = await changed(put('runs/train/other/weights/best.safetensors', BEST));
  await assert.rejects(evaluateRun(swapped, 'cut', 'test'), { kind: 'data', message });
  await assert.rejects(trainRun(swapped, { resume: 'cut' }), { kind: 'data', message });
  const state = await changed(put('runs/train/other/checkpoint/state.safetensors', STATE));
  await assert.rejects(trainRun(state, { resume: 'cut' }), { kind: 'data', message });
  // Of the same config, and of another epoch.
  const older = await changed(
    put('runs/train/early/weights/last.safetensors', 'runs/train/done/weights/best.safetensors'),
  );
  const other = {
    kind: 'data',
    message: 'runs/train/done/weights/best.safetensors does not have the weights that metrics.json lists.',
  } as const;
  await assert.rejects(packRuns(older, ['done'], 'x.safetensors'), other);
  await assert.rejects(reproduceRun(older, 'done'), other);
});

test('a config that was changed with care is noticed as well, and more epochs are no change', async () => {
  const { config } = await openRun(platform, 'cut');
  const write = (copy: RunStore, changes: Partial<TrainSettings>) =>
    writeSealed(copy, 'runs/train/cut/config.json', {
      ...config,
      settings: { ...config.settings, ...changes },
    });
  const faster = await changed(async (copy) => await write(copy, { learningRate: 0.5 }));
  await assert.rejects(trainRun(faster, { resume: 'cut' }), {
    kind: 'data',
    message: `${STATE} was made with another config than the config of its run.`,
  });
  const longer = await changed(async (copy) => await write(copy, { epochs: 6 }));
  assert.equal((await trainRun(longer, { resume: 'cut' })).metrics.epochs, 6);
});
