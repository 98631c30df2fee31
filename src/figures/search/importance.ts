/** The importance of each parameter of a search. */

import * as Plot from '@observablehq/plot';
import { percent, plural } from '../../core/format.ts';
import type { Importances } from '../../search/importance/importance.ts';
import type { SearchSummary } from '../../search/summary.ts';
import { chart, labelRoom, namesAxis, TICK } from '../chart.ts';
import { type Figure, type FigureOptions, Sheet } from '../figure.ts';
import { colors } from '../theme.ts';

/** Most parameters with a bar. */
const MOST_BARS = 20;

/** The name of the last bar: what no parameter explains alone. */
const TOGETHER = 'combinations';

/** The share of the variance of the objective that each parameter explains alone. */
export function drawImportance(
  summary: Pick<SearchSummary, 'objective' | 'step'>,
  found: Importances,
  options: FigureOptions,
): Figure {
  const { parameters, together, trials, step } = found;
  const [first] = parameters;
  const bars = parameters.slice(0, MOST_BARS);
  const of =
    step === undefined
      ? `${summary.objective} of ${plural(trials, 'complete trial')}`
      : `${summary.objective} of ${plural(trials, 'trial')} after ${summary.step ?? 'step'} ${step}`;
  const sheet = new Sheet(options, {
    name: 'search-importance',
    title: `${first.name} alone explains ${percent(first.share, 0)} of the differences between trials`,
    facts: `shares of the variance of the ${of}`,
  });
  const rows = [...bars, { name: TOGETHER, share: together, spread: 0 }];
  const names = rows.map(({ name }) => name);
  const room = labelRoom(names, sheet.width, 0.4);
  const places = [...rows.keys()];
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: rows.length * 24 + 46,
      marginLeft: room,
      marginRight: 50,
      marginTop: 6,
      marginBottom: 38,
      x: {
        domain: [0, 100 * Math.max(...rows.map(({ share }) => share), 0.01)],
        label: 'share of the variance (%)',
        labelArrow: 'none',
        labelAnchor: 'center',
        ticks: Math.floor(sheet.width / 90),
      },
      y: namesAxis(names, room),
      marks: [
        Plot.ruleX([0], { stroke: colors.muted }),
        Plot.barX(places, {
          x: (i: number) => rows[i].share * 100,
          y: (i: number) => i,
          fill: (i: number) => (i < bars.length ? sheet.color : colors.quiet),
          insetTop: 4,
          insetBottom: 4,
        }),
        Plot.text(places, {
          x: (i: number) => rows[i].share * 100,
          y: (i: number) => i,
          text: (i: number) => percent(rows[i].share),
          textAnchor: 'start',
          dx: 6,
          fill: colors.ink,
          fontSize: TICK,
        }),
      ],
    }),
  ]);
  return sheet.figure(
    `Shares of the variance of the ${of}: ${parameters
      .map(({ name, share }) => `${name} ${percent(share)}`)
      .join(', ')}; combinations of parameters ${percent(together)}.`,
  );
}
