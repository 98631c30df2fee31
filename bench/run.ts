/**
 * `npm run bench`: Couture beside its peers, in one run. Every contender is a child process that idles until it
 * is asked; they take turns, several rounds, so that a busy moment of the machine meets them all alike.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contender, type Start } from './contender.ts';
import { writeImages } from './data.ts';
import type { Findings } from './findings.ts';
import { describeMachine } from './machine.ts';
import { measure, type Result, type Trial } from './measure.ts';
import { BATCH_SIZE, ladderShapes, type Model, modelA, modelB, peakShape, TRAIN_IMAGES } from './models.ts';
import { type Options, readOptions, usage } from './options.ts';
import { measurePages } from './page/measure.ts';
import { report } from './report.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const cores = availableParallelism();
/** Epochs of training after which Couture is measured in pages. */
const TRAINED_EPOCHS = 10;
const threadCounts = cores > 1 ? [1, cores] : [1];

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
}

/** Peers weigh nothing on a user's install: they are fetched when the bench is first run. */
function installPeers(): string | undefined {
  if (existsSync(`${here}node_modules/@jax-js/jax`) && existsSync(`${here}node_modules/@tensorflow/tfjs`))
    return undefined;
  say('Installing the peers into bench/node_modules; the first time takes a minute.');
  const { npm_execpath: npm } = process.env;
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const options = { cwd: here, stdio: ['ignore', 2, 2] as ['ignore', 2, 2] };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  return result.status === 0 ? undefined : 'npm could not install bench/package.json';
}

/** The first Python that has a module. */
function findPython(module: string, { python }: Options): string | undefined {
  return python.find((command) => spawnSync(command, ['-c', `import ${module}`]).status === 0);
}

function plural(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

function node(family: string, setting: string, file: string, ...args: (string | number)[]): Start {
  return {
    family,
    setting,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', `${here}peers/${file}`, ...args.map(String)],
  };
}

function openblas(python: string, threads: number, coretype?: string): Start {
  return {
    family: coretype ? 'OpenBLAS, AVX2 only' : 'OpenBLAS',
    setting: plural(threads),
    command: python,
    args: [`${here}peers/openblas.py`],
    env: {
      OPENBLAS_NUM_THREADS: String(threads),
      OMP_NUM_THREADS: String(threads),
      ...(coretype ? { OPENBLAS_CORETYPE: coretype } : {}),
    },
  };
}

/** PyTorch's own threads and those of its BLAS are set apart: every pairing is a setting. */
function pytorchStarts(python: string): Start[] {
  return threadCounts.flatMap((own) =>
    threadCounts.map((blas) => ({
      family: 'PyTorch',
      setting: own === blas ? plural(own) : `${plural(own)}, BLAS ${blas}`,
      command: python,
      args: [`${here}peers/pytorch.py`, String(own)],
      env: { OMP_NUM_THREADS: String(own), OPENBLAS_NUM_THREADS: String(blas) },
    })),
  );
}

class Bench {
  readonly options: Options;
  readonly missing: { who: string; reason: string }[] = [];
  readonly versions = new Map<string, string>();
  readonly #running: Contender[] = [];

  constructor(options: Options) {
    this.options = options;
  }

  /** Starts a contender; one that does not run is named as missing. */
  async start(start: Start): Promise<Contender | undefined> {
    progress(`starting ${start.family}, ${start.setting}`);
    const contender = new Contender(start);
    this.#running.push(contender);
    const { info, error } = await contender.ask({ ask: 'info' });
    if (info === undefined) {
      this.missing.push({ who: contender.name, reason: error ?? 'no answer' });
      say(`missing: ${contender.name}: ${error}`);
      return undefined;
    }
    if (!this.versions.has(start.family)) this.versions.set(start.family, info);
    return contender;
  }

  async startAll(starts: readonly Start[]): Promise<Contender[]> {
    const contenders: Contender[] = [];
    for (const start of starts) {
      const contender = await this.start(start);
      if (contender) contenders.push(contender);
    }
    return contenders;
  }

  async measure(trials: readonly Trial[], title: string): Promise<Result[]> {
    say(`${title}: ${trials.length} measurements, ${this.options.repeats} rounds`);
    const results = await measure(trials, this.options.repeats, progress);
    for (const { family, setting, label, error } of results) {
      if (error !== undefined) this.missing.push({ who: `${family}, ${setting}, ${label}`, reason: error });
    }
    return results;
  }

  stopAll(): void {
    for (const contender of this.#running.splice(0)) contender.stop();
  }
}

async function ladder(bench: Bench, python: string | undefined): Promise<Result[]> {
  const plain = await bench.start(node('Kernels', 'plain', 'kernels.ts', 'plain'));
  const paired = await bench.start(node('Kernels', 'paired', 'kernels.ts', 'paired'));
  const libraries = python
    ? await bench.startAll([
        ...threadCounts.map((threads) => openblas(python, threads)),
        ...(process.arch === 'x64'
          ? threadCounts.map((threads) => openblas(python, threads, 'Haswell'))
          : []),
      ])
    : [];
  const ask = { ask: 'matmul', budget: bench.options.budget / 10 } as const;
  const trials: Trial[] = [];
  for (const { label, ...shape } of ladderShapes) {
    for (const kernel of ['reference', 'scalar', 'vector', 'narrow', 'wide']) {
      const name = `${label} ${kernel}`;
      if (plain)
        trials.push({ contender: plain, label: name, scale: 1, question: { ...ask, ...shape, kernel } });
    }
    if (paired)
      trials.push({
        contender: paired,
        label: `${label} wide`,
        scale: 1,
        question: { ...ask, ...shape, kernel: 'wide' },
      });
    for (const contender of libraries)
      trials.push({ contender, label, scale: 1, question: { ...ask, ...shape, kernel: 'sgemm' } });
  }
  const { label, ...shape } = peakShape;
  for (const contender of libraries)
    trials.push({ contender, label, scale: 1, question: { ...ask, ...shape, kernel: 'sgemm' } });
  return await bench.measure(trials, 'Kernel ladder');
}

function coutureStarts(): Start[] {
  return [
    ...threadCounts.map((threads) => node('Couture', plural(threads), 'couture.ts', threads, 'wide')),
    ...threadCounts.map((threads) =>
      node('Couture, 128-bit', plural(threads), 'couture.ts', threads, 'narrow'),
    ),
    ...threadCounts.map((threads) => node('Couture, --fast', plural(threads), 'couture.ts', threads, 'fast')),
  ];
}

/** Steps of one measurement of a contender: fewer for a slow one, so that all take about as long. */
async function stepsFor(contender: Contender, model: Model, { steps, budget }: Options): Promise<number> {
  progress(`warming up ${contender.name}, model ${model.name}`);
  const ask = { ask: 'train', model, batchSize: BATCH_SIZE } as const;
  await contender.ask({ ...ask, steps: 5 });
  const { seconds } = await contender.ask({ ...ask, steps: 20 });
  if (seconds === undefined) return 1;
  // A fast one needs more to be warm: V8 takes its time to optimize the kernels.
  if (seconds < budget / 5) await contender.ask({ ...ask, steps: Math.min(steps, 150) });
  return Math.max(10, Math.min(steps, Math.round((budget * 20) / seconds)));
}

async function epochs(bench: Bench, contenders: readonly Contender[]): Promise<Result[]> {
  const trials: Trial[] = [];
  for (const model of [modelA, modelB]) {
    for (const contender of contenders) {
      const steps = await stepsFor(contender, model, bench.options);
      trials.push({
        contender,
        label: `epoch ${model.name}`,
        scale: TRAIN_IMAGES / BATCH_SIZE / steps,
        question: { ask: 'train', model, batchSize: BATCH_SIZE, steps },
      });
    }
  }
  return await bench.measure(trials, 'Training epochs');
}

async function uses(bench: Bench, contenders: readonly Contender[]): Promise<Result[]> {
  const trials: Trial[] = [];
  for (const contender of contenders) {
    progress(`warming up ${contender.name}`);
    const evaluate = { ask: 'evaluate', model: modelB } as const;
    const predict = { ask: 'predict', model: modelB, count: 500 } as const;
    await contender.ask(evaluate);
    await contender.ask(predict);
    trials.push({ contender, label: 'evaluate', scale: 1, question: evaluate });
    trials.push({ contender, label: 'predict', scale: 1, question: predict });
  }
  return await bench.measure(trials, 'Evaluation and prediction');
}

/** How many images a measurement of growth trains on. */
const GROWTH_IMAGES = 6400;

async function growth(bench: Bench): Promise<Result[]> {
  const all = await bench.startAll(
    Array.from({ length: cores }, (_, i) => node('Couture', plural(i + 1), 'couture.ts', i + 1, 'wide')),
  );
  const most = all.at(-1);
  const trials: Trial[] = [];
  const add = async (contender: Contender, label: string, model: Model, batchSize: number) => {
    const steps = Math.max(5, Math.floor(GROWTH_IMAGES / batchSize));
    const question = { ask: 'train', model, batchSize, steps } as const;
    progress(`warming up ${label}`);
    await contender.ask(question);
    trials.push({ contender, label, scale: TRAIN_IMAGES / batchSize / steps, question });
  };
  if (most) {
    for (const width of [32, 64, 128, 256, 512, 1024])
      await add(
        most,
        `width ${width}`,
        { ...modelB, name: 'growth', hidden: [width, width], dropout: [] },
        BATCH_SIZE,
      );
    for (const depth of [1, 2, 3, 4, 6, 8]) {
      const hidden = Array.from({ length: depth }, () => 256);
      await add(most, `depth ${depth}`, { ...modelB, name: 'growth', hidden, dropout: [] }, BATCH_SIZE);
    }
    for (const batchSize of [8, 16, 32, 64, 128, 256, 512])
      await add(most, `batch ${batchSize}`, modelB, batchSize);
  }
  for (const [i, contender] of all.entries()) await add(contender, `threads ${i + 1}`, modelB, BATCH_SIZE);
  return await bench.measure(trials, 'Growth');
}

async function run(options: Options): Promise<Findings> {
  const bench = new Bench(options);
  // Halted children would outlive the bench.
  const folder = mkdtempSync(join(tmpdir(), 'couture-bench-'));
  process.on('exit', () => {
    bench.stopAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const began = performance.now();
  const results: Partial<Record<'ladder' | 'epochs' | 'uses' | 'growth' | 'page', Result[]>> = {};
  try {
    const notInstalled = installPeers();
    await writeImages(folder);
    const wants = (part: Options['only'][number]) => options.only.includes(part);
    if (wants('ladder')) {
      // PyTorch's own Python where there is one: the same BLAS for both.
      const python = findPython('torch, numpy', options) ?? findPython('numpy', options);
      if (!python) bench.missing.push({ who: 'OpenBLAS', reason: 'no Python with numpy was found' });
      results.ladder = await ladder(bench, python);
      bench.stopAll();
    }
    if (wants('train') || wants('use')) {
      const python = findPython('torch', options);
      if (!python) bench.missing.push({ who: 'PyTorch', reason: 'no Python with torch was found' });
      if (notInstalled) bench.missing.push({ who: 'jax-js and TensorFlow.js', reason: notInstalled });
      const contenders = await bench.startAll([
        ...coutureStarts(),
        ...(python ? pytorchStarts(python) : []),
        ...(notInstalled
          ? []
          : [
              ...threadCounts.map((threads) => node('jax-js', plural(threads), 'jax.ts', threads)),
              ...threadCounts.map((threads) =>
                node('TensorFlow.js wasm', plural(threads), 'tfjs.ts', threads),
              ),
            ]),
      ]);
      if (wants('train')) results.epochs = await epochs(bench, contenders);
      if (wants('use')) results.uses = await uses(bench, contenders);
      bench.stopAll();
    }
    if (wants('growth')) results.growth = await growth(bench);
    if (wants('page')) results.page = await measurePages(bench, TRAINED_EPOCHS);
  } finally {
    bench.stopAll();
  }
  return {
    ...results,
    missing: bench.missing,
    versions: bench.versions,
    machine: describeMachine(),
    cores,
    options,
    seconds: (performance.now() - began) / 1000,
  };
}

async function main(): Promise<void> {
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
    return;
  }
  if (!options) {
    process.stdout.write(usage);
    return;
  }
  const findings = await run(options);
  const text = report(findings, TRAINED_EPOCHS);
  if (!options.write) {
    process.stdout.write(text);
    return;
  }
  const { drawChart } = await import('./chart.ts');
  writeFileSync(`${root}docs/benchmarks.svg`, drawChart(findings));
  writeFileSync(`${root}docs/benchmarks.md`, text);
  // The project's formatter has the last word on Markdown, too, where it is installed.
  const biome = `${root}node_modules/@biomejs/biome/bin/biome`;
  if (existsSync(biome))
    spawnSync(process.execPath, [biome, 'format', '--write', 'docs/benchmarks.md'], { cwd: root });
  say(`Wrote docs/benchmarks.md and docs/benchmarks.svg in ${Math.round(findings.seconds)} s.`);
}

await main();
