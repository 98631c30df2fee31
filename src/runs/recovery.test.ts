/** What a kill leaves on the way from a name to a run, and that nobody has to clear it away. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ForgetfulStore } from '../../test/forgetful-store.ts';
import { killedAfter } from '../../test/killed-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { resolveConfig } from '../train/config.ts';
import { checkRun } from './check-run.ts';
import { describeEnvironment } from './environment.ts';
import { trainRun } from './experiment.ts';
import { summarizeRuns } from './list-runs.ts';
import { MemoryStore } from './memory-store.ts';
import { checkNewRun, createRun, listRuns, removeRun, runPaths } from './run-folder.ts';

const config = resolveConfig({ dataset: tinyTrain, settings: { hidden: [8], epochs: 2, batchSize: 8 } });
const env = describeEnvironment(
  { platform: 'test', cpu: 'test', cores: 1 },
  { name: 'reference', variant: '', threads: 1 },
);

describe('killed while it is made', () => {
  for (const changes of [0, 1])
    test(`after ${changes} files, a run's name is free`, async () => {
      const platform = memoryPlatform();
      const killed = { store: killedAfter(changes, platform.store) };
      await assert.rejects(createRun(killed, { config, env, name: 'own' }), /killed/);
      assert.deepEqual(await listRuns(platform), []);
      assert.deepEqual(
        (await summarizeRuns(platform)).map(({ name, state }) => [name, state]),
        [['own', 'vacant']],
      );
      await checkNewRun(platform, 'own');
      const run = await createRun(platform, { config, env, name: 'own' });
      assert.deepEqual((await platform.store.list(run.path)).sort(), ['config.json', 'env.json']);
      await run.close();
    });

  test('a disk that is full leaves the name free, and nobody in it', async () => {
    const store = new MemoryStore();
    const platform = memoryPlatform(store);
    const random = new RandomStream(keyFromSeed(1));
    const full = new ForgetfulStore(store, { random, changes: 100, fullShare: 1 });
    await assert.rejects(createRun({ store: full }, { config, env, name: 'own' }), /no space left/);
    assert.equal(await platform.store.lockHolder('runs/train/own'), undefined);
    await (await createRun(platform, { config, env, name: 'own' })).close();
  });
});

test('a run that failed in its first epoch leaves nothing that blocks its name', async () => {
  const platform = memoryPlatform();
  const onEvent = () => {
    throw new Error('out of order');
  };
  for (let n = 0; n < 2; n++) {
    await assert.rejects(trainRun(platform, { config, name: 'own', onEvent }), /out of order/);
    assert.deepEqual(await platform.store.list('runs/train'), []);
  }
  const { run } = await trainRun(platform, { config, name: 'own' });
  assert.equal(run.path, 'runs/train/own');
});

test('a run that is being made keeps its name', async () => {
  const platform = memoryPlatform();
  const first = await createRun(platform, { config, env });
  const second = await createRun(platform, { config, env });
  assert.notEqual(second.path, first.path);
  await platform.store.remove(`${first.path}/config.json`);
  for (const claim of [
    createRun(platform, { config, env, name: first.name }),
    checkNewRun(platform, first.name),
  ])
    await assert.rejects(claim, { kind: 'runtime', message: /in use/ });
  await Promise.all([first.close(), second.close()]);
});

test('what a run is not is neither replaced nor removed', async () => {
  const platform = memoryPlatform();
  const { store } = platform;
  await store.makeFolder('runs/train/photos');
  await store.write('runs/train/photos/config.txt', 'mine');
  await assert.rejects(createRun(platform, { config, env, name: 'photos' }), {
    kind: 'usage',
    message: /exists already/,
  });
  await assert.rejects(removeRun(platform, 'runs/train/photos'), { kind: 'usage', message: /is not a run/ });
  assert.deepEqual(await summarizeRuns(platform), []);
  const run = await createRun(platform, { config, env, name: 'noted' });
  await run.close();
  await store.write('runs/train/noted/notes.md', 'mine');
  await assert.rejects(createRun(platform, { config, env, name: 'noted' }), {
    kind: 'usage',
    message: /exists already/,
  });
});

describe('a check', () => {
  test('finds a whole run whole, and names each damaged file', async () => {
    const platform = memoryPlatform();
    const { store } = platform;
    const { run } = await trainRun(platform, { config, name: 'own' });
    const whole = await checkRun(platform, run.path);
    assert.deepEqual([whole.state, whole.faults, whole.removed], ['finished', [], false]);
    assert.equal(whole.epochsDone, 2);
    for (const file of [
      'weights/last.safetensors',
      'checkpoint/state.safetensors',
      'results.csv',
      'metrics.json',
    ]) {
      const path = `${run.path}/${file}`;
      const bytes = (await store.read(path, 1e9)) ?? new Uint8Array();
      await store.write(path, bytes.subarray(0, bytes.length - 9));
      const { state, faults } = await checkRun(platform, run.path);
      assert.equal(state, 'damaged', file);
      assert.ok(
        faults.some((fault) => fault.includes(file)),
        `${file}: ${faults.join(' ')}`,
      );
      await store.write(path, bytes);
    }
    assert.deepEqual((await checkRun(platform, run.path)).faults, []);
  });

  test('removes what holds nothing, and leaves what is in use', async () => {
    const platform = memoryPlatform();
    const run = await createRun(platform, { config, env, name: 'own' });
    const busy = await checkRun(platform, run.path);
    assert.deepEqual([busy.state, busy.holder, busy.removed], ['in use', 'this program', false]);
    await assert.rejects(removeRun(platform, run.path), /in use/);
    await run.close();
    assert.deepEqual((await checkRun(platform, run.path)).state, 'unfinished');
    await platform.store.remove(`${run.path}/config.json`);
    assert.equal((await checkRun(platform, run.path)).removed, true);
    await assert.rejects(checkRun(platform, run.path), { kind: 'usage', message: /no run/ });
  });
});

test('runs are removed by path or name', async () => {
  const platform = memoryPlatform();
  await trainRun(platform, { config, name: 'one' });
  await trainRun(platform, { config, name: 'two' });
  const paths = await runPaths(platform, ['one', 'runs/train/one', 'two']);
  assert.deepEqual(paths, ['runs/train/one', 'runs/train/two']);
  for (const path of paths) await removeRun(platform, path);
  assert.deepEqual(await platform.store.list('runs/train'), []);
  await assert.rejects(runPaths(platform, ['one']), { kind: 'usage', message: /no run "one"/ });
});
