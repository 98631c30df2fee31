/** The findings as Markdown: docs/benchmarks.md. */

import {
  achievedGflops,
  BLAS,
  type Findings,
  gflopsOf,
  ladderRows,
  peakGflops,
  peers,
  productFlop,
  ratio,
} from './findings.ts';
import { digits, distinct, figure, table, thousands, times } from './markdown.ts';
import { best, type Result } from './measure.ts';
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
import { pageSection } from './page/report.ts';
import { targets } from './targets.ts';

export function report(findings: Findings, trainedEpochs: number): string {
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
    findings.page ? pageSection(findings.page, trainedEpochs) : '',
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
      'the others have them as floats, normalized beforehand. "128-bit" is Couture without V8\'s pairing of vectors: what a browser runs; "--fast" lets the machine fuse products and sums, which is not exact and counts for no target.',
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
  let model: Model = modelB;
  if (kind === 'width') model = { ...modelB, name: '', hidden: [value, value], dropout: [] };
  if (kind === 'depth')
    model = { ...modelB, name: '', hidden: Array.from({ length: value }, () => 256), dropout: [] };
  return trainFlop(model, TRAIN_IMAGES);
}
