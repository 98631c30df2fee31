/** Checkpoints written beside training, on a store that is slower than training: killed, failing, and to the end. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { killedAfter } from '../../test/killed-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { slowed } from '../../test/stand-in-gpu.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { createBackend } from '../engine/create.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { trainOnce } from './find-run.ts';
import { MemoryStore } from './memory-store.ts';
import type { RunPlatform } from './platform.ts';
import { listRuns, openRun } from './run-folder.ts';

const EPOCHS = 20;
const config = resolveConfig({
  dataset: tinyTrain,
  // The best epoch is now and then not the last: the best model is carried over where its snapshot is replaced.
  settings: { hidden: [8], epochs: EPOCHS, batchSize: 8, learningRate: 0.03, seed: 3 },
});
const PATH = 'runs/train/custom-seed3';
const whole = await trainRun(memoryPlatform(), { config });
const sums = [whole.metrics.weightsSha256, whole.metrics.lastSha256, whole.metrics.bestEpoch];

/** Writes take a while, and are counted by the names of the files. */
class SlowStore extends MemoryStore {
  readonly written: string[] = [];
  failAt = Number.POSITIVE_INFINITY;

  override async write(path: string, content: Uint8Array | string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 3));
    if (this.written.length >= this.failAt) throw new Error('the disk is full');
    await super.write(path, content);
    this.written.push(this.paths.basename(path, '.safetensors'));
  }
}

/** Reads of another store, which take a while. */
class SlowReads extends MemoryStore {
  readonly #inner: MemoryStore;

  constructor(inner: MemoryStore) {
    super();
    this.#inner = inner;
  }

  override async kind(path: string): Promise<'file' | 'folder' | undefined> {
    return await this.#inner.kind(path);
  }

  override async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    const bytes = await this.#inner.read(path, limit);
    await new Promise((resolve) => setTimeout(resolve, 8));
    return bytes;
  }
}

/** Training gives the thread back, as it does where workers or a GPU do it. */
function besides(store: MemoryStore | ReturnType<typeof killedAfter>, delay = 4): RunPlatform {
  return {
    ...memoryPlatform(store),
    createBackend: async () => slowed(await createBackend(), { delay }),
  };
}

test('training does not wait; a newer snapshot replaces one that waits, and the last is written', async () => {
  const store = new SlowStore();
  const { run, metrics } = await trainRun(besides(store), { config });
  assert.deepEqual([metrics.weightsSha256, metrics.lastSha256, metrics.bestEpoch], sums);
  assert.equal((await run.loadState())?.epoch, EPOCHS);
  const snapshots = store.written.filter((name) => name === 'state').length;
  assert.ok(snapshots < EPOCHS, `${snapshots} of ${EPOCHS} were written`);
  // Within each: best weights, where there are new ones, results, last weights, checkpoint.
  assert.match(
    store.written.join(' '),
    /^env\.json config\.json( (best )?results\.csv last state)+ metrics\.json$/,
  );
});

test('a run can be read at any time while it is written', async () => {
  const store = new SlowStore();
  // So that reading takes as long as some epochs.
  const reader = new SlowReads(store);
  let trains = true;
  const training = trainRun(besides(store), { config }).finally(() => {
    trains = false;
  });
  let reads = 0;
  while (trains) {
    await new Promise((resolve) => setTimeout(resolve));
    const [path] = await listRuns(memoryPlatform(store));
    if ((await store.kind(`${PATH}/checkpoint/state.safetensors`)) === undefined) continue;
    const run = await openRun(memoryPlatform(reader), path);
    for (const which of ['best', 'last'] as const) await run.loadWeights(which);
    await run.history();
    reads += 1;
  }
  await training;
  assert.ok(reads > 1, `${reads} times`);
});

test('an error of writing comes out at a checkpoint, and the run goes on from what was written', async () => {
  const store = new SlowStore();
  // The third file of the second snapshot.
  store.failAt = 2 + 4 + 2;
  const epochs: number[] = [];
  // Slow enough that the write fails before the last epoch, on a busy machine as well.
  const failing = trainRun(besides(store, 40), {
    config,
    onEvent: (event) => event.type === 'epoch' && epochs.push(event.metrics.epoch),
  });
  await assert.rejects(failing, /the disk is full/);
  assert.ok(epochs.length < EPOCHS, 'training did not go on without being saved');
  store.failAt = Number.POSITIVE_INFINITY;
  const { metrics } = await trainRun(besides(store), { resume: PATH });
  assert.deepEqual([metrics.weightsSha256, metrics.lastSha256, metrics.bestEpoch], sums);
});

describe('killed at any write of a slow store, a run goes on and ends in the same bits', () => {
  let killed = 0;
  for (let writes = 2; writes <= 2 + 4 * 4; writes++)
    test(`after ${writes}`, async () => {
      const store = new SlowStore();
      await trainRun(besides(killedAfter(writes, store)), { config }).catch((error: Error) => {
        assert.equal(error.message, 'killed');
        killed += 1;
      });
      const { metrics } = await trainOnce(memoryPlatform(store), { config });
      assert.deepEqual([metrics.weightsSha256, metrics.lastSha256, metrics.bestEpoch], sums);
    });
  test('more than one snapshot was cut off at each of its files', () => assert.ok(killed > 8, `${killed}`));
});
