/** Precision, recall and F1 of each class. */

import * as Plot from '@observablehq/plot';
import { count, list, MOST_NAMED, percent, plural } from '../core/format.ts';
import type { ClassInterval } from '../inspect/inspection.ts';
import type { Interval } from '../inspect/metrics.ts';
import { chart, drawnRows, grid, labelRoom, MOST_ROWS, namesAxis } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { colors, meanings } from './theme.ts';

export interface ClassesOptions extends FigureOptions {
  /** The same classes of all runs that are shown together, these included: order and scale are shared. */
  readonly beside?: readonly (readonly ClassInterval[])[] | undefined;
}

interface Score {
  readonly label: number;
  readonly value: number;
  readonly interval: Interval;
}

/** A figure of a class, with its place in the class's row. */
interface Metric {
  readonly name: string;
  readonly color: string;
  readonly mark: 'diamond' | 'box' | 'dot';
  readonly shift: number;
  readonly of: (row: ClassInterval) => Omit<Score, 'label'>;
}

/** Precision and recall have colors of their own; F1, which sums them up, has the color of the run. */
const metricsIn = (color: string): readonly Metric[] => [
  {
    name: 'precision',
    color: meanings.precision,
    mark: 'diamond',
    shift: -0.26,
    of: ({ precision, precisionInterval }) => ({ value: precision, interval: precisionInterval }),
  },
  {
    name: 'recall',
    color: meanings.recall,
    mark: 'box',
    shift: 0,
    of: ({ recall, recallInterval }) => ({ value: recall, interval: recallInterval }),
  },
  {
    name: 'F1',
    color,
    mark: 'dot',
    shift: 0.26,
    of: ({ f1, f1Interval }) => ({ value: f1, interval: f1Interval }),
  },
];

const symbols = { diamond: 'diamond', box: 'square', dot: 'circle' } as const;

/**
 * Precision, recall and F1 of each class with 95% intervals, the class with the highest F1 first. Classes
 * without images have no recall and are only named; with very many classes only the best and the worst are
 * drawn.
 */
export function drawClasses(
  all: readonly ClassInterval[],
  { beside = [all], ...options }: ClassesOptions,
): Figure {
  const rows = all.filter(({ support }) => support > 0);
  const without = all.filter(({ support }) => support === 0).map(({ name }) => name);
  const shared = beside.map((run) => run.filter(({ support }) => support > 0));
  const tooMany = rows.length > MOST_ROWS;
  const [best, worst] = endsOf(rows);
  const sheet = new Sheet(options, {
    name: 'classes',
    title:
      rows.length < 2
        ? `${best.name} has an F1 of ${percent(best.f1)}`
        : `${best.name} is recognized best, ${worst.name} worst`,
    facts:
      `F1 ${percent(best.f1)} and ${percent(worst.f1)}; 95% intervals, highest ${beside.length > 1 ? 'mean ' : ''}F1 first` +
      `${tooMany ? `: the best and the worst of ${count(rows.length)} classes` : ''}`,
  });
  const mean = rows.map((_, i) => shared.reduce((sum, run) => sum + (run[i]?.f1 ?? 0), 0));
  const order = rows.map((_, i) => i).sort((a, b) => mean[b] - mean[a] || a - b);
  const names = rows.map(({ name }) => name);
  const room = labelRoom(names, sheet.width);
  const shown = drawnRows(order);
  const row = shown.length > 20 ? 24 : 36;
  const metrics = metricsIn(sheet.color);
  sheet.legend(metrics.map(({ name, color, mark }) => ({ color, label: name, mark })));
  const lowest = Math.min(
    ...shared.flatMap((run) => run.flatMap((r) => metrics.map(({ of }) => of(r).interval.low))),
  );
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: shown.length * row + 46,
      marginLeft: room,
      marginRight: 16,
      marginTop: 4,
      marginBottom: 40,
      x: {
        domain: [Math.floor(lowest * 10) * 10, 100],
        label: 'precision, recall, F1 (%)',
        labelArrow: 'none',
        labelAnchor: 'center',
        ticks: Math.max(3, Math.floor((sheet.width - room) / 60)),
      },
      y: { ...namesAxis(names, room, shown), padding: 0.1 },
      marks: [Plot.gridX(grid), ...metrics.flatMap((metric) => marksOf(metric, rows, shown, row))],
    }),
  ]);
  if (without.length > 0) sheet.paragraph(`Without test images: ${list(without, MOST_NAMED)}.`);
  const say = ({ name, precision, recall, f1 }: ClassInterval): string =>
    `${name} (precision ${percent(precision)}, recall ${percent(recall)}, F1 ${percent(f1)})`;
  return sheet.figure(
    `Precision, recall and F1 of ${rows.length} classes with 95% intervals. Best by F1: ${say(best)}; ` +
      `worst: ${say(worst)}.` +
      `${without.length > 0 ? ` ${plural(without.length, 'class has', 'classes have')} no test images: ${list(without, MOST_NAMED)}.` : ''}`,
  );
}

/** The classes with the highest and the lowest F1; among equal ones the first and the last. */
function endsOf(rows: readonly ClassInterval[]): [best: ClassInterval, worst: ClassInterval] {
  return [
    rows.reduce((best, row) => (row.f1 > best.f1 ? row : best)),
    rows.reduce((worst, row) => (row.f1 <= worst.f1 ? row : worst)),
  ];
}

/** The interval and the sign of one figure in every row. */
function marksOf(
  { color, mark, shift, of }: Metric,
  rows: readonly ClassInterval[],
  shown: readonly number[],
  row: number,
): Plot.Markish[] {
  const scores: Score[] = rows.flatMap((r, label) => (shown.includes(label) ? [{ label, ...of(r) }] : []));
  const place = { y: 'label', dy: shift * row } as const;
  return [
    Plot.ruleY(scores, {
      ...place,
      x1: (d: Score) => d.interval.low * 100,
      x2: (d: Score) => d.interval.high * 100,
      stroke: color,
      strokeWidth: 2,
    }),
    Plot.dot(scores, {
      ...place,
      x: (d: Score) => d.value * 100,
      r: mark === 'dot' ? 4.4 : 3.8,
      symbol: symbols[mark],
      fill: color,
      stroke: colors.paper,
      strokeWidth: 1,
    }),
  ];
}
