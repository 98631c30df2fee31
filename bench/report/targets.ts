/** What was measured against the targets of the engine. */

import {
  bestWhole,
  type Findings,
  peakGflops,
  type peers,
  ratio,
  type Shown,
  wholeGflops,
  wholeLead,
} from '../findings.ts';
import { best, shortest } from '../measure.ts';
import { modelA, modelB, type PublishedModel, TEST_IMAGES } from '../models.ts';
import type { TimedCommand, TimeTo } from '../parts/time-to.ts';
import { digits, percent, table, thousands, times } from './markdown.ts';
import { meanAccuracy, meanSeconds } from './time-to.ts';

/** One target and what came of it. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** The same of the fastest round of everyone: what a quiet machine would show. */
  readonly quiet: string;
  /** Undefined where it was not measured. */
  readonly met: boolean | undefined;
}

export function targetsSection(shown: Shown): string {
  const verdicts = verdictsOf(shown);
  const rows = verdicts.map(({ what, target, measured, quiet, met }) => [
    what,
    target,
    measured,
    quiet,
    met === undefined ? 'not measured' : met ? 'met' : '**missed**',
  ]);
  const [met, missed] = [true, false].map((wanted) => verdicts.filter((verdict) => verdict.met === wanted));
  return [
    '## Against the targets',
    `${met.length} met, ${missed.length} missed, of ${verdicts.length}. Medians decide. The machine's load over the last minute was ` +
      `${digits(shown.findings.load)} at the end of the run, this bench included. ` +
      'Couture on all cores loses most to a busy neighbor, since its threads wait for each other at every product. "Of the fastest rounds" compares the ' +
      'fastest round of each, which is nearer to what an idle machine gives.',
    table(['', 'target', 'measured', 'of the fastest rounds', ''], rows),
  ].join('\n\n');
}

/** Every target, whether or not it was measured. */
export function verdictsOf({ findings, timeTo }: Shown): Verdict[] {
  return [
    ...[modelB, modelA].map((model) => wholeVerdict(findings, model)),
    overPeer(findings, 'jax-js', 20),
    overPeer(findings, 'TensorFlow.js wasm', 60),
    atLeast(
      "B, whole training, dense-equivalent arithmetic over OpenBLAS's peak on all cores",
      1,
      ratio(wholeGflops(findings, modelB), peakGflops(findings)),
      undefined,
      digits,
    ),
    evaluationVerdict(findings),
    ...timeVerdicts(timeTo),
  ];
}

function wholeVerdict(findings: Findings, model: PublishedModel): Verdict {
  const what = `${model.name}, whole training of ${model.epochs} epochs, times as fast as PyTorch`;
  const isWhole = bestWhole(findings, 'Couture', model)?.epochs === model.epochs;
  return atLeast(what, 5, isWhole ? wholeLead(findings, model) : undefined, undefined, times);
}

function overPeer({ epochs = [] }: Findings, peer: (typeof peers)[number], target: number): Verdict {
  const label = `epoch ${modelB.name}`;
  return atLeast(
    `B, epoch, times as fast as ${peer}`,
    target,
    ratio(best(epochs, peer, label)?.median, best(epochs, 'Couture', label)?.median),
    ratio(shortest(epochs, peer, label), shortest(epochs, 'Couture', label)),
    times,
  );
}

function evaluationVerdict({ uses = [] }: Findings): Verdict {
  const label = 'evaluate';
  return atLeast(
    `B, evaluation of ${thousands(TEST_IMAGES)} images, times as fast as PyTorch`,
    1.5,
    ratio(best(uses, 'PyTorch', label)?.median, best(uses, 'Couture', label)?.median),
    ratio(shortest(uses, 'PyTorch', label), shortest(uses, 'Couture', label)),
    times,
  );
}

function timeVerdicts(timeTo: TimeTo | undefined): Verdict[] {
  const { commands = [] } = timeTo ?? {};
  const reaching = (goal: number) =>
    commands
      .filter((command) => command.goal === goal && meanAccuracy(command) >= goal)
      .sort((a, b) => meanSeconds(a) - meanSeconds(b))
      .at(0);
  const whole = (recipe: string) =>
    commands.find((command) => command.goal === null && command.recipe === recipe);
  return [
    within('`deeper`, `couture train`, 35 epochs', 18, whole('deeper')),
    within('`best-single`, `couture train`, 40 epochs', 330, whole('best-single')),
    within(`${percent(0.92, 0)} test accuracy, mean of five seeds`, 18, reaching(0.92)),
    within(`${percent(0.93, 0)} test accuracy, mean of three seeds`, 90, reaching(0.93)),
  ];
}

function within(what: string, target: number, command: TimedCommand | undefined): Verdict {
  const seconds = command && meanSeconds(command);
  return {
    what,
    target: `at most ${target} s`,
    measured: seconds === undefined ? '' : `${digits(seconds)} s`,
    quiet: '',
    met: seconds === undefined ? undefined : seconds <= target,
  };
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
