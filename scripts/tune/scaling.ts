/**
 * Measures how studies use a machine: the same trials by several workers, and with one thread or two each.
 *
 *     node scripts/tune/scaling.ts --store postgres --workers 1,2,4
 *     node scripts/tune/scaling.ts --store pglite --workers 1,2 --threads 2,1 --recipe deeper
 *
 * Prints a row of a Markdown table for each number of workers: processes on PostgreSQL, and trials at once in the one
 * process of PGlite. Needs a quiet machine, Fashion-MNIST in the cache, and PostgreSQL's server programs for `postgres`.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Database } from '../../src/platform/node/tune/database.ts';
import { openPglite } from '../../src/platform/node/tune/pglite.ts';
import { openPostgres } from '../../src/platform/node/tune/postgres.ts';
import { postgresPrograms, startPostgres } from '../../test/postgres.ts';

const command = fileURLToPath(new URL('../../packages/couture/bin/couture.js', import.meta.url));
const NAME = 'scaling';

const { values: flags } = parseArgs({
  options: {
    store: { type: 'string', default: 'pglite' },
    workers: { type: 'string', default: '1,2,4' },
    threads: { type: 'string', default: '1' },
    recipe: { type: 'string', default: 'baseline' },
    epochs: { type: 'string', default: '3' },
    trials: { type: 'string', default: '16,40,64' },
  },
});

interface Measured {
  /** Seconds between two results. */
  readonly span: number;
  /** Mean training time of a trial by its epochs. */
  readonly training: number;
}

const resultRow = z.object({ at: z.number(), seconds: z.number(), worker: z.string() });

interface Setup {
  readonly store: string;
  readonly workers: number;
  readonly threads: number;
  readonly trials: number;
}

async function measure({ store, workers, threads, trials }: Setup): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'couture-scaling-'));
  const programs = await postgresPrograms();
  const server = store === 'postgres' && programs ? await startPostgres(programs) : undefined;
  if (store === 'postgres' && server === undefined) throw new Error('PostgreSQL is not installed.');
  try {
    // All trials take the same time: only the learning rate differs, and none is pruned.
    const space = { learningRate: { type: 'float', low: 0.001, high: 0.003, log: true } };
    await writeFile(join(folder, 'space.json'), JSON.stringify(space));
    const machine = (atOnce: number) => ['--parallel', String(atOnce), '--threads', String(threads)];
    const study = ['tune', '--name', NAME, '--recipe', flags.recipe, '--epochs', flags.epochs];
    const search = ['--space', 'space.json', '--sampler', 'random', '--pruner', 'none'];
    const owner = [...study, ...search, '--trials', String(trials)];
    const url = server?.url ?? '';
    if (server === undefined) await run(folder, url, [...owner, ...machine(workers)]);
    else {
      const first = run(folder, url, [...owner, ...machine(1)]);
      const others = Array.from({ length: workers - 1 }, () => joined(folder, url, machine(1)));
      await Promise.all([first, ...others]);
    }
    const database = server ? await openPostgres(url) : await openPglite(join(folder, 'runs/tune', NAME));
    try {
      return await read(database, workers);
    } finally {
      await database.close();
    }
  } finally {
    await server?.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A worker joins as soon as the study is there. */
async function joined(folder: string, url: string, machine: readonly string[]): Promise<void> {
  for (;;) {
    try {
      await run(folder, url, ['tune', 'worker', NAME, ...machine]);
      return;
    } catch (error) {
      if (!String(error).includes('There is no study')) throw error;
    }
  }
}

async function run(cwd: string, url: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: { ...process.env, DATABASE_URL: url, COUTURE_BACKEND: 'cpu' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (text) => {
    err += String(text);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`couture ${args.join(' ')} ended with ${code}: ${err}`);
}

/**
 * The mean time between two results, from when every worker has had one: a worker that starts loads code, images and
 * engine once, which is no part of what a trial costs.
 */
async function read(database: Database, workers: number): Promise<Measured> {
  const rows = await database.query(
    `select extract(epoch from finished_at)::float8 as at, seconds, worker from couture.trial order by finished_at`,
  );
  const trials = rows.map((row) => resultRow.parse(row));
  const joined = new Set<string>();
  // The workers of PGlite are one process.
  const all = new Set(trials.map(({ worker }) => worker)).size;
  const from = trials.findIndex(({ worker }, i) => joined.add(worker).size === all && i + 1 >= workers);
  const counted = trials.slice(from + 1);
  const [begin, end] = [trials[from]?.at, trials.at(-1)?.at];
  if (begin === undefined || end === undefined || counted.length < workers)
    throw new Error(`Only ${counted.length} trials ended after every worker had joined: use more --trials.`);
  const training = counted.reduce((sum, { seconds }) => sum + seconds, 0) / counted.length;
  return { span: (end - begin) / counted.length, training };
}

const counts = (text: string): number[] => text.split(',').map(Number);
const cores = availableParallelism();
console.log(
  `${flags.recipe}, ${flags.epochs} epochs; Node ${process.version}, ` +
    `${cpus()[0]?.model.trim()}, ${cores} cores; ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| store | workers | threads | seconds between results | of linear | a trial | not training |');
console.log('| ----- | ------: | ------: | ----------------------: | --------: | ------: | -----------: |');
let one: number | undefined;
for (const [place, workers] of counts(flags.workers).entries()) {
  const [threads, trials] = [flags.threads, flags.trials].map(
    (text) => counts(text)[place] ?? counts(text)[0],
  );
  const { span, training } = await measure({ store: flags.store, workers, threads, trials });
  one ??= span * workers;
  const linear = one / (span * Math.min(workers, cores));
  const cells = [flags.store, workers, threads, span.toFixed(2), linear.toFixed(2)];
  const trial = span * workers;
  console.log(`| ${[...cells, `${trial.toFixed(2)} s`, `${(trial - training).toFixed(2)} s`].join(' | ')} |`);
}
