/** `couture tune` as a person uses it, on one machine: interrupted, killed, continued, shown and removed. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { writeBars } from '../bars-data.ts';
import { couture, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-tune-'));
const data = join(cwd, 'data');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
after(() => rm(cwd, { recursive: true, force: true }));

const space = join(cwd, 'space.json');
before(async () => {
  await writeBars(data);
  await fillCache(data, env);
  await writeFile(
    space,
    JSON.stringify({
      learningRate: { type: 'float', low: 1e-4, high: 0.1, log: true },
      'hidden[0]': { type: 'int', low: 4, high: 64, log: true },
      optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
      momentum: { type: 'float', low: 0.5, high: 0.95, when: { optimizer: ['sgd'] } },
    }),
  );
});

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
const base = ['tune', '--data', 'mnist', '--epochs', '4', '--threads', '1', '--seed', '7', '--space', space];
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

test('two commands cannot own a study, and constraints fail trials', async () => {
  const flags = ['--trials', '6', '--parallel', '2', '--max-bytes', '60000', '--name', 'small'];
  const first = couture([...base, ...flags], { cwd, env });
  await new Promise((resolve) => setTimeout(resolve, 6000));
  const second = couture([...base, ...flags], { cwd, env });
  const [one, other] = [await first, await second];
  assert.equal(one.code, 0, one.err);
  // The second came while the first ran, or continued what was done.
  if (other.code !== 0) assert.match(other.err, /runs\/tune\/small is in use by process|keeps its settings/);
  const { trials } = await show('small');
  assert.equal(trials.filter(({ state }) => state !== 'failed').length, 6);
  for (const { state, error } of trials)
    if (state === 'failed')
      assert.match(error ?? '', /The weights have \d+ bytes, more than --max-bytes 60000\./);
});
