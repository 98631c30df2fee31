/** A study as text: its trials and its best. */

import { plural } from '../../core/format.ts';
import { printable } from '../../core/printable.ts';
import { describeValues } from '../../search/settings-space.ts';
import { asLoss } from '../../search/trial.ts';
import { bestSoFar, directionOf, type StoredTrial, type Study } from '../../study/study.ts';
import { percent } from './format.ts';
import { table } from './table.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Numbers as bars, at most `width` of them: the largest is the highest. */
export function sparkline(values: readonly number[], width = 20): string {
  const shown = values.length <= width ? values : pick(values, width);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  return shown
    .map((value) => BARS[high === low ? 0 : Math.round(((value - low) / (high - low)) * (BARS.length - 1))])
    .join('');
}

function pick(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => values[Math.round((i / (count - 1)) * (values.length - 1))]);
}

/** Trials by state: `12 complete, 30 pruned`. */
export function countStates({ trials }: Study): string {
  const counts = new Map<string, number>();
  for (const { state } of trials) counts.set(state, (counts.get(state) ?? 0) + 1);
  const order = ['complete', 'pruned', 'failed', 'running', 'waiting'];
  return order
    .filter((state) => counts.has(state))
    .map((state) => `${counts.get(state)} ${state}`)
    .join(', ');
}

/** The value of a trial in the study's objective. */
export function valueText({ plan }: Study, value: number | null): string {
  if (value === null) return '';
  return plan.objective === 'loss' ? value.toFixed(4) : percent(value);
}

/** Loss and accuracy on validation images. */
export function figuresOf(study: Study, { value, accuracy }: StoredTrial): string {
  const parts = [`${study.plan.objective} ${valueText(study, value)}`];
  if (study.plan.objective === 'loss' && accuracy !== null) parts.push(`accuracy ${percent(accuracy)}`);
  return `validation ${parts.join(', ')}`;
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? '' : format(value);
}

/** How a trial ended: its figures, the epoch at which it was stopped, or what went wrong. */
export function outcomeOf(study: Study, trial: StoredTrial): string {
  const last = trial.reports.at(-1);
  if (trial.state === 'failed') return printable(trial.error ?? 'without a reason');
  if (trial.state !== 'pruned' || last === undefined) return figuresOf(study, trial);
  return `after epoch ${last.step}, validation ${study.plan.objective} ${valueText(study, last.value)}`;
}

/** All of a study, with its best trials in a table. */
export function studyReport(study: Study, rows = 10): string {
  const { plan, trials } = study;
  const direction = directionOf(plan);
  const ranked = trials
    .filter(({ state, value }) => state === 'complete' && value !== null)
    .sort((a, b) => asLoss(a.value ?? undefined, direction) - asLoss(b.value ?? undefined, direction));
  // The other figure of a trial.
  const other = plan.objective === 'loss' ? 'accuracy' : 'loss';
  const heads = ['trial', plan.objective, other, 'seconds', 'values'];
  const body = ranked
    .slice(0, rows)
    .map((trial) => [
      trial.number,
      valueText(study, trial.value),
      other === 'accuracy' ? shown(trial.accuracy, percent) : shown(trial.loss, (loss) => loss.toFixed(4)),
      trial.seconds === null ? '' : trial.seconds.toFixed(1),
      printable(describeValues(trial.values)),
    ]);
  const head = [
    `study ${printable(plan.name)}: ${plan.recipe ?? 'no recipe'} on ${printable(plan.data.name)}`,
    `${plan.sampler}, ${plan.pruner === 'none' ? 'no pruner' : plan.pruner}, seed ${plan.seed}; validation ${plan.objective}`,
    `${plural(trials.length, 'trial')}: ${countStates(study) || 'none yet'}`,
  ];
  const path = bestSoFar(study);
  if (path.length > 1) head.push(`best so far: ${sparkline(path, 40)}`);
  const errors = [...new Set(trials.flatMap(({ error }) => (error === null ? [] : [error])))];
  const failures = errors.slice(0, 3).map((error) => `failed: ${printable(error)}`);
  if (body.length === 0) return [...head, ...failures].join('\n');
  const aligned = table(heads, body, ['right', 'right', 'right', 'right']);
  return [...head, ...failures, '', aligned].join('\n');
}
