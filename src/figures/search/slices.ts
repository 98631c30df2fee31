/** The values of all trials against each parameter. */

import * as Plot from '@observablehq/plot';
import { plural } from '../../core/format.ts';
import type { Parameter } from '../../search/space.ts';
import type { SearchSummary } from '../../search/summary.ts';
import { chart, grid, SMALL } from '../chart.ts';
import { type Figure, type FigureOptions, Sheet } from '../figure.ts';
import { colors } from '../theme.ts';
import {
  axisTicks,
  bestOutcome,
  beyondText,
  clamp,
  drawn,
  importancesOf,
  type Outcome,
  outcomeRange,
  outcomesOf,
  settingsText,
  spreadPlace,
  valueScale,
} from './common.ts';
import { telling } from './history.ts';

/** Most panels. */
const MOST_PANELS = 12;

/** The names of the parameters from the most to the least important; in the order of the space if that is unknown. */
export function namesByImportance(summary: SearchSummary): string[] {
  return importancesOf(summary)?.parameters.map(({ name }) => name) ?? Object.keys(summary.space);
}

/** The first of the names, with their parameters, in the order of the space. */
export function drawnParameters(
  { space }: SearchSummary,
  names: readonly string[],
  most: number,
): (readonly [name: string, parameter: Parameter])[] {
  const kept = new Set(names.slice(0, most));
  return Object.entries(space).filter(([name]) => kept.has(name));
}

/** The value of each trial against each parameter. */
export function drawSlices(summary: SearchSummary, options: FigureOptions): Figure {
  const outcomes = outcomesOf(summary);
  const values = outcomes.map(({ value }) => value);
  const range = outcomeRange(summary, outcomes);
  const best = bestOutcome(summary);
  const parameters = drawnParameters(summary, namesByImportance(summary), MOST_PANELS);
  const hidden = Object.keys(summary.space).length - parameters.length;
  const sheet = new Sheet(options, {
    name: 'search-slices',
    title:
      best === undefined
        ? 'No trial is complete'
        : `The best trial has ${settingsText(best.trial.values, 3).replace(/, …$/, '')}`,
    facts: `${summary.objective} of each trial against each parameter${
      hidden > 0 ? `; ${plural(hidden, 'less important parameter')} left out` : ''
    }${beyondText(values, range)}`,
  });
  sheet.legend([
    { color: sheet.color, label: 'complete', mark: 'dot' },
    { color: colors.quiet, label: 'pruned, at its last value', mark: 'dot' },
    ...(best === undefined ? [] : [{ color: colors.ink, label: 'best', mark: 'tick' as const }]),
  ]);
  const columns = sheet.narrow ? 2 : sheet.width > 800 ? 4 : 3;
  const width = (sheet.width - 14 * (columns - 1)) / columns;
  const panels = parameters.map(([name, parameter], place) => ({
    heading: name,
    chart: panel(options.document, { name, parameter, width, outcomes, range, best, summary }, sheet.color, {
      first: place % columns === 0,
    }),
  }));
  for (let from = 0; from < panels.length; from += columns) {
    const row = panels.slice(from, from + columns);
    sheet.row(
      row.map((each) => each.chart),
      { headings: row.map(({ heading }) => heading) },
    );
  }
  return sheet.figure(
    `${summary.objective} of ${plural(outcomes.length, 'trial')} against ${parameters.map(([name]) => name).join(', ')}.` +
      (best === undefined ? '' : ` The best trial has ${settingsText(best.trial.values, 20)}.`),
  );
}

interface Panel {
  readonly name: string;
  readonly parameter: Parameter;
  readonly width: number;
  readonly outcomes: readonly Outcome[];
  readonly range: readonly [number, number];
  readonly best: Outcome | undefined;
  readonly summary: SearchSummary;
}

function panel(
  document: Document,
  { name, parameter, width, outcomes, range, best, summary }: Panel,
  color: string,
  { first }: { readonly first: boolean },
): SVGSVGElement {
  const marginLeft = first ? 40 : 8;
  const has = (outcome: Outcome): boolean => Object.hasOwn(outcome.trial.values, name);
  const shown = outcomes.filter(has);
  const x = ({ trial }: Outcome): number => spreadPlace(parameter, trial.values[name], trial.number);
  const y = ({ value }: Outcome): number => drawn(summary, clamp(value, range));
  const ticks = axisTicks(parameter, width - marginLeft - 8, SMALL);
  return chart(document, {
    width,
    height: 150,
    marginLeft,
    marginRight: 8,
    marginTop: 8,
    marginBottom: 24,
    x: { domain: [-0.03, 1.03], axis: null },
    y: {
      ...valueScale(summary, range),
      label: null,
      ticks: 4,
      ...(first ? {} : { axis: null }),
    },
    marks: [
      Plot.gridY({ ...grid, ticks: 4 }),
      Plot.ruleY([drawn(summary, range[0])], { stroke: colors.faint }),
      ...ticks.map(({ at, text }) =>
        Plot.text([text], {
          x: () => at,
          frameAnchor: 'bottom',
          dy: 16,
          text: (d: string) => d,
          textAnchor: at === 0 ? 'start' : at === 1 ? 'end' : 'middle',
          fill: colors.muted,
          fontSize: SMALL,
        }),
      ),
      Plot.ruleX(best !== undefined && has(best) ? [best] : [], {
        x,
        stroke: colors.ink,
        strokeOpacity: 0.5,
        strokeDasharray: '3 3',
      }),
      Plot.dot(
        shown.filter(({ complete }) => !complete),
        { x, y, r: 2, fill: colors.quiet, title: telling(summary) },
      ),
      Plot.dot(
        shown.filter(({ complete }) => complete),
        { x, y, r: 3, fill: color, title: telling(summary) },
      ),
      Plot.dot(best !== undefined && has(best) ? [best] : [], {
        x,
        y,
        r: 4.5,
        fill: colors.paper,
        stroke: color,
        strokeWidth: 2,
        title: telling(summary),
      }),
    ],
  });
}
