import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { killedAfter } from '../../test/killed-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { multilayer } from '../model/spec.ts';
import { resolveConfig } from '../train/config.ts';
import type { RunConfig } from '../train/settings.ts';
import { describeEnvironment } from './environment.ts';
import { formatSealed } from './json.ts';
import { summarizeRuns } from './list-runs.ts';
import { createRun, listRuns, openRun } from './run-folder.ts';

const config = resolveConfig({ dataset: tinyTrain, settings: { hidden: [8] } });
const env = describeEnvironment(
  { platform: 'test', cpu: 'test', cores: 1 },
  { name: 'reference', variant: '', threads: 1 },
);

test('runs are named by recipe and seed, numbered on, listed in order, and found by path or name', async () => {
  const platform = memoryPlatform();
  const paths: string[] = [];
  for (let i = 0; i < 3; i++) {
    const run = await createRun(platform, { config, env });
    await run.close();
    paths.push(run.path);
  }
  assert.deepEqual(
    paths,
    ['', '-2', '-3'].map((ending) => `runs/train/custom-seed1${ending}`),
  );
  await platform.store.makeFolder('runs/train/empty');
  await platform.store.write('runs/train/notes.md', 'no run');
  assert.deepEqual(await listRuns(platform), paths);
  assert.deepEqual(await listRuns(platform, { root: 'nowhere' }), []);
  assert.equal((await openRun(platform, paths[1])).name, 'custom-seed1-2');
  assert.equal((await openRun(platform, 'custom-seed1-3')).path, paths[2]);
  await assert.rejects(openRun(platform, 'empty'), { kind: 'usage', message: /There is no run "empty"/ });
  await assert.rejects(openRun(memoryPlatform(), 'any'), { hint: /There are no runs in runs\/train/ });
});

test('a run is replaced whole where that is asked for, and nothing else is', async () => {
  const platform = memoryPlatform();
  const { store } = platform;
  const first = await createRun(platform, { config, env, name: 'own' });
  await store.makeFolder('runs/train/own/checkpoint');
  await store.write('runs/train/own/checkpoint/state.safetensors', 'old');
  const replace = () => createRun(platform, { config, env, name: 'own', overwrite: true });
  await assert.rejects(replace(), { kind: 'runtime', message: /own is in use/ });
  assert.equal(await store.kind('runs/train/own/checkpoint/state.safetensors'), 'file');
  await first.close();
  await assert.rejects(createRun(platform, { config, env, name: 'own' }), { hint: /--overwrite/ });
  const second = await replace();
  assert.deepEqual((await store.list(second.path)).sort(), ['config.json', 'env.json']);
  await assert.rejects(second.lock().then(replace), /in use/, 'the new one is locked');
  await second.close();
  await store.makeFolder('runs/train/photos');
  await store.write('runs/train/photos/shoe.png', 'of the user');
  await assert.rejects(createRun(platform, { config, env, name: 'photos', overwrite: true }), {
    kind: 'usage',
    message: /photos exists already/,
  });
});

test('killed while it is removed, a run can still be replaced', async () => {
  const platform = memoryPlatform();
  const run = await createRun(platform, { config, env, name: 'own' });
  await run.close();
  const replaced = { config, env, name: 'own', overwrite: true } as const;
  for (const changes of [0, 1]) {
    const killed = { store: killedAfter(changes, platform.store) };
    await assert.rejects(createRun(killed, replaced), /killed/);
    const [left] = await summarizeRuns(platform);
    assert.equal(left.state, changes === 0 ? 'unfinished' : 'vacant');
  }
  const again = await createRun(platform, replaced);
  assert.equal(again.path, run.path);
  await again.close();
});

describe('a config that cannot be read', () => {
  const cases: [title: string, content: object, message: RegExp, hint?: RegExp][] = [
    [
      'of an earlier version',
      { version: 1, recipe: null, settings: { dataset: 'mnist' } },
      new RegExp(`config\\.json is a config of version 1, but Couture ${COUTURE_VERSION} reads version 2\\.`),
      /made by Couture 0\.0\.9\. Use that version/,
    ],
    ['of a later version', { ...config, version: 3 }, /config of version 3/, /Use that version/],
    ['without a version', { ...config, version: undefined }, /config\.json is damaged: version/],
    [
      'with a setting that there is not',
      { ...config, settings: { ...config.settings, x: 1 } },
      /damaged.*"x"/,
    ],
    [
      'whose network is for other images',
      { ...config, model: multilayer(35, [8], 3) },
      /takes 35 values and has 3 classes, but the data set has 36 values per image and 3 classes/,
    ],
    [
      'whose network has other classes',
      { ...config, model: multilayer(36, [8], 4) },
      /has 4 classes, but the data set has .* 3 classes/,
    ],
    [
      'whose classes share a name',
      { ...config, data: { ...config.data, classNames: ['a', 'b', 'a'] } },
      /two classes have the same name/,
    ],
    [
      'whose network is none',
      { ...config, model: { layers: config.model.layers.slice(1) } satisfies RunConfig['model'] },
      /config\.json: Invalid model/,
    ],
  ];
  for (const [title, content, message, hint] of cases)
    test(`${title} is refused in a sentence`, async () => {
      const platform = memoryPlatform();
      const run = await createRun(platform, { config, env: { ...env, couture: '0.0.9' } });
      await run.close();
      await platform.store.write(`${run.path}/config.json`, await formatSealed(content));
      await assert.rejects(openRun(platform, run.path), { kind: 'data', message, ...(hint && { hint }) });
    });

  test('of another version in a run whose env.json is gone', async () => {
    const platform = memoryPlatform();
    const run = await createRun(platform, { config, env });
    await platform.store.write(`${run.path}/config.json`, '{"version": 1}');
    await platform.store.remove(`${run.path}/env.json`);
    await assert.rejects(openRun(platform, run.path), { hint: /made by another version of Couture/ });
  });
});
