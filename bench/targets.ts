/** The findings against the targets of the engine. */

import { loadavg } from 'node:os';
import {
  achievedGflops,
  type Findings,
  libraries,
  ofThreads,
  peakGflops,
  peers,
  productFlop,
  ratio,
} from './findings.ts';
import { digits, table, thousands, times } from './markdown.ts';
import { best, shortest } from './measure.ts';
import { modelA, modelB, peakShape, TEST_IMAGES, TRAIN_IMAGES, trainFlop } from './models.ts';

/** How many times faster than each peer an epoch should be. */
const epochTargets: Readonly<Record<string, Readonly<Record<(typeof peers)[number], number>>>> = {
  A: { PyTorch: 4, 'jax-js': 12, 'TensorFlow.js wasm': 60 },
  B: { PyTorch: 5, 'jax-js': 15, 'TensorFlow.js wasm': 50 },
};

interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** The same of the fastest round of everyone: what a quiet machine would show. */
  readonly quiet: string;
  readonly met: boolean | undefined;
}

export function targets(findings: Findings): string {
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
    'Couture on all cores loses most to a busy neighbor, since its threads wait for each other at every product; the column after holds the ' +
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
