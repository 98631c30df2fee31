/**
 * `npm run bench`: Couture beside its peers, in one run. Every contender is a child process that idles until it
 * is asked; they take turns, several rounds, so that a busy moment of the machine meets them all alike.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceBlock } from '../src/cli/measured-table.ts';
import { Bench, say } from './bench.ts';
import type { Contender } from './contender.ts';
import { writeImages } from './data.ts';
import type { Findings, Shown } from './findings.ts';
import { writeBlock } from './gpu/page.ts';
import { describeMachine } from './machine.ts';
import { type Options, type Part, readOptions, usage } from './options.ts';
import { measureGpuPages } from './page/gpu.ts';
import { gpuPageText } from './page/gpu-report.ts';
import { measurePages } from './page/measure.ts';
import { measureEpochs } from './parts/epochs.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureLadder } from './parts/ladder.ts';
import { type Sweep, sweepPytorch } from './parts/sweep.ts';
import { measureTimeTo } from './parts/time-to.ts';
import { measureUses } from './parts/uses.ts';
import { measureWholes } from './parts/whole.ts';
import { countZeros } from './parts/zeros.ts';
import { leadSentence } from './report/lead.ts';
import { wrapped } from './report/markdown.ts';
import { report } from './report/report.ts';
import { timeToSection } from './report/time-to.ts';
import { cores, couture, installPeers, jax, pytorch, root, tfjs, threadCounts } from './starts.ts';
import { findingsFile, gpuPageFile, loadFindings, loadTimeTo, store, timeToFile } from './store.ts';

async function measureAll(bench: Bench): Promise<Findings> {
  const { options } = bench;
  const began = performance.now();
  const wants = (part: Part) => options.parts.includes(part);
  const ladder = wants('ladder') ? await measureLadder(bench) : undefined;
  const sweep = wants('train') || wants('whole') || wants('use') ? await sweepPytorch(bench) : undefined;
  const epochs = wants('train') ? await besideAll(bench, sweep, 'training', measureEpochs) : undefined;
  const uses = wants('use') ? await besideAll(bench, sweep, 'use', measureUses) : undefined;
  const wholes = wants('whole') ? await measureWholes(bench, sweep) : undefined;
  const zeros = wants('zeros') ? await countZeros(bench) : undefined;
  const growth = wants('growth') ? await measureGrowth(bench) : undefined;
  const page = wants('page') ? await measurePages(bench, options.trainedEpochs) : undefined;
  return {
    ...(ladder && { ladder }),
    ...(sweep && { sweep: sweep.results }),
    ...(epochs && { epochs }),
    ...(uses && { uses }),
    ...(wholes && { wholes }),
    ...(zeros && { zeros }),
    ...(growth && { growth }),
    ...(page && { page }),
    missing: bench.missing,
    versions: bench.versions,
    machine: describeMachine(),
    cores,
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round((performance.now() - began) / 1000),
    load: loadavg()[0],
    repeats: options.repeats,
    budget: options.budget,
    steps: options.steps,
    trainedEpochs: options.trainedEpochs,
  };
}

/** Starts Couture and its peers for a part, PyTorch at the settings that are best for it, and stops them at its end. */
async function besideAll<Measured>(
  bench: Bench,
  sweep: Sweep | undefined,
  purpose: 'training' | 'use',
  measure: (bench: Bench, contenders: readonly Contender[]) => Promise<Measured>,
): Promise<Measured> {
  const notInstalled = installPeers(say);
  if (notInstalled) bench.lack('jax-js and TensorFlow.js', notInstalled);
  const contenders = await bench.startAll([
    ...(['wide', 'narrow', 'fast'] as const).flatMap((shape) =>
      threadCounts.map((threads) => couture(threads, shape)),
    ),
    ...(sweep ? sweep[purpose].map((setting) => pytorch(sweep.python, setting)) : []),
    ...(notInstalled ? [] : [...threadCounts.map(jax), ...threadCounts.map(tfjs)]),
  ]);
  const measured = await measure(bench, contenders);
  bench.stopAll();
  return measured;
}

/** The page, its pictures, and the sentence in README.md. */
async function writePage(shown: Shown): Promise<void> {
  const { drawChart } = await import('./report/chart.ts');
  const { drawZeros } = await import('./report/zeros-figure.ts');
  const docs = join(root, 'docs');
  writeFileSync(join(docs, 'benchmarks.md'), report(shown));
  writeFileSync(join(docs, 'benchmarks.svg'), `${drawChart(shown.findings)}\n`);
  if (shown.findings.zeros)
    writeFileSync(join(docs, 'benchmarks-zeros.svg'), `${drawZeros(shown.findings.zeros)}\n`);
  const readme = join(root, 'README.md');
  const sentence = leadSentence(shown.findings);
  if (sentence)
    writeFileSync(
      readme,
      replaceBlock(readFileSync(readme, 'utf8'), 'bench', `\n${wrapped(sentence)}\n`, 'README.md'),
    );
  // The project's formatter has the last word on Markdown, too, where it is installed.
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const written = ['README.md', 'docs/benchmarks.md', 'bench/results'];
  if (existsSync(biome)) spawnSync(process.execPath, [biome, 'format', '--write', ...written], { cwd: root });
}

/** The images, in a folder that is gone however the run ends. */
async function prepareImages(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'couture-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await writeImages(folder);
}

/** WebGPU in pages has a file and a block of its own. */
async function runGpuPage(bench: Bench): Promise<void> {
  await prepareImages();
  const found = await measureGpuPages(bench);
  if (found === undefined) return say('Nothing was measured.');
  if (!bench.options.write) {
    process.stdout.write(`${gpuPageText(found)}\n`);
    return;
  }
  store(gpuPageFile, found);
  writeBlock('gpu-page', gpuPageText(found));
  say('Wrote the block gpu-page of docs/gpu.md.');
}

async function run(options: Options): Promise<void> {
  const bench = new Bench(options);
  if (options.parts.includes('time-to')) {
    const timeTo = measureTimeTo(bench, loadTimeTo());
    if (options.write) store(timeToFile, timeTo);
    else process.stdout.write(`${timeToSection(timeTo)}\n`);
  }
  if (options.parts.includes('gpu-page')) return await runGpuPage(bench);
  if (options.parts.some((part) => part !== 'time-to')) {
    await prepareImages();
    const findings = await measureAll(bench);
    if (options.write) store(findingsFile, findings);
    else process.stdout.write(report({ findings, timeTo: undefined }));
  }
  if (!options.write) return;
  const findings = loadFindings();
  if (!findings)
    return say('Stored. The page is written when the other parts have been measured: npm run bench.');
  await writePage({ findings, timeTo: loadTimeTo() });
  say('Wrote docs/benchmarks.md with its figures, and the sentence in README.md.');
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
  if (options) await run(options);
  else process.stdout.write(usage);
}

await main();
