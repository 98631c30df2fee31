/** A study in a real PGlite database: claims, fences, constraints and versions. test/long runs whole studies. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { tinyTrain } from '../../../../test/tiny-data.ts';
import type { StudyPlan } from '../../../study/study.ts';
import { openStudy } from './open-study.ts';
import { openPglite } from './pglite.ts';
import { openPostgres, redacted, withoutPassword } from './postgres.ts';
import { StudyStore } from './study-store.ts';
import { migrate } from './tables.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-store-'));
const database = await openPglite(folder);
after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
await migrate(database);
await database.boss.start();

const plan: StudyPlan = {
  name: 'tiny',
  recipe: null,
  settings: { hidden: [8], dropout: [], epochs: 2 },
  data: tinyTrain.info,
  space: { learningRate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  objective: 'loss',
  sampler: 'tpe',
  pruner: 'none',
  seed: 1,
  maxBytes: null,
  maxSeconds: null,
};
const create = async (...args: Parameters<typeof StudyStore.create>): Promise<StudyStore> => {
  const store = await StudyStore.create(...args);
  assert.ok(store);
  return store;
};
const jobOf = async (number: number): Promise<string> =>
  z
    .array(z.object({ job: z.string() }))
    .parse(
      await database.query(
        "select job from couture.trial t join couture.study s on t.study_id = s.id where s.name = 'tiny' and number = $1",
        [number],
      ),
    )[0].job;
const jobs = async (): Promise<string[]> =>
  z
    .array(z.object({ job: z.string() }))
    .parse(await database.query("select job from couture.trial where state <> 'failed' order by number"))
    .map(({ job }) => job);

test('a trial has one worker, and late writes of an earlier one change nothing', async () => {
  const store = await create(database, plan, 3);
  await store.prepare();
  await store.ask(() => 2);
  assert.deepEqual((await store.look()).left, { waiting: 2, running: 0, unasked: 1 });
  const [first] = await jobs();
  const claimed = await store.claim(0, first);
  assert.equal(claimed?.attempt, 1);
  assert.equal(await store.report(0, 1, { step: 1, value: 0.5 }), true);

  assert.equal(await store.requeueAll(), 2);
  const [again] = await jobs();
  assert.notEqual(again, first);
  // The old job and the old attempt are worth nothing now.
  assert.equal(await store.claim(0, first), undefined);
  assert.equal(await store.report(0, 1, { step: 2, value: 0.1 }), false);
  assert.equal(await store.finish(0, 1, { state: 'complete', value: 0.1 }), false);
  assert.equal((await store.claim(0, again))?.attempt, 2);
  assert.equal(await store.finish(0, 1, { state: 'complete', value: 0.1 }), false);
  assert.equal(await store.finish(0, 2, { state: 'complete', value: 0.4 }), true);
  assert.equal(await store.finish(0, 2, { state: 'failed' }), false);
  assert.equal(await store.claim(0, again), undefined);

  const [trial] = (await store.read()).trials;
  assert.deepEqual(
    [trial.state, trial.value, trial.attempt, trial.reports],
    ['complete', 0.4, 2, [{ step: 1, value: 0.5 }]],
  );
  const second = await jobOf(1);
  assert.equal(await store.bury(1, first), false);
  assert.equal(await store.bury(1, second), true);
  assert.match((await store.read()).trials[1].error ?? '', /ended 4 times without a result/);
});

test('a trial and its job are written together, or neither is', async () => {
  const boss = Object.assign(Object.create(database.boss), {
    send: () => Promise.reject(new Error('no job')),
  });
  const store = await create({ ...database, boss }, { ...plan, name: 'broken' }, 5);
  await assert.rejects(
    store.ask(() => 1),
    /no job/,
  );
  assert.deepEqual((await store.read()).trials, []);
});

test('a trial whose worker was a process of this machine that is gone is queued again at once', async () => {
  const store = await create(database, { ...plan, name: 'left' }, 2);
  await store.prepare();
  await store.ask(() => 2);
  const rows = await database.query(
    "select number, job from couture.trial t join couture.study s on t.study_id = s.id where s.name = 'left'",
  );
  for (const row of rows) {
    const { number, job } = z.object({ number: z.number(), job: z.string() }).parse(row);
    await store.claim(number, job);
  }
  assert.equal(await store.reclaim(), 0);
  const dead = spawnSync(process.execPath, ['--version']).pid;
  await database.query('update couture.trial set worker = $1 where number = 1 and state = $2', [
    ...[JSON.stringify({ pid: dead, host: hostname(), started: 'earlier' }), 'running'],
  ]);
  assert.equal(await store.reclaim(), 1);
  assert.deepEqual((await store.look()).left, { waiting: 1, running: 1, unasked: 0 });
});

test('a trial that waits keeps its job for years, and gets another if it was deleted', async () => {
  const store = await create(database, { ...plan, name: 'long' }, 2);
  const { queue, dead } = store.queues;
  for (const name of [dead, queue]) await database.boss.createQueue(name, { retentionSeconds: 3600 });
  await store.prepare();
  await store.ask(() => 2);
  const kept = await database.query(
    "select 1 from pgboss.job where name = $1 and keep_until > now() + interval '5 years'",
    [queue],
  );
  assert.equal(kept.length, 2);
  assert.equal(await store.resend(), 0);
  await database.query("delete from pgboss.job where name = $1 and data->>'number' = '1'", [queue]);
  assert.equal(await store.resend(), 1);
  assert.equal(await store.resend(), 0);
  const sent = await database.boss.fetch(queue, { batchSize: 5 });
  const numbers = sent.map(({ data }) => z.object({ number: z.number() }).parse(data).number);
  assert.deepEqual(numbers.sort(), [0, 1]);
});

test('a study that was restored on another server goes on, whatever its transaction numbers were', async () => {
  const made = await create(database, { ...plan, name: 'moved' }, 1);
  await made.prepare();
  await made.ask(() => 1);
  const of = "study_id = (select id from couture.study where name = 'moved')";
  const read = async (what: string) => await database.query(`select ${what} from couture.trial where ${of}`);
  const [{ job }] = z.array(z.object({ job: z.string() })).parse(await read('job'));
  await made.claim(0, job);
  await made.report(0, 1, { step: 1, value: 0.5 });
  for (const table of ['trial', 'report'])
    await database.query(`update couture.${table} set changed = '900000000000'::xid8 where ${of}`);
  const store = await StudyStore.find(database, 'moved');
  assert.ok(store);
  await store.prepare();
  assert.equal((await store.look()).left.running, 1);
  assert.equal(await store.report(0, 1, { step: 1, value: 0.4 }), true);
  assert.equal(await store.finish(0, 1, { state: 'complete', value: 0.4 }), true);
  const [trial] = (await store.read()).trials;
  assert.deepEqual([trial.state, trial.value, trial.reports], ['complete', 0.4, [{ step: 1, value: 0.4 }]]);
});

test('a store of the first version keeps its studies', async () => {
  for (const table of ['trial', 'report'])
    await database.query(`alter table couture.${table} drop column changed`);
  await database.query('alter table couture.trial add column counts boolean not null default true');
  await database.query('update couture.version set version = 1');
  await migrate(database);
  const names = await StudyStore.names(database);
  assert.ok(names.includes('left'));
  const kept = await StudyStore.find(database, 'left');
  assert.equal((await kept?.read())?.trials.length, 2);
});

test('a study without a possible trial is not kept, so its name is free for other settings', async () => {
  const large = { ...plan, name: 'large', maxBytes: 10 };
  await assert.rejects(openStudy(database, { plan: large, known: false, trials: 5, parallel: 1 }), {
    kind: 'usage',
    message: /^No point of the search space was found that can be trained\. The weights have/,
  });
  const other = { plan: { ...large, maxBytes: 10_000 }, known: false, trials: 5, parallel: 2 };
  const store = await openStudy(database, other);
  assert.deepEqual((await store.look()).left, { waiting: 2, running: 0, unasked: 3 });
});

test('a study is never opened with another plan, and a known one is never created', async () => {
  const wanted = { plan: { ...plan, name: 'kept' }, known: false, trials: 2, parallel: 1 };
  await openStudy(database, wanted);
  const changed = { ...wanted, plan: { ...wanted.plan, seed: 2 } };
  for (const known of [false, true])
    await assert.rejects(openStudy(database, { ...changed, known }), {
      kind: 'usage',
      message: 'The study kept exists with other settings.',
    });
  const again = await openStudy(database, { ...wanted, known: true, trials: undefined });
  assert.deepEqual((await again.look()).left, { waiting: 1, running: 0, unasked: 1 });
  const missing = { ...wanted, plan: { ...plan, name: 'missing' }, known: true };
  await assert.rejects(openStudy(database, missing), {
    kind: 'usage',
    message: /There is no study "missing"/,
  });
  assert.equal(await StudyStore.find(database, 'missing'), undefined);
});

test('a folder has one owner, and a newer store is refused', async () => {
  await assert.rejects(openPglite(folder), { kind: 'runtime', message: /is in use by/ });
  await database.query('update couture.version set version = 99');
  await assert.rejects(migrate(database), {
    kind: 'usage',
    message: /have version 99, but this Couture knows only version 3/,
  });
  await database.query('update couture.version set version = 3');
  await migrate(database);
});

test('the password of a database is never told', async () => {
  const url = 'postgres://me:secret@127.0.0.1:9/studies';
  assert.equal(withoutPassword(url), 'postgres://127.0.0.1:9/studies');
  await assert.rejects(openPostgres(url), (error: Error) => {
    assert.match(error.message, /^Cannot open postgres:\/\/127\.0\.0\.1:9\/studies: /);
    assert.doesNotMatch(`${error.stack}`, /secret/);
    return true;
  });
  await assert.rejects(openPostgres('mysql://x'), { kind: 'usage' });
  // An error may quote the password as it is written in the URL, or decoded.
  const encoded = 'postgres://me:p%40ss@host/studies';
  assert.equal(redacted(`${encoded}: p%40ss p@ss`, encoded), 'postgres://host/studies: … …');
});
