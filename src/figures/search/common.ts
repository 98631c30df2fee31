/** What the figures of a search have in common: outcomes, their scale, and values as text. */

import { numberText, percent, plural } from '../../core/format.ts';
import { type Importances, importances } from '../../search/importance/importance.ts';
import type { Choice, Parameter } from '../../search/space.ts';
import { isSound, type SearchSummary } from '../../search/summary.ts';
import { asLoss, bestTrial, type Trial } from '../../search/trial.ts';
import { cellAround, cellsOf, unitOf, valueAt } from '../../search/units.ts';
import { fit, textWidth } from '../text.ts';

/** A trial with a value to draw: its final one, or the last one before it was pruned. */
export interface Outcome {
  readonly trial: Trial;
  readonly value: number;
  readonly complete: boolean;
}

/** A forest takes a good part of a second in a large search, and several figures and widths need the same one. */
const grown = new WeakMap<SearchSummary, { readonly found: Importances | undefined }>();

/** The importance of the parameters; undefined if there are too few trials. */
export function importancesOf(summary: SearchSummary): Importances | undefined {
  const { found } = grown.get(summary) ?? { found: importances(summary) };
  grown.set(summary, { found });
  return found;
}

/** The trials that have a sound value, by number. */
export function outcomesOf({ trials }: SearchSummary): Outcome[] {
  return trials.flatMap((trial) => {
    const complete = trial.state === 'complete';
    const value = complete ? trial.value : trial.reports.at(-1)?.value;
    if (value === undefined || !isSound(value) || trial.state === 'failed') return [];
    return [{ trial, value, complete }];
  });
}

/** The best complete trial with its value. */
export function bestOutcome(summary: SearchSummary): Outcome | undefined {
  const trial = bestTrial(summary.trials, summary.direction);
  return trial?.value === undefined ? undefined : { trial, value: trial.value, complete: true };
}

/** The shares of the final and of all values that are on the scale: a few very bad ones would make all others look equal. */
const [SHOWN_FINAL, SHOWN] = [0.9, 0.5];

/**
 * The range of values to draw, with some room: from the best to the worst of the better nine tenths. If most trials are pruned early,
 * nine tenths of the complete ones and the better half of all are enough.
 */
export function valueRange(
  { direction }: Pick<SearchSummary, 'direction'>,
  values: readonly number[],
  final: readonly number[] = values,
): [number, number] {
  const lossAt = (some: readonly number[], share: number): number => {
    const losses = some.map((value) => asLoss(value, direction)).sort((a, b) => a - b);
    return losses[Math.max(0, Math.ceil(losses.length * share) - 1)] ?? 0;
  };
  const best = lossAt(values, 0);
  const worst = Math.max(lossAt(values, SHOWN), final.length === 0 ? best : lossAt(final, SHOWN_FINAL));
  const room = Math.max((worst - best) * 0.06, Math.abs(best) * 1e-3, 1e-9);
  return direction === 'minimize' ? [best - room, worst + room] : [-worst - room, -best + room];
}

/** The range of the values of some trials. */
export function outcomeRange(summary: SearchSummary, outcomes: readonly Outcome[]): [number, number] {
  const final = outcomes.filter(({ complete }) => complete).map(({ value }) => value);
  return valueRange(
    summary,
    outcomes.map(({ value }) => value),
    final,
  );
}

/** A value inside the range: one outside is drawn at its end. */
export function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

/** How many values are drawn at the end of the scale, as part of the line under the title. */
export function beyondText(values: readonly number[], [low, high]: readonly [number, number]): string {
  const beyond = values.filter((value) => value < low || value > high).length;
  return beyond === 0 ? '' : `; ${plural(beyond, 'value')} outside the scale`;
}

/** A value of the objective as text. */
export function valueText({ percent: isShare }: SearchSummary, value: number): string {
  return isShare === true ? percent(value, 2) : numberText(value);
}

/** A value as it is drawn, and the label of its axis. */
export function drawn({ percent: isShare }: SearchSummary, value: number): number {
  return isShare === true ? value * 100 : value;
}

/** The objective with its unit, as an axis of that width has it. */
export function axisLabel({ objective, percent: isShare }: SearchSummary, width: number): string {
  return fit(isShare === true ? `${objective} (%)` : objective, 12, width - 20);
}

/** The scale of the values; large ones are short (`800k`). */
export function valueScale(summary: SearchSummary, range: readonly [number, number]) {
  const domain = range.map((value) => drawn(summary, value));
  const isLarge = domain.some((value) => Math.abs(value) >= 10_000);
  return { domain, ...(isLarge && { tickFormat: '~s' }) };
}

/** A value of a parameter as text. */
export function choiceText(value: Choice): string {
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The settings of a trial in a few words, without helpers. */
export function settingsText(values: Readonly<Record<string, Choice>>, most = 4): string {
  const shown = Object.entries(values).filter(([name]) => !name.startsWith('$'));
  const words = shown.slice(0, most).map(([name, value]) => `${name} ${choiceText(value)}`);
  return words.join(', ') + (shown.length > most ? ', …' : '');
}

/** Most values of a whole or stepped number with a label each. */
const MOST_LABELS = 8;

/** The values of a parameter that get a label each, if they are few. */
function labeledValues(parameter: Parameter): readonly Choice[] {
  if (parameter.type === 'categorical') return parameter.choices;
  const cells = cellsOf(parameter);
  if (cells === 0 || cells > MOST_LABELS || parameter.log) return [];
  return Array.from({ length: cells }, (_, i) => valueAt(parameter, (i + 0.5) / cells));
}

/** Labels at the values of a parameter, or at the ends of its axis, with their places from 0 to 1. */
export function axisTicks(
  parameter: Parameter,
  width: number,
  size: number,
): { readonly at: number; readonly text: string }[] {
  const values = labeledValues(parameter);
  const texts = values.map(choiceText);
  const room = width / Math.max(1, values.length) - 6;
  const fits = texts.every((text) => textWidth(text, size) <= room) || room > 3.5 * size;
  if (values.length > 0 && fits)
    return texts.map((text, i) => ({ at: unitOf(parameter, values[i]), text: fit(text, size, room) }));
  const ends =
    parameter.type === 'categorical' ? [texts[0], texts[texts.length - 1]] : [parameter.low, parameter.high];
  return ends.map((end, at) => ({
    at,
    text: fit(typeof end === 'number' ? choiceText(end) : end, size, width / 2 - 8),
  }));
}

/** The place of a value, moved a little within its cell by the number of the trial, so that equal values do not hide each other. */
export function spreadPlace(parameter: Parameter, value: Choice, number: number): number {
  const place = unitOf(parameter, value);
  const [low, high] = cellAround(parameter, place) ?? [place, place];
  return place + 0.4 * (high - low) * (((number * 0.618034) % 1) - 0.5);
}
