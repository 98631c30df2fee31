import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeInfo } from '../../../../test/model-fixture.ts';
import type { TensorMap } from '../../../model/network.ts';
import { planModel } from '../../../model/plan.ts';
import { multilayer } from '../../../model/spec.ts';
import type { Environment } from '../../../runs/environment.ts';
import { formatSealed } from '../../../runs/json.ts';
import type { Run } from '../../../runs/run.ts';
import type { EpochMetrics, TrainEvent, TrainState } from '../../../train/events.ts';
import { type RunConfig, settingsSchema } from '../../../train/settings.ts';
import { createRun, openRun } from '../runs.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-runs-'));
after(() => rm(root, { recursive: true, force: true }));

const config: RunConfig = {
  version: 2,
  recipe: 'baseline',
  settings: settingsSchema.parse({ hidden: [3], seed: 7, batchSize: 1 }),
  data: makeInfo({ height: 2, width: 2, channels: 1 }, ['a', 'b']),
  model: multilayer(4, [3], 2),
};
const env: Environment = {
  couture: '0',
  node: '24',
  v8: '13',
  platform: 'test',
  cpu: 'test',
  cores: 1,
  backend: { name: 'reference', variant: '', threads: 1 },
  started: '',
};
const { parameters } = planModel(config.model);

const tensors = (value: number): TensorMap =>
  new Map(
    parameters.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b)).fill(value)]),
  );
const epochMetrics = (epoch: number): EpochMetrics => ({
  epoch,
  trainLoss: 0.1 + 0.2,
  validationLoss: epoch,
  validationAccuracy: 0.5,
  learningRate: 0.003,
  seconds: 1.25,
});
function stateAt(epoch: number, step = 0): TrainState {
  return {
    epoch,
    step,
    losses: new Float32Array(step).fill(0.3),
    seconds: step,
    history: Array.from({ length: epoch }, (_, i) => epochMetrics(i + 1)),
    parameters: tensors(epoch),
    firstMoments: tensors(epoch + 0.25),
    secondMoments: tensors(epoch + 0.5),
  };
}
function eventsOf(epoch: number, isBest: boolean): TrainEvent[] {
  const state = stateAt(epoch);
  return [
    { type: 'epoch', metrics: epochMetrics(epoch), isBest, parameters: state.parameters },
    { type: 'checkpoint', state },
  ];
}
const done: TrainEvent = { type: 'done', reason: 'finished', history: [] };
async function feed(run: Run, ...events: TrainEvent[]): Promise<void> {
  for (const event of events) await run.consume(event);
}

test('events become the folder, and the folder gives the state back bit for bit', async () => {
  const run = await createRun({ root, config, env });
  await feed(
    run,
    ...eventsOf(1, true),
    ...eventsOf(2, false),
    { type: 'checkpoint', state: stateAt(2, 5) },
    done,
  );
  await run.close();
  assert.equal(run.path, join(root, 'baseline-seed7'));
  const opened = await openRun(run.path);
  assert.deepEqual(opened.config, config);
  assert.deepEqual(await opened.loadState(), stateAt(2, 5));
  assert.deepEqual(await opened.loadWeights('best'), tensors(1));
  assert.deepEqual(await opened.loadWeights('last'), tensors(2));
  assert.deepEqual(await opened.environment(), env);
  assert.equal(await opened.metrics(), undefined);
  assert.equal(
    await readFile(join(run.path, 'results.csv'), 'utf8'),
    'epoch,train_loss,val_loss,val_accuracy,lr,seconds\n' +
      '1,0.30000000000000004,1,0.5,0.003,1.250\n2,0.30000000000000004,2,0.5,0.003,1.250\n',
  );
  assert.deepEqual((await readdir(run.path)).sort(), [
    'checkpoint',
    'config.json',
    'env.json',
    'results.csv',
    'weights',
  ]);
});

test('names never collide, whoever asks at the same time', async () => {
  const runs = await Promise.all(Array.from({ length: 5 }, () => createRun({ root, config, env })));
  const paths = runs.map(({ path }) => path);
  assert.equal(new Set(paths).size, 5);
  assert.ok(!paths.includes(join(root, 'baseline-seed7')));
  await Promise.all(runs.map((run) => run.close()));
  const own = await createRun({ root, config, env, name: 'own' });
  await own.close();
  await assert.rejects(createRun({ root, config, env, name: 'own' }), {
    kind: 'usage',
    message: /exists already/,
  });
  for (const name of ['', '../up', 'a/b', '.hidden', 'x'.repeat(101)])
    await assert.rejects(createRun({ root, config, env, name }), { kind: 'usage' });
});

test('a run is found by its bare name; a wrong one is answered with the nearest', async () => {
  const run = await createRun({ root, config, env, name: 'first' });
  await run.close();
  assert.equal((await openRun('first', { root })).path, join(root, 'first'));
  await assert.rejects(openRun('frist', { root }), { kind: 'usage', hint: 'Did you mean first?' });
});

test('damaged files are data errors that name the file', async () => {
  const run = await createRun({ root, config, env, name: 'damaged' });
  await feed(run, ...eventsOf(1, true), done);
  await run.close();
  const state = join(run.path, 'checkpoint', 'state.safetensors');
  const whole = await readFile(state);
  await writeFile(state, whole.subarray(0, -4));
  await assert.rejects(run.loadState(), { kind: 'data', message: /state\.safetensors/ });
  await assert.rejects(run.loadWeights(), { kind: 'data', message: /state\.safetensors/ });
  await writeFile(state, whole);
  await writeFile(run.weightsPath('best'), 'x');
  await assert.rejects(run.loadWeights('best'), { kind: 'data', message: /best\.safetensors/ });
  const other = await createRun({
    root,
    config: { ...config, model: multilayer(4, [5], 2) },
    env,
    name: 'other',
  });
  await writeFile(run.weightsPath('best'), await readFile(run.weightsPath('last')));
  await assert.rejects(other.loadWeights('best'), { kind: 'data', message: /no weights yet/ });
  await other.close();
  await writeFile(join(run.path, 'config.json'), '{}');
  await assert.rejects(openRun(run.path), { kind: 'data', message: /config\.json has no digest/ });
  await writeFile(join(run.path, 'config.json'), '{');
  await assert.rejects(openRun(run.path), {
    kind: 'data',
    message: /config\.json, line 1, column 2: it is not valid JSON/,
  });
});

test('weights of another network are refused', async () => {
  const small = await createRun({ root, config, env, name: 'small' });
  await feed(small, ...eventsOf(1, true), done);
  await small.close();
  const wide: RunConfig = { ...config, model: multilayer(4, [5], 2) };
  await writeFile(join(small.path, 'config.json'), await formatSealed(wide));
  await assert.rejects((await openRun(small.path)).loadWeights(), {
    kind: 'data',
    message: /safetensors was made with another config/,
  });
});

test('an error in writing comes out of consume or close', async () => {
  const run = await createRun({ root, config, env, name: 'unwritable' });
  await writeFile(join(run.path, 'weights'), 'a file where a folder belongs');
  await run.consume({ type: 'checkpoint', state: stateAt(1) });
  await assert.rejects(run.consume(done));
  await assert.rejects(run.close());
  await (await openRun(run.path)).lock();
});

test('a run is locked against live processes and taken over from dead ones', async () => {
  const run = await createRun({ root, config, env, name: 'locked' });
  const second = await openRun(run.path);
  await assert.rejects(second.lock(), { kind: 'runtime', message: /in use by process/ });
  await run.close();
  await second.lock();
  await second.close();

  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const lock = join(run.path, 'lock');
  await writeFile(lock, JSON.stringify({ pid: child.pid, host: hostname(), started: null }));
  await assert.rejects(second.lock(), { message: new RegExp(`process ${child.pid}`) });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  const left = join(run.path, '.results.csv.1-1.tmp');
  await writeFile(left, 'half');
  await second.lock();
  await assert.rejects(readFile(left), { code: 'ENOENT' });
  await second.close();

  // The number of a process that is gone may be given to another one: its start tells them apart.
  if (process.platform === 'linux') {
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: 'another time' }));
    await second.lock();
    await second.close();
  }
  await writeFile(lock, JSON.stringify({ pid: 1, host: 'elsewhere', started: null }));
  await assert.rejects(second.lock(), { kind: 'runtime', message: /on elsewhere/ });
  await writeFile(lock, '');
  await second.lock();
  await second.close();
});
