/**
 * The suite, in order: format and lint, types, unit, contract, golden, docs and end to end; and the long tests, which
 * train for minutes, run every command of the documentation, pack the packages, or install other runtimes.
 *
 *     npm test                          everything but the long tests
 *     npm run test:long                 the long tests
 *     npm test -- unit golden           some of it: lint, types, unit, contract, golden, docs, e2e, long
 *     npm test -- src/data/idx.test.ts  some files
 *
 * The exit code is 1 when anything failed or nothing ran. The last line is the tally.
 */

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collect, formatResult, formatTally, type Result, sum } from '../test/reporter.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A tool that passes or fails as a whole and counts as one check. */
interface Check {
  readonly title: string;
  readonly command: readonly string[];
}

/** Files of tests, each run in a process of its own. */
interface Group {
  /** In order: what takes longest comes first, so that nothing waits for it alone. */
  readonly globs: readonly string[];
  /** Files at a time. */
  readonly parallel: number;
  /** Minutes after which a file is stopped and has failed. */
  readonly minutes: number;
}

const checks: Readonly<Record<string, Check>> = {
  lint: {
    title: 'format and lint (biome check)',
    command: [join(root, 'node_modules/.bin/biome'), 'check', '--error-on-warnings', '.'],
  },
  types: { title: 'types (tsc)', command: [join(root, 'node_modules/.bin/tsc'), '--noEmit'] },
};

const cores = Math.max(1, Math.min(4, availableParallelism()));

const groups: Readonly<Record<string, Group>> = {
  unit: {
    globs: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/*.test.ts'],
    parallel: cores,
    minutes: 3,
  },
  contract: { globs: ['test/contract/**/*.test.ts'], parallel: cores, minutes: 5 },
  golden: { globs: ['test/golden/**/*.test.ts'], parallel: cores, minutes: 5 },
  docs: { globs: ['test/docs/**/*.test.ts'], parallel: cores, minutes: 3 },
  e2e: { globs: ['test/e2e/**/*.test.ts'], parallel: cores, minutes: 10 },
  long: {
    globs: ['test/long/{fast,docs,showcase,runtimes,pack}.test.ts', 'test/long/**/*.test.ts'],
    parallel: cores,
    minutes: 12,
  },
};

/** What runs only where it is asked for. */
const onRequest = 'long';

// A file at a time for each core: more threads than that would wait for each other. Bits do not depend on it.
const { COUTURE_THREADS = '1' } = process.env;
// The CPU, whatever GPU there is: most tests compare bits.
const { COUTURE_BACKEND = 'cpu' } = process.env;
Object.assign(process.env, { COUTURE_THREADS, COUTURE_BACKEND });

const results: Result[] = [];
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

function report(result: Result): void {
  results.push(result);
  console.log(formatResult(result));
}

async function runCheck({ title, command }: Check): Promise<void> {
  const started = performance.now();
  const { ok, output } = await new Promise<{ ok: boolean; output: string }>((settle) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', (error) => settle({ ok: false, output: error.message }));
    child.on('close', (code) => settle({ ok: code === 0, output }));
  });
  const seconds = (performance.now() - started) / 1000;
  const failures = ok ? [] : [{ title: command.slice(1).join(' '), detail: output.trimEnd() }];
  report({ title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, seconds, failures, output: '' });
}

async function runFile(file: string, minutes: number): Promise<void> {
  const path = join(root, file);
  // The runner's own timeout ends a test but not a process that a test keeps alive: the signal does.
  const timeout = AbortSignal.timeout(minutes * 60_000);
  const events = run({ files: [path], cwd: root, signal: AbortSignal.any([timeout, stop.signal]) });
  const result = await collect(file, path, events);
  if (timeout.aborted) {
    const failures = [...result.failures, { title: file, detail: `It took longer than ${minutes} minutes.` }];
    report({ ...result, failures, failed: failures.length });
  } else report(result);
}

/** Runs files, `parallel` of them at a time. */
async function runFiles(files: readonly string[], { parallel, minutes }: Group): Promise<void> {
  const queue = files.slice();
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined && !stop.signal.aborted; file = queue.shift())
      await runFile(file, minutes);
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}

function find({ globs }: Group): string[] {
  return [...new Set(globs.flatMap((glob) => globSync(glob, { cwd: root }).sort()))];
}

/** A file given by name runs as its group does. */
function groupOf(file: string): Group | undefined {
  return Object.values(groups).find((group) => find(group).includes(file));
}

/**
 * Fashion-MNIST into the cache, where the tests on real data find it. Only `data get` refreshes apt's lists, which a bare machine
 * lacks. If it is not available, the tests that need it report this.
 */
async function getData(): Promise<void> {
  const command = [join(root, 'packages/couture/bin/couture.js'), 'data', 'get', 'fashion-mnist'];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((settle) => child.once('close', settle).once('error', settle));
}

function usage(message: string): never {
  console.error(message);
  console.error(
    `Choose from ${[...Object.keys(checks), ...Object.keys(groups)].join(', ')}, or name test files.`,
  );
  console.log(formatTally({ passed: 0, failed: 1, skipped: 0 }));
  process.exit(2);
}

const wanted = process.argv.slice(2);
const all = wanted.length === 0;
const files = wanted
  .filter((word) => !Object.hasOwn(checks, word) && !Object.hasOwn(groups, word))
  .map((word) => relative(root, resolve(word)));
const stray = files.find((file) => groupOf(file) === undefined);
if (stray !== undefined) usage(`There is no test file or group ${stray}.`);

for (const [name, check] of Object.entries(checks)) {
  if ((all || wanted.includes(name)) && !stop.signal.aborted) await runCheck(check);
}
const isWhole = (name: string): boolean => (all && name !== onRequest) || wanted.includes(name);
if (Object.keys(groups).some(isWhole) && !stop.signal.aborted) await getData();
for (const [name, group] of Object.entries(groups)) {
  const own = isWhole(name) ? find(group) : find(group).filter((file) => files.includes(file));
  if (!stop.signal.aborted) await runFiles(own, group);
}

const tally = sum(results);
const broken = results.filter((result) => result.failed > 0);
if (broken.length > 0) console.log(`\nFailed: ${broken.map(({ title }) => title).join(', ')}`);
if (stop.signal.aborted) console.log('\nStopped.');
else if (results.length === 0) console.log('There is nothing to run.');
console.log(`\n${formatTally(tally)}`);
process.exit(stop.signal.aborted ? 130 : tally.failed > 0 || tally.passed === 0 ? 1 : 0);
