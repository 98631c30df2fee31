/** Parallel coordinates: one line for each trial, through its value of each parameter. The axes are rows, so that names fit. */

import * as Plot from '@observablehq/plot';
import { plural } from '../../core/format.ts';
import { type Comparable, comparable, type SearchSummary } from '../../search/summary.ts';
import { asLoss } from '../../search/trial.ts';
import { chart, SMALL, TICK } from '../chart.ts';
import { type Figure, type FigureOptions, Sheet } from '../figure.ts';
import { fit } from '../text.ts';
import { colors } from '../theme.ts';
import { axisTicks, choiceText, clamp, outcomesOf, spreadPlace, valueRange, valueText } from './common.ts';
import { drawnParameters, namesByImportance } from './slices.ts';

/** The most axes, without the one of the objective. */
const MOST_AXES = 10;
const ROW = 52;
/** Pixels left of an axis for the trials that do not have its parameter. */
const ABSENT = 34;
/** Trials that are named as the best ones. */
const TOP = 5;

type Ranked = Comparable['trials'][number];

interface Axis {
  readonly name: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** Whether some trials lack the parameter. */
  readonly optional: boolean;
  /** The place of a trial, 0 to 1; undefined if it lacks the parameter. */
  readonly place: (outcome: Ranked) => number | undefined;
}

/** The least number of complete trials to compare by their final values. */
const LEAST_COMPLETE = 5;

/** The trials that are compared, and those that were pruned before and are only drawn. */
function contestants(summary: SearchSummary): Comparable & { readonly rest: readonly Ranked[] } {
  const outcomes = outcomesOf(summary).map(({ trial, value, complete }) => ({
    complete,
    ranked: { number: trial.number, values: trial.values, value },
  }));
  const complete = outcomes.filter((each) => each.complete).map(({ ranked }) => ranked);
  if (complete.length < LEAST_COMPLETE) return { ...comparable(summary), rest: [] };
  const rest = outcomes.filter((each) => !each.complete).map(({ ranked }) => ranked);
  return { trials: complete, step: undefined, rest };
}

/** One line for each trial through its values; better trials have a stronger color. */
export function drawParallel(summary: SearchSummary, options: FigureOptions): Figure {
  const { trials, step, rest } = contestants(summary);
  const ranked = trials.toSorted(
    (a, b) => asLoss(b.value, summary.direction) - asLoss(a.value, summary.direction),
  );
  const names = namesByImportance(summary);
  const parameters = drawnParameters(summary, names, MOST_AXES);
  const title = titleOf(summary, ranked, names);
  const sheet = new Sheet(options, {
    name: 'search-parallel',
    title,
    facts: `${plural(ranked.length, rest.length > 0 ? 'complete trial' : 'trial')} by ${summary.objective}${step === undefined ? '' : ` after ${summary.step ?? 'step'} ${step}`}, better ones have a stronger color${rest.length > 0 ? `; ${rest.length} others in gray` : ''}`,
  });
  const marginLeft = ABSENT + 8;
  const across = sheet.width - marginLeft - 12;
  const range = valueRange(
    summary,
    [...ranked, ...rest].map(({ value }) => value),
    ranked.map(({ value }) => value),
  );
  const axes: Axis[] = parameters.map(([name, parameter]) => ({
    name,
    ticks: axisTicks(parameter, across, SMALL),
    optional: parameter.when !== undefined && Object.keys(parameter.when).length > 0,
    place: ({ number, values }) =>
      Object.hasOwn(values, name) ? spreadPlace(parameter, values[name], number) : undefined,
  }));
  axes.push(objectiveAxis(summary, range, ranked.at(-1)?.value ?? range[0]));
  const none = -ABSENT / across;
  const linesOf = (some: readonly Ranked[]) =>
    some.flatMap((each, line) => axes.map((axis, row) => ({ line, x: axis.place(each) ?? none, y: row })));
  const lines = linesOf(ranked);
  const last = ranked.length - 1;
  const shade = (rank: number): number => (last === 0 ? 1 : 0.12 + (0.88 * rank) / last);
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: axes.length * ROW + 14,
      marginLeft,
      marginRight: 12,
      marginTop: 30,
      marginBottom: 36,
      x: { domain: [0, 1], axis: null },
      y: { domain: [0, axes.length - 1], reverse: true, axis: null },
      marks: [
        Plot.ruleY([...axes.keys()], { x1: 0, x2: 1, stroke: colors.muted, strokeWidth: 1 }),
        Plot.line(linesOf(rest), { x: 'x', y: 'y', z: 'line', stroke: colors.faint, strokeWidth: 1 }),
        Plot.line(lines, {
          x: 'x',
          y: 'y',
          z: 'line',
          stroke: (point: { readonly line: number }) => sheet.shade(shade(point.line)),
          strokeWidth: 1.3,
          strokeOpacity: 0.75,
        }),
        Plot.line(
          lines.filter(({ line }) => line === last),
          { x: 'x', y: 'y', stroke: sheet.color, strokeWidth: 3 },
        ),
        ...axes.flatMap((axis, row) => labels(axis, row, { none, across })),
      ],
    }),
  ]);
  return sheet.figure(altOf(summary, { ranked, axes, title }));
}

/** The axis of the objective, on which the best is at the right. */
function objectiveAxis(summary: SearchSummary, [low, high]: readonly [number, number], best: number): Axis {
  const worst = summary.direction === 'minimize' ? high : low;
  return {
    name: summary.objective,
    ticks: [
      { at: 0, text: `${valueText(summary, worst)} or worse` },
      { at: 1, text: valueText(summary, best) },
    ],
    optional: false,
    place: ({ value }) => clamp((value - worst) / (best - worst), [0, 1]),
  };
}

function labels(
  { name, ticks, optional }: Axis,
  row: number,
  { none, across }: { readonly none: number; readonly across: number },
) {
  const text = (
    words: string,
    at: number,
    { dy, anchor, ...style }: { dy: number; anchor: 'start' | 'middle' | 'end' } & Plot.TextOptions,
  ) =>
    Plot.text([words], {
      x: () => at,
      y: () => row,
      dy,
      textAnchor: anchor,
      text: (d: string) => d,
      fill: colors.muted,
      fontSize: SMALL,
      stroke: colors.paper,
      strokeWidth: 4,
      ...style,
    });
  const anchorOf = (at: number) => (at === 0 ? 'start' : at === 1 ? 'end' : 'middle');
  return [
    text(fit(name, TICK, across, { bold: true }), 0, {
      dy: -12,
      anchor: 'start',
      fill: colors.ink,
      fontSize: TICK,
      fontWeight: 600,
    }),
    ...ticks.map(({ at, text: words }) => text(words, at, { dy: 13, anchor: anchorOf(at) })),
    ...(optional ? [text('none', none, { dy: 13, anchor: 'middle' })] : []),
  ];
}

/** What the best trials have in common, of the parameter that matters most. */
function titleOf(summary: SearchSummary, ranked: readonly Ranked[], names: readonly string[]): string {
  const top = ranked.slice(-TOP);
  if (top.length === 0) return 'No trial has a value';
  const isCommon = (name: string): boolean =>
    !name.startsWith('$') && top.every(({ values }) => Object.hasOwn(values, name));
  const key = names.find(isCommon) ?? names[0];
  const values = top.flatMap((trial) => (Object.hasOwn(trial.values, key) ? [trial.values[key]] : []));
  const which = `The best ${top.length === 1 ? 'trial has' : `${top.length} trials have`}`;
  const numbers = values.filter((value) => typeof value === 'number');
  if (summary.space[key].type !== 'categorical' && numbers.length > 0) {
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    return low === high
      ? `${which} ${key} ${choiceText(low)}`
      : `${which} ${key} from ${choiceText(low)} to ${choiceText(high)}`;
  }
  const texts = [...new Set(values.map(choiceText))];
  return `${which} ${key} ${texts.join(' or ')}`;
}

function altOf(
  summary: SearchSummary,
  {
    ranked,
    axes,
    title,
  }: { readonly ranked: readonly Ranked[]; readonly axes: readonly Axis[]; readonly title: string },
): string {
  const best = ranked.at(-1);
  return (
    `Parallel coordinates of ${plural(ranked.length, 'trial')} over ${axes.map(({ name }) => name).join(', ')}.` +
    (best === undefined
      ? ''
      : ` The best is trial ${best.number} with ${valueText(summary, best.value)}. ${title}.`)
  );
}
