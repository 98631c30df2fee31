/** Studies in a real PostgreSQL server: workers that come, are killed, and a server that restarts. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { writeBars } from '../bars-data.ts';
import { couture, fillCache, parseDocument } from '../command.ts';
import { postgresPrograms, startPostgres } from '../postgres.ts';

const programs = await postgresPrograms();
const TRIALS = 24;

test('every trial has one result', {
  skip: programs === undefined && 'PostgreSQL is not installed',
}, async () => {
  if (programs === undefined) return;
  const server = await startPostgres(programs);
  const cwd = await mkdtemp(join(tmpdir(), 'couture-tune-'));
  after(async () => {
    await server.stop();
    await rm(cwd, { recursive: true, force: true });
  });
  const data = join(cwd, 'data');
  await writeBars(data);
  const env = { XDG_CACHE_HOME: join(cwd, 'cache'), DATABASE_URL: server.url };
  await fillCache(data, env);
  const space = join(cwd, 'space.json');
  await writeFile(space, '{"learningRate": {"type": "float", "low": 1e-4, "high": 0.1, "log": true}}');
  const fixed = ['--data', 'mnist', '--hidden', '16', '--dropout', 'none', '--epochs', '3', '--seed', '3'];
  const owner = couture(
    ['tune', ...fixed, '--space', space, '--parallel', '1', '--trials', String(TRIALS), '--name', 'many'],
    { cwd, env },
  );
  // The study exists soon after the first process has opened the database.
  await new Promise((resolve) => setTimeout(resolve, 8000));
  const worker = ['tune', 'worker', 'many', '--parallel', '1'];
  const killed = await couture(worker, { cwd, env, killAt: /^trial \d+: /m });
  assert.equal(killed.code, null, killed.err);
  const second = couture(worker, { cwd, env });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await server.restart();
  const ends = await Promise.all([owner, second]);
  for (const { code, err } of ends) {
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, /couture@/);
  }
  const { trials } = parseDocument(await couture(['tune', 'show', 'many', '--json'], { cwd, env }), {
    trials: z.array(z.object({ number: z.number(), state: z.string(), attempt: z.number() })),
  });
  assert.deepEqual(
    trials.map(({ number }) => number),
    Array.from({ length: TRIALS }, (_, number) => number),
  );
  assert.ok(
    trials.every(({ state }) => state === 'complete' || state === 'pruned'),
    JSON.stringify(trials),
  );
  // The trial of the killed worker was given to another one.
  assert.ok(trials.some(({ attempt }) => attempt > 1));
});
