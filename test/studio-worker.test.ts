/** Parts of the Studio's worker that need no browser. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredRun, StudioEvent } from '../packages/studio/src/protocol.ts';
import { MemoryStore } from '../src/runs/memory-store.ts';
import type { EpochMetrics } from '../src/train/events.ts';
import type { RunConfig } from '../src/train/settings.ts';
import './studio-sources.ts';

const { isSameSet } = await import('../packages/studio/src/same-set.ts');
const { runJob, stopJob } = await import('../packages/studio/src/worker/jobs.ts');
const { Slot } = await import('../packages/studio/src/worker/leases.ts');
const { oneAtATime } = await import('../packages/studio/src/worker/one-at-a-time.ts');
const { dropFromList, readList, writeList } = await import('../packages/studio/src/worker/run-index.ts');
const { Telling } = await import('../packages/studio/src/worker/telling.ts');
const { Turns } = await import('../packages/studio/src/worker/turns.ts');

/** Says when it was disposed. */
class Model {
  isDisposed = false;
  readonly weights: string;

  constructor(weights: string) {
    this.weights = weights;
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
  }
}

describe('the models that answer', () => {
  test('a model that is replaced is disposed when its last user ends, not before', async () => {
    const slot = new Slot<string, Model>();
    const old = new Model('old');
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen: boolean[] = [];
    const use = async ({ promise }: PromiseWithResolvers<void>) =>
      await slot
        .take('a', async () => old)
        .use(async (model) => {
          await promise;
          seen.push(model.isDisposed);
        });
    const users = [use(first), use(second)];
    const fresh = slot.take('b', async () => new Model('new'));
    assert.equal(await fresh.use(async ({ weights }) => weights), 'new');
    first.resolve();
    await users[0];
    assert.equal(old.isDisposed, false, 'the second user still works');
    second.resolve();
    await users[1];
    await settled();
    assert.deepEqual([seen, old.isDisposed], [[false, false], true]);
    assert.equal(await fresh.use(async ({ isDisposed }) => isDisposed), false);
  });

  test('after its run has changed, a model is read again, also where it was being read', async () => {
    const slot = new Slot<string, Model>();
    const reading = Promise.withResolvers<Model>();
    const early = slot.take('run', async () => await reading.promise).use(async ({ weights }) => weights);
    slot.forget('another run');
    slot.forget('run');
    const late = slot.take('run', async () => new Model('new')).use(async ({ weights }) => weights);
    const old = new Model('old');
    reading.resolve(old);
    assert.deepEqual([await early, await late], ['old', 'new']);
    await settled();
    assert.equal(old.isDisposed, true);
  });

  test('a model that could not be read is tried again', async () => {
    const slot = new Slot<string, Model>();
    const failing = slot.take('run', async () => {
      throw new Error('no connection');
    });
    await assert.rejects(
      failing.use(async () => {}),
      /no connection/,
    );
    await settled();
    assert.equal(await slot.take('run', async () => new Model('new')).use(async (one) => one.weights), 'new');
  });
});

describe('the set at hand', () => {
  test('what was asked for earlier does not replace what came after it', () => {
    const turns = new Turns();
    const [host, own] = [turns.next(), turns.next()];
    assert.equal(turns.take(own), true);
    assert.equal(turns.take(host), false, 'the set of the host comes too late');
    assert.equal(turns.take(turns.next()), true);
  });

  test('a later request that fails keeps nothing away', () => {
    const turns = new Turns();
    const host = turns.next();
    turns.next();
    assert.equal(turns.take(host), true);
    assert.equal(turns.take(host), true, 'the whole set follows its sample');
  });

  test('two imports of one name are told apart by their digests', () => {
    const of = (digest: string) => ({
      name: 'photos',
      origin: { kind: 'import', digest: digest.repeat(64) } as Parameters<typeof isSameSet>[0]['origin'],
    });
    assert.equal(isSameSet(of('a'), of('a')), true);
    assert.equal(isSameSet(of('a'), of('b')), false);
  });
});

describe('the list of runs', () => {
  const finished = (name: string): StoredRun => ({
    ...{ name, path: `runs/train/${name}`, where: 'browser', state: 'finished' },
  });

  test('a run that has changed leaves the stored list, whatever is written at the same time', async () => {
    const store = new MemoryStore();
    const all = [finished('a'), finished('b'), finished('c')];
    await Promise.all([
      writeList(store, () => all),
      dropFromList(store, 'runs/train/a'),
      dropFromList(store, 'runs/train/c'),
    ]);
    assert.deepEqual(
      (await readList(store)).map(({ name }) => name),
      ['b'],
    );
  });

  test('is made once at a time, and whoever asks meanwhile sees what changed meanwhile', async () => {
    let [runs, atOnce, most, times] = [0, 0, 0, 0];
    const list = oneAtATime(async () => {
      [atOnce, times] = [atOnce + 1, times + 1];
      most = Math.max(most, atOnce);
      const found = runs;
      await settled();
      atOnce -= 1;
      return found;
    });
    const first = list();
    runs = 1;
    const later = [list(), list(), list()];
    assert.deepEqual(await Promise.all([first, ...later]), [0, 1, 1, 1]);
    assert.deepEqual([most, times], [1, 2]);
    assert.equal(await list(), 1);
  });

  test('a failure does not keep the next list away', async () => {
    let times = 0;
    const list = oneAtATime(async () => {
      times += 1;
      if (times === 1) throw new Error('no files');
      return times;
    });
    const [first, second] = [list(), list()];
    await assert.rejects(first, /no files/);
    assert.equal(await second, 2);
  });
});

describe('a run that begins', () => {
  const epochs = [1, 2, 3].map((epoch) => ({ epoch }) as EpochMetrics);
  const told = (history: () => Promise<EpochMetrics[]>) => {
    const said: StudioEvent[] = [];
    const run = { name: 'a', config: {} as RunConfig, history };
    const kept = async (name: string, upTo: number): Promise<StudioEvent[]> => [
      { type: 'notice', text: `first layers of ${name} up to epoch ${upTo}` },
    ];
    return { said, telling: new Telling(run, (event) => said.push(event), kept) };
  };

  test('is told before its epochs, and every epoch once, however late its history is read', async () => {
    const reading = Promise.withResolvers<EpochMetrics[]>();
    const { said, telling } = told(async () => await reading.promise);
    telling.tell({ type: 'epoch', metrics: epochs[1] });
    assert.equal(said.length, 0);
    // The file has the epoch already.
    reading.resolve(epochs.slice(0, 2));
    await telling.begun;
    telling.tell({ type: 'epoch', metrics: epochs[2] });
    const inOrder = said.map((event) => {
      if (event.type === 'begun') return `after ${event.history.map(({ epoch }) => epoch)}`;
      if (event.type === 'notice') return event.text;
      return event.type === 'epoch' ? `epoch ${event.metrics.epoch}` : event.type;
    });
    assert.deepEqual(inOrder, ['after 1', 'first layers of a up to epoch 1', 'epoch 2', 'epoch 3']);
  });

  test('is told also where its history cannot be read, with the reason', async () => {
    const { said, telling } = told(async () => {
      throw new Error('results.csv is damaged.');
    });
    await telling.begun;
    assert.deepEqual(said, [
      { type: 'begun', name: 'a', config: {}, history: [] },
      { type: 'notice', text: 'The earlier epochs of this run cannot be shown. results.csv is damaged.' },
    ]);
  });
});

describe('a job', () => {
  test('that is stopped while its code is loaded does nothing, and can be done again', async () => {
    const loading = Promise.withResolvers<void>();
    let works = 0;
    const job = async (loaded: Promise<void>) =>
      await runJob('audit', async () => {
        await loaded;
        return async () => ++works;
      });
    const stopped = job(loading.promise);
    await assert.rejects(job(loading.promise), { kind: 'usage' });
    stopJob('audit');
    loading.resolve();
    await assert.rejects(stopped, { kind: 'interrupted' });
    assert.equal(works, 0);
    assert.equal(await job(Promise.resolve()), 1);
  });
});

/** After everything that waits has gone on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
