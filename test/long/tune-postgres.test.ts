/** Studies in a real PostgreSQL server: other data is refused, an outage is waited for, and commands read and delete. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeWorkshop, type Workshop } from '../../scripts/soak/tune/workshop.ts';
import { openPostgres } from '../../src/platform/node/tune/postgres.ts';
import { StudyStore } from '../../src/platform/node/tune/study-store.ts';
import { migrate } from '../../src/platform/node/tune/tables.ts';
import { couture } from '../command.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../postgres.ts';

const programs = await postgresPrograms();
const skip = programs === undefined && 'PostgreSQL is not installed';
const root = await mkdtemp(join(tmpdir(), 'couture-tune-'));
let server: PostgresServer;
let here: Workshop;
/** Another folder and another cache, as another machine has them. */
let elsewhere: Workshop;
before(async () => {
  if (programs === undefined) return;
  server = await startPostgres(programs);
  here = await makeWorkshop(root, server.url);
  elsewhere = await makeWorkshop(root, server.url);
});
after(async () => {
  await server?.remove();
  await rm(root, { recursive: true, force: true });
});

test('several processes may be the first in a new database', { skip }, async () => {
  for (let round = 0; round < 2; round++) {
    const first = await openPostgres(server.url);
    await first.query('drop schema if exists couture cascade');
    const others = await Promise.all([openPostgres(server.url), openPostgres(server.url)]);
    const all = [first, ...others];
    try {
      await Promise.all(all.map(migrate));
      assert.deepEqual(await StudyStore.names(first), []);
    } finally {
      for (const each of all) await each.close();
    }
  }
});

const seconds = async (count: number) => await new Promise((resolve) => setTimeout(resolve, 1000 * count));
const worker = ['tune', 'worker', 'many', '--parallel', '1', '--threads', '1'];

test('a server that is away for seconds costs no trial, and the password is not told', { skip }, async () => {
  const owner = here.start(here.study('many', 12));
  // Not before a trial has ended, so that the server goes away in the middle of the study.
  while ((await resultsOf('many')) < 1) await seconds(0.2);
  const second = here.start(worker);
  while ((await resultsOf('many')) < 3) await seconds(0.2);
  await server.stop();
  await seconds(4);
  await server.start();
  const [first, other] = await Promise.all([owner.ended, second.ended]);
  assert.equal(first.code, 0, first.err);
  // On a busy machine the worker may start only while the server is away, and then it ends with a sentence.
  assert.equal(other.code, other.err.includes('Cannot open postgres:') ? 1 : 0, other.err);
  for (const { err } of [first, other]) assert.doesNotMatch(err, /couture@/);
  const { trials } = await here.show('many');
  assert.deepEqual(
    trials.map(({ number }) => number),
    Array.from({ length: 12 }, (_, number) => number),
  );
  assert.ok(
    trials.every(({ state }) => state === 'complete' || state === 'pruned'),
    JSON.stringify(trials),
  );
  // Each process trained one trial at a time.
  const database = await openPostgres(server.url);
  try {
    const overlapping = await database.query(
      `select a.number, b.number from couture.trial a, couture.trial b
      where a.number < b.number and a.worker = b.worker and a.attempt = 1 and b.attempt = 1
        and a.started_at < b.finished_at and b.started_at < a.finished_at`,
    );
    assert.deepEqual(overlapping, []);
  } finally {
    await database.close();
  }
});

test('a worker with other images, or none, stops before its first trial, and fails none', {
  skip,
}, async () => {
  await here.run(here.study('single', 1));
  const refused = async ({ start }: Workshop, message: RegExp): Promise<void> => {
    const { code, err } = await start(['tune', 'worker', 'single']).ended;
    assert.equal(code, 3, err);
    assert.match(err, message);
  };
  const database = await openPostgres(server.url);
  try {
    const store = await StudyStore.find(database, 'single');
    assert.ok(store);
    await store.setBudget(2);
    // That machine never saw the images.
    await refused(elsewhere, /The images of bars are no longer in the cache\./);
    // For this machine, the study is now one of other images.
    const { train } = store.plan.data.splits;
    assert.ok(train);
    await database.query('update couture.study set plan = replace(plan, $1, $2) where name = $3', [
      ...[
        train.imagesSha256,
        train.imagesSha256.replace(/^../, (head) => (head === '00' ? '11' : '00')),
        'single',
      ],
    ]);
    await refused(here, /The train split of bars is not the one that the study was trained with\./);
    assert.deepEqual((await store.look()).left, { waiting: 0, running: 0, unasked: 1 });
  } finally {
    await database.close();
  }
});

test('a study of the database is not continued without it, nor one of a folder in it', { skip }, async () => {
  const file = join(here.folder, 'runs/tune/single/study.json');
  const before = await readFile(file, 'utf8');
  const local = { cwd: here.folder, env: { COUTURE_CACHE: join(here.folder, 'cache'), DATABASE_URL: '' } };
  const lost = await couture(['tune', '--name', 'single', '--trials', '2'], local);
  assert.equal(lost.code, 2, lost.err);
  assert.match(lost.err, /The study single is in a PostgreSQL database\.\nSet DATABASE_URL/);
  assert.equal(await readFile(file, 'utf8'), before);
  const own = await couture(here.study('own', 1), local);
  assert.equal(own.code, 0, own.err);
  const elsewhere = await here.start(here.study('own', 1)).ended;
  assert.equal(elsewhere.code, 2, elsewhere.err);
  assert.match(elsewhere.err, /The study own is in runs\/tune\/own, not in the database of DATABASE_URL\./);
});

test('a study is shown, listed and deleted by its database, not while it is trained', { skip }, async () => {
  assert.match(await elsewhere.run(['tune', 'list']), /single +1 complete/);
  assert.equal((await elsewhere.show('single')).trials.length, 1);
  assert.match(await elsewhere.run(['tune', 'export', 'single']), /^number,state/);
  const missing = await elsewhere.start(['tune', 'show', 'singel']).ended;
  assert.match(missing.err, /There is no study "singel" in postgres:.*\n.*couture tune list/);

  const owner = here.start([...here.study('busy', 50), '--pruner', 'none']);
  while ((await resultsOf('busy')) < 1) await seconds(0.2);
  const early = await elsewhere.start(['tune', 'rm', 'busy']).ended;
  assert.equal(early.code, 1);
  assert.match(early.err, /A process works on the study busy\.\nStop its workers first, with Ctrl-C\./);
  owner.process.kill('SIGINT');
  assert.equal((await owner.ended).code, 130);
  await elsewhere.run(['tune', 'rm', 'busy', 'single']);
  // This machine was not told, and still has its trials; a new study of that name must not mix with them.
  const again = await here.start(here.study('busy', 1)).ended;
  assert.equal(again.code, 2, again.err);
  assert.match(again.err, /runs\/tune\/busy has trials of a study busy, which is not in the database/);
  const list = await elsewhere.run(['tune', 'list']);
  assert.match(list, /many/);
  assert.doesNotMatch(list, /busy|single/);
});

test('a process that works on a study holds it, also between trials and after a lost connection', {
  skip,
}, async () => {
  const [worker, other] = await Promise.all([openPostgres(server.url), openPostgres(server.url)]);
  try {
    const [held, seen] = [await StudyStore.find(worker, 'many'), await StudyStore.find(other, 'many')];
    assert.ok(held && seen);
    const release = await held.hold();
    assert.equal(await seen.remove(), false);
    await other.query("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
    // It notices within 5 s.
    await seconds(7);
    assert.equal(await seen.remove(), false);
    await release();
    assert.equal(await seen.remove(), true);
    assert.equal(await StudyStore.find(other, 'many'), undefined);
  } finally {
    await worker.close();
    await other.close();
  }
});

/** How many trials of a study have ended. */
async function resultsOf(name: string): Promise<number> {
  const database = await openPostgres(server.url);
  try {
    await migrate(database);
    const trials = (await (await StudyStore.find(database, name))?.read())?.trials ?? [];
    return trials.filter(({ state }) => state === 'complete' || state === 'pruned').length;
  } finally {
    await database.close();
  }
}
