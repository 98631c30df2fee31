/** The findings as Markdown: docs/benchmarks.md. */

import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { best, type Result, shortest } from './measure.ts';
import {
  BATCH_SIZE,
  inferFlop,
  ladderShapes,
  type Model,
  modelA,
  modelB,
  peakShape,
  TEST_IMAGES,
  TRAIN_IMAGES,
  trainFlop,
} from './models.ts';
import type { Options } from './options.ts';

export interface Findings {
  readonly ladder?: readonly Result[];
  readonly epochs?: readonly Result[];
  readonly uses?: readonly Result[];
  readonly growth?: readonly Result[];
  readonly missing: readonly { readonly who: string; readonly reason: string }[];
  readonly versions: ReadonlyMap<string, string>;
  readonly machine: string;
  readonly cores: number;
  readonly options: Options;
  readonly seconds: number;
}

export const peers = ['PyTorch', 'jax-js', 'TensorFlow.js wasm'] as const;
const BLAS = 'OpenBLAS';
const BLAS_AVX2 = 'OpenBLAS, AVX2 only';
const libraries = [BLAS_AVX2, BLAS];

/** How many times faster than each peer an epoch should be. */
const epochTargets: Readonly<Record<string, Readonly<Record<(typeof peers)[number], number>>>> = {
  A: { PyTorch: 4, 'jax-js': 12, 'TensorFlow.js wasm': 60 },
  B: { PyTorch: 5, 'jax-js': 15, 'TensorFlow.js wasm': 50 },
};

export function describeMachine(): string {
  const all = cpus();
  const vector = vectorUnits();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores${vector}, ${memory} GiB, ${process.platform} ${process.arch}`;
}

/** What the CPU offers beyond what WebAssembly can ask for; only Linux says. */
function vectorUnits(): string {
  try {
    const flags = new Set(/^flags.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0].split(/\s+/));
    const found = [
      ['avx2', 'AVX2'],
      ['avx512f', 'AVX-512'],
    ].filter(([flag]) => flags.has(flag));
    return found.length > 0 ? ` with ${found.map(([, name]) => name).join(' and ')}` : '';
  } catch {
    return '';
  }
}

export function report(findings: Findings): string {
  const { options, versions, missing } = findings;
  const date = new Date().toISOString().slice(0, 10);
  const sections = [
    '# Benchmarks',
    `Written by \`npm run bench\` on ${date}, in one run of ${Math.round(findings.seconds)} s; every number below is from it. ` +
      'All contenders take turns, each in a process of its own that is halted between turns, ' +
      `${options.repeats} rounds; a figure is the median, and the range beside it is the smallest and the largest of the rounds. ` +
      'The threads of every peer are tried one by one, and its best setting is what Couture is held against.',
    table(
      ['', ''],
      [
        ['machine', findings.machine],
        ...['Couture', BLAS, ...peers].map((who) => [who, versions.get(who) ?? 'missing']),
      ],
    ),
    targets(findings),
    options.write ? '![Seconds of a training epoch, and the kernel ladder](benchmarks.svg)' : '',
    findings.epochs ? epochSection(findings, findings.epochs) : '',
    findings.uses ? useSection(findings, findings.uses) : '',
    findings.ladder ? ladderSection(findings, findings.ladder) : '',
    findings.growth ? growthSection(findings.growth) : '',
    missing.length > 0
      ? `## Missing\n\n${table(
          ['what', 'why'],
          missing.map(({ who, reason }) => [who, reason.replaceAll('|', '\\|')]),
        )}`
      : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

// Targets

interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** The same of the fastest round of everyone: what a quiet machine would show. */
  readonly quiet: string;
  readonly met: boolean | undefined;
}

function targets(findings: Findings): string {
  const verdicts = [...epochVerdicts(findings), ...arithmeticVerdicts(findings), ...useVerdicts(findings)];
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ what, target, measured, quiet, met }) => [
    what,
    target,
    measured,
    quiet,
    met === undefined ? 'not measured' : met ? 'met' : '**missed**',
  ]);
  const missed = verdicts.filter(({ met }) => met === false).length;
  const met = verdicts.filter((verdict) => verdict.met).length;
  return `## Against the targets\n\n${met} met, ${missed} missed, of ${verdicts.length}. ${loadNote()}\n\n${table(['', 'target', 'measured', 'of the fastest rounds', ''], rows)}`;
}

function loadNote(): string {
  return (
    `Medians decide. The machine's load over the last minute was ${loadavg()[0].toFixed(1)} at the end of the run, this bench included. ` +
    'Couture on all cores loses most to a busy neighbour, since its threads wait for each other at every product; the column after holds the ' +
    'fastest round of each against each other, which is nearer to a machine of its own.'
  );
}

function epochVerdicts({ epochs }: Findings): Verdict[] {
  if (!epochs) return [];
  return [modelB, modelA].flatMap(({ name }) => {
    const label = `epoch ${name}`;
    return peers.map((peer) =>
      atLeast(
        `${name}, epoch, times as fast as ${peer}`,
        epochTargets[name][peer],
        ratio(best(epochs, peer, label)?.median, best(epochs, 'Couture', label)?.median),
        ratio(shortest(epochs, peer, label), shortest(epochs, 'Couture', label)),
        times,
      ),
    );
  });
}

function arithmeticVerdicts(findings: Findings): Verdict[] {
  const { epochs, ladder = [], cores } = findings;
  if (!epochs) return [];
  const peakSeconds = Math.min(
    ...libraries.flatMap((family) => shortest(ladder, family, peakShape.label) ?? []),
  );
  const perEpoch = trainFlop(modelB, TRAIN_IMAGES) / productFlop(peakShape);
  const verdicts = [
    atLeast(
      "B, arithmetic achieved over OpenBLAS's peak on all cores",
      0.6,
      ratio(achievedGflops(findings, modelB), peakGflops(findings)),
      ratio(peakSeconds * perEpoch, shortest(epochs, 'Couture', 'epoch B')),
      digits,
    ),
  ];
  if (cores === 2) {
    const one = ofThreads(epochs, 1);
    const all = ofThreads(epochs, cores);
    verdicts.push(
      atLeast(
        'B, two threads over one',
        1.8,
        ratio(one?.median, all?.median),
        ratio(one && Math.min(...one.values), all && Math.min(...all.values)),
        times,
      ),
    );
  }
  return verdicts;
}

function useVerdicts({ uses }: Findings): Verdict[] {
  if (!uses) return [];
  const verdict = (what: string, label: string, target: number, scale: number, unit: string): Verdict => {
    const value = best(uses, 'Couture', label)?.median;
    const quiet = shortest(uses, 'Couture', label);
    const show = (seconds: number | undefined) =>
      seconds === undefined ? '' : `${digits(seconds * scale)} ${unit}`;
    return {
      what,
      target: `under ${target} ${unit}`,
      measured: show(value),
      quiet: show(quiet),
      met: value === undefined ? undefined : value * scale < target,
    };
  };
  return [
    verdict(`B, evaluation of ${thousands(TEST_IMAGES)} images`, 'evaluate', 90, 1e3, 'ms'),
    verdict('B, `predict` of one image in process', 'predict', 100, 1e6, 'µs'),
  ];
}

function atLeast(
  what: string,
  target: number,
  value: number | undefined,
  quiet: number | undefined,
  format: (value: number) => string,
): Verdict {
  const show = (number: number | undefined) => (number === undefined ? '' : format(number));
  const met = value === undefined ? undefined : value >= target;
  return { what, target: `at least ${format(target)}`, measured: show(value), quiet: show(quiet), met };
}

function times(value: number): string {
  return `${digits(value)}x`;
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  const value = a === undefined || b === undefined ? Number.NaN : a / b;
  return Number.isFinite(value) ? value : undefined;
}

// Sections

function epochSection(findings: Findings, epochs: readonly Result[]): string {
  const settings = distinct(epochs.map(({ family, setting }) => `${family}\n${setting}`));
  const rows = settings.map((key) => {
    const [family, setting] = key.split('\n');
    const cells = [modelA, modelB].flatMap(({ name }) => {
      const label = `epoch ${name}`;
      const result = epochs.find((r) => r.family === family && r.setting === setting && r.label === label);
      const own = best(epochs, 'Couture', label)?.median;
      const isBest = best(epochs, family, label) === result;
      const over = ratio(result?.median, own);
      return [figure(result, 1, isBest), over === undefined ? '' : times(over)];
    });
    return [family, setting, ...cells];
  });
  const achieved = [modelA, modelB].map((model) => {
    const gflops = achievedGflops(findings, model);
    const share = ratio(gflops, peakGflops(findings));
    return [
      model.name,
      digits(trainFlop(model, BATCH_SIZE) / 1e6),
      gflops === undefined ? '' : digits(gflops),
      share === undefined ? 'not measured' : digits(share),
    ];
  });
  return [
    '## Training epoch',
    `Seconds for ${thousands(TRAIN_IMAGES)} images in batches of ${BATCH_SIZE} with dropout and Adam; in parentheses the range; then how many times ` +
      "Couture's best takes. A = 784-128-64-10, B = 784-392-196-98-49-10, dropout 0.25 after the first two and three hidden layers. " +
      `A measurement is ten steps untimed and then as many as take about ${findings.options.budget} s, at least 10 and at most ` +
      `${findings.options.steps} of an epoch's ${TRAIN_IMAGES / BATCH_SIZE}, scaled to the epoch; validation is not part of it. Couture reads the bytes of the images, ` +
      'the others have them as floats, normalised beforehand. "128-bit" is Couture without V8\'s pairing of vectors: what a browser runs; "--fast" lets the machine fuse products and sums, which is not exact and counts for no target.',
    table(['', 'setting', 'A, s', 'A, over Couture', 'B, s', 'B, over Couture'], rows),
    'What that is in arithmetic: MFLOP of a step (no input gradient for the first layer), GFLOP/s at the best setting with everything else a step does ' +
      "in its time, and that over OpenBLAS's measured peak on all cores.",
    table(['model', 'MFLOP a step', 'GFLOP/s', "over OpenBLAS's peak"], achieved),
  ].join('\n\n');
}

function useSection(findings: Findings, uses: readonly Result[]): string {
  const settings = distinct(uses.map(({ family, setting }) => `${family}\n${setting}`));
  const rows = settings.map((key) => {
    const [family, setting] = key.split('\n');
    const find = (label: string) =>
      uses.find((r) => r.family === family && r.setting === setting && r.label === label);
    const cell = (label: string, scale: number) =>
      figure(find(label), scale, best(uses, family, label) === find(label));
    return [family, setting, cell('evaluate', 1e3), cell('predict', 1e6)];
  });
  const peak = peakGflops(findings);
  const floor = peak
    ? ` The arithmetic alone at OpenBLAS's peak: ${digits(inferFlop(modelB, TEST_IMAGES) / peak / 1e6)} ms.`
    : '';
  return [
    '## Evaluation and prediction, model B',
    `Milliseconds for ${thousands(TEST_IMAGES)} images and microseconds for one, the median of 500.${floor} Couture's times are those of \`Classifier\`, ` +
      'from bytes to log-probabilities and to a label with its probabilities; the others start from floats.',
    table(['', 'setting', `${thousands(TEST_IMAGES)} images, ms`, 'one image, µs'], rows),
  ].join('\n\n');
}

const rungs = [
  ['plain', 'reference', 'reference: plain TypeScript, every operation rounded to float32'],
  ['plain', 'scalar', 'naive WebAssembly, one scalar at a time'],
  ['plain', 'vector', 'vectors of four, no tile'],
  ['plain', 'narrow', "Couture's narrow tile, 128-bit"],
  ['plain', 'wide', "Couture's wide tile, not paired (it spills; not used so)"],
  ['paired', 'wide', "Couture's wide tile, 256-bit pairs"],
] as const;

/** GFLOP/s of the rungs and of OpenBLAS, one thread, by shape. */
export function ladderRows({ ladder = [] }: Findings): { name: string; results: (Result | undefined)[] }[] {
  const own = rungs.map(([setting, kernel, name]) => ({
    name,
    results: ladderShapes.map(({ label }) =>
      ladder.find((r) => r.family === 'Kernels' && r.setting === setting && r.label === `${label} ${kernel}`),
    ),
  }));
  const native = libraries.map((family) => ({
    name: family,
    results: ladderShapes.map(({ label }) =>
      ladder.find((r) => r.family === family && r.setting === '1 thread' && r.label === label),
    ),
  }));
  return [...own, ...native].filter(({ results }) => results.some((result) => result !== undefined));
}

export function gflopsOf(result: Result | undefined, index: number): number {
  return productFlop(ladderShapes[index]) / (result?.median ?? Number.NaN) / 1e9;
}

function ladderSection(findings: Findings, ladder: readonly Result[]): string {
  const rows = ladderRows(findings).map(({ name, results }) => [
    name,
    ...results.map((result, i) => (result ? digits(gflopsOf(result, i)) : '')),
  ]);
  const peaks = ladder
    .filter(({ label }) => label === peakShape.label)
    .map((result) => [result.family, result.setting, digits(productFlop(peakShape) / result.median / 1e9)]);
  return [
    '## Kernel ladder',
    'GFLOP/s of one product on one thread, weights in the layout that each kernel wants; the second shape is the first layer of B in a step. ' +
      'Couture and the rungs below it do a separately rounded multiply and add, the same bits everywhere; OpenBLAS fuses them.',
    table(['', ...ladderShapes.map(({ label }) => label)], rows),
    `OpenBLAS's peak, ${peakShape.label}, GFLOP/s:`,
    table(['', 'setting', 'GFLOP/s'], peaks),
  ].join('\n\n');
}

function growthSection(growth: readonly Result[]): string {
  const titles: Record<string, [string, string]> = {
    width: ['width', 'Two hidden layers of this width, 784-w-w-10, all threads:'],
    depth: ['hidden layers', 'This many hidden layers of 256, all threads:'],
    batch: ['batch size', 'Model B in batches of this size, all threads:'],
    threads: ['threads', 'Model B in batches of 64:'],
  };
  const parts = Object.entries(titles).map(([kind, [heading, title]]) => {
    const results = growth.filter(({ label }) => label.startsWith(`${kind} `));
    const rows = results.map((result) => {
      const value = Number(result.label.split(' ')[1]);
      const gflops = growthFlop(kind, value) / result.median / 1e9;
      return [String(value), figure(result, 1, false), digits(gflops)];
    });
    return `${title}\n\n${table([heading, 'epoch, s', 'GFLOP/s'], rows)}`;
  });
  return [
    '## How cost grows',
    'Couture alone: seconds of an epoch, with the range, and the arithmetic in it.',
    ...parts,
  ].join('\n\n');
}

/** Arithmetic of an epoch. */
function growthFlop(kind: string, value: number): number {
  let model = modelB;
  if (kind === 'width') model = { name: '', hidden: [value, value], dropout: [] };
  if (kind === 'depth') model = { name: '', hidden: Array.from({ length: value }, () => 256), dropout: [] };
  return trainFlop(model, TRAIN_IMAGES);
}

// Figures

function ofThreads(epochs: readonly Result[], threads: number): Result | undefined {
  const setting = threads === 1 ? '1 thread' : `${threads} threads`;
  return epochs.find(
    (r) =>
      r.family === 'Couture' && r.setting === setting && r.label === 'epoch B' && !Number.isNaN(r.median),
  );
}

function achievedGflops({ epochs }: Findings, model: Model): number | undefined {
  const seconds = best(epochs ?? [], 'Couture', `epoch ${model.name}`)?.median;
  return seconds === undefined ? undefined : trainFlop(model, TRAIN_IMAGES) / seconds / 1e9;
}

function productFlop({ rows, inputs, outputs }: { rows: number; inputs: number; outputs: number }): number {
  return 2 * rows * inputs * outputs;
}

/** The most that OpenBLAS reached, with whatever instructions and threads. */
function peakGflops({ ladder = [] }: Findings): number | undefined {
  const found = libraries.flatMap((family) => best(ladder, family, peakShape.label) ?? []);
  return found.length > 0
    ? Math.max(...found.map(({ median }) => productFlop(peakShape) / median / 1e9))
    : undefined;
}

/** A median with its range. */
function figure(result: Result | undefined, scale: number, strong: boolean): string {
  if (!result || Number.isNaN(result.median)) return 'missing';
  const [low, high] = [Math.min(...result.values), Math.max(...result.values)];
  const middle = digits(result.median * scale);
  return `${strong ? `**${middle}**` : middle} (${digits(low * scale)} to ${digits(high * scale)})`;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

/** Three significant digits at most, none made up. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return '';
  if (value >= 100) return thousands(Math.round(value));
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
