/** `couture tune` as a person uses it, on one machine: interrupted, killed, continued, shown and removed. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { makeWorkshop } from '../../scripts/soak/tune/workshop.ts';
import { couture, parseDocument } from '../command.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-tune-'));
after(() => rm(root, { recursive: true, force: true }));
const workshop = await makeWorkshop(root);
const cwd = workshop.folder;
const env = { COUTURE_CACHE: join(cwd, 'cache'), DATABASE_URL: '' };

const study = {
  trials: z.array(
    z.object({
      number: z.number(),
      state: z.string(),
      attempt: z.number(),
      value: z.number().nullable(),
      values: z.record(z.string(), z.unknown()),
      error: z.string().nullable(),
      reports: z.array(z.object({ step: z.number(), value: z.number() })),
    }),
  ),
};
const base = [
  'tune',
  '--data',
  'bars',
  '--epochs',
  '4',
  '--threads',
  '1',
  '--seed',
  '7',
  '--space',
  'space.json',
];
const show = async (name: string) =>
  parseDocument(await couture(['tune', 'show', name, '--json'], { cwd, env }), study);

test('a study that is interrupted and killed ends as one that was not', async (t) => {
  const whole = await couture([...base, '--trials', '14', '--parallel', '1', '--name', 'whole'], {
    cwd,
    env,
  });
  assert.equal(whole.code, 0, whole.err);
  const name = ['--parallel', '1', '--name', 'broken'];
  const first = await couture([...base, '--trials', '14', ...name], { cwd, env, interruptAt: /^trial 2: /m });
  assert.equal(first.code, 130, first.err);
  assert.match(first.err, /The study broken was interrupted\.\nGo on with: couture tune --name broken/);
  const killed = await couture(['tune', ...name], { cwd, env, killAt: /^trial 7: /m });
  assert.equal(killed.code, null);
  const last = await couture(['tune', ...name], { cwd, env });
  assert.equal(last.code, 0, last.err);

  const [expected, found] = [await show('whole'), await show('broken')];
  assert.equal(found.trials.length, 14);
  const outcome = (trials: (typeof found)['trials']) =>
    trials.map(({ number, state, value, values, reports }) => ({ number, state, value, values, reports }));
  // The same parameters, the same bits, the same decisions.
  assert.deepEqual(outcome(found.trials), outcome(expected.trials));
  assert.ok(found.trials.every(({ state }) => state === 'complete' || state === 'pruned'));
  assert.ok(found.trials.some(({ state }) => state === 'pruned'));

  await t.test('no trial has test figures, and the database is private', async () => {
    const trials = await readdir(join(cwd, 'runs/tune/broken/trials'));
    assert.equal(trials.length, 14);
    for (const trial of trials) {
      const files = await readdir(join(cwd, 'runs/tune/broken/trials', trial));
      assert.ok(files.includes('config.json') && !files.includes('metrics.json'), files.join());
    }
    for (const folder of ['.', 'db'])
      assert.equal((await stat(join(cwd, 'runs/tune/broken', folder))).mode & 0o777, 0o700);
  });

  await t.test('it is shown, exported, and its winner trained over three seeds', async () => {
    const csv = await couture(['tune', 'export', 'broken'], { cwd, env });
    assert.equal(csv.out.trimEnd().split('\n').length, 15);
    const values = found.trials.flatMap(({ value }) => (value === null ? [] : [value]));
    const best = parseDocument(await couture(['tune', 'best', 'broken', '--json'], { cwd, env }), {
      value: z.number(),
    });
    assert.equal(best.value, Math.min(...values));
    const trained = await couture(['train', '--from-study', 'broken', '--json'], { cwd, env });
    const { runs } = parseDocument(trained, {
      runs: z.array(z.object({ seed: z.number(), testAccuracy: z.number() })),
    });
    assert.deepEqual(
      runs.map(({ seed }) => seed),
      [7, 8, 9],
    );
    const listed = await couture(['tune', 'list'], { cwd, env });
    assert.match(listed.out, /broken +\d+ complete/);
  });

  await t.test('more trials continue it, and its settings stay', async () => {
    const changed = await couture(['tune', '--name', 'broken', '--sampler', 'random', '--epochs', '2'], {
      cwd,
      env,
    });
    assert.equal(changed.code, 2);
    assert.match(changed.err, /keeps its settings; leave out --sampler, --epochs/);
    const more = await couture(['tune', ...name, '--trials', '16'], { cwd, env });
    assert.equal(more.code, 0, more.err);
    assert.equal((await show('broken')).trials.length, 16);
    const gone = await couture(['tune', 'rm', 'broken'], { cwd, env });
    assert.equal(gone.code, 0, gone.err);
    assert.deepEqual(await readdir(join(cwd, 'runs/tune')), ['whole']);
  });
});

test('two commands cannot own a study', async () => {
  const flags = ['--trials', '1000', '--parallel', '1', '--name', 'owned'];
  const first = workshop.start([...base, ...flags]);
  const end = { ended: false };
  void first.ended.then(() => Object.assign(end, { ended: true }));
  const lock = join(cwd, 'runs/tune/owned/lock');
  while (!end.ended && !existsSync(lock)) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const args of [
    [...base, ...flags],
    ['tune', 'rm', 'owned'],
  ]) {
    const second = await couture(args, { cwd, env });
    assert.equal(second.code, 1, second.err);
    assert.match(second.err, /runs\/tune\/owned is in use by process \d+\./);
  }
  first.process.kill('SIGINT');
  const { code, err } = await first.ended;
  assert.equal(code, 130, err);
});

test('a start without a possible trial leaves nothing, so the same name may have a larger --max-bytes', async () => {
  const flags = [...base, '--trials', '2', '--name', 'room'];
  const refused = await couture([...flags, '--max-bytes', '10'], { cwd, env });
  assert.equal(refused.code, 2, refused.err);
  assert.match(refused.err, /No point of the search space was found that can be trained\. The weights have/);
  assert.equal(existsSync(join(cwd, 'runs/tune/room')), false);
  const started = await couture([...flags, '--max-bytes', '60000'], { cwd, env });
  assert.equal(started.code, 0, started.err);
  assert.equal((await show('room')).trials.length, 2);
});

test('constraints: a network that is too large, and a training that is too long, with the median pruner', async () => {
  const sizes = await couture(
    [...base, '--trials', '6', '--parallel', '2', '--max-bytes', '60000', '--name', 'small'],
    { cwd, env },
  );
  assert.equal(sizes.code, 0, sizes.err);
  const { trials } = await show('small');
  // Half of the space is too large, and is not asked for.
  assert.equal(trials.length, 6);
  for (const { values } of trials) assert.ok(Number(values['hidden[0]']) < 19);

  const slow = ['--trials', '3', '--epochs', '400', '--max-seconds', '0.5', '--pruner', 'median'];
  const times = await couture([...base, ...slow, '--parallel', '1', '--name', 'slow'], { cwd, env });
  assert.equal(times.code, 0, times.err);
  for (const { state, error, reports } of (await show('slow')).trials) {
    assert.deepEqual([state, error], ['failed', 'Training took longer than --max-seconds 0.5.']);
    assert.ok(reports.length < 400);
  }
  const none = await couture(['tune', 'best', 'slow'], { cwd, env });
  assert.equal(none.code, 2);
  assert.match(none.err, /No trial of the study slow is complete\./);
});

test('the median pruner stops trials that are worse than half of the others', async () => {
  const flags = ['--trials', '16', '--parallel', '1', '--pruner', 'median', '--name', 'median'];
  const { code, err } = await couture([...base, ...flags], { cwd, env });
  assert.equal(code, 0, err);
  const { trials } = await show('median');
  const complete = trials.filter(({ state }) => state === 'complete');
  const pruned = trials.filter(({ state }) => state === 'pruned');
  assert.equal(complete.length + pruned.length, 16);
  // It waits for five complete trials, and then at least one of eleven random ones is bad.
  assert.ok(trials.slice(0, 5).every(({ state }) => state === 'complete'));
  assert.ok(pruned.length > 0);
  const best = Math.min(...complete.map(({ value }) => value ?? Number.NaN));
  for (const { reports } of pruned) assert.ok(reports.every(({ value }) => value > best));
});
