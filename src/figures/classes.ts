/** The figures of each class, and the confused pairs of classes. */

import * as Plot from '@observablehq/plot';
import { count, list, MOST_NAMED, percent, plural } from '../core/format.ts';
import type { ClassInterval, ConfusedPair } from '../inspect/inspection.ts';
import type { Evaluation, Interval } from '../inspect/metrics.ts';
import { chart, countTicks, drawnRows, grid, labelRoom, MOST_ROWS, namesAxis } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { fit } from './text.ts';
import { colors, seriesColor } from './theme.ts';

interface Score {
  readonly label: number;
  readonly value: number;
  readonly interval: Interval;
}

const metrics: readonly {
  readonly name: string;
  readonly shift: number;
  readonly of: (row: ClassInterval) => Omit<Score, 'label'>;
}[] = [
  {
    name: 'precision',
    shift: -0.26,
    of: ({ precision, precisionInterval }) => ({ value: precision, interval: precisionInterval }),
  },
  {
    name: 'recall',
    shift: 0,
    of: ({ recall, recallInterval }) => ({ value: recall, interval: recallInterval }),
  },
  { name: 'F1', shift: 0.26, of: ({ f1, f1Interval }) => ({ value: f1, interval: f1Interval }) },
];

/**
 * Precision, recall and F1 of each class with 95% intervals, the class with the highest F1 first. Classes
 * without images have no recall and are only named; with very many classes only the best and the worst are
 * drawn.
 */
export function drawClasses(all: readonly ClassInterval[], options: FigureOptions): Figure {
  const rows = all.filter(({ support }) => support > 0);
  const without = all.filter(({ support }) => support === 0).map(({ name }) => name);
  const tooMany = rows.length > MOST_ROWS;
  const sheet = new Sheet(options, {
    name: 'classes',
    title: 'Precision, recall and F1 of each class',
    facts: `with 95% intervals, highest F1 first${tooMany ? `: the best and the worst of ${count(rows.length)} classes` : ''}`,
  });
  const order = rows.map((_, i) => i).sort((a, b) => rows[b].f1 - rows[a].f1 || a - b);
  const names = rows.map(({ name }) => name);
  const room = labelRoom(names, sheet.width);
  const shown = drawnRows(order);
  const row = shown.length > 20 ? 24 : 36;
  sheet.legend(metrics.map(({ name }, i) => ({ color: seriesColor(i), label: name })));
  const lowest = Math.min(...rows.flatMap((r) => metrics.map(({ of }) => of(r).interval.low)));
  const marks = metrics.flatMap(({ shift, of }, i) => {
    const scores: Score[] = rows.flatMap((r, label) => (shown.includes(label) ? [{ label, ...of(r) }] : []));
    const place = { y: 'label', dy: shift * row } as const;
    return [
      Plot.ruleY(scores, {
        ...place,
        x1: (d: Score) => d.interval.low * 100,
        x2: (d: Score) => d.interval.high * 100,
        stroke: seriesColor(i),
        strokeWidth: 2,
      }),
      Plot.dot(scores, {
        ...place,
        x: (d: Score) => d.value * 100,
        r: 3.6,
        fill: seriesColor(i),
        stroke: colors.paper,
        strokeWidth: 1,
      }),
    ];
  });
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: shown.length * row + 46,
      marginLeft: room,
      marginRight: 14,
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
      marks: [Plot.gridX(grid), ...marks],
    }),
  ]);
  if (without.length > 0)
    sheet.paragraph(`Without test images: ${list(without, MOST_NAMED)}.`, { size: 11.5, fill: colors.muted });
  const say = ({ name, precision, recall, f1 }: ClassInterval): string =>
    `${name} (precision ${percent(precision)}, recall ${percent(recall)}, F1 ${percent(f1)})`;
  return sheet.figure(
    `Precision, recall and F1 of ${rows.length} classes with 95% intervals. Best by F1: ${say(rows[order[0]])}; ` +
      `worst: ${say(rows[order[order.length - 1]])}.` +
      `${without.length > 0 ? ` ${plural(without.length, 'class has', 'classes have')} no test images: ${list(without, MOST_NAMED)}.` : ''}`,
  );
}

/** Options of `drawPairs`. */
export interface PairsOptions extends FigureOptions {
  /** Largest number of pairs; 10 by default. */
  readonly most?: number;
}

/** The pairs of classes that are confused most often. */
export function drawPairs(
  pairs: readonly ConfusedPair[],
  { perClass, images, correct }: Evaluation,
  { most = 10, ...options }: PairsOptions,
): Figure {
  const shown = pairs.slice(0, most);
  const mistakes = images - correct;
  const covered = shown.reduce((sum, pair) => sum + pair.count, 0);
  const sheet = new Sheet(options, {
    name: 'confused-pairs',
    title: 'The most confused pairs of classes',
    facts:
      mistakes === 0
        ? 'no mistakes'
        : `${percent(covered / mistakes, 0)} of all ${plural(mistakes, 'mistake')}`,
  });
  const say = ({ actual, predicted }: ConfusedPair): string =>
    `${perClass[actual].name} → ${perClass[predicted].name}`;
  const row = 36;
  if (shown.length > 0)
    sheet.row([
      chart(options.document, {
        width: sheet.width,
        height: row * shown.length + 42,
        marginLeft: 2,
        marginRight: 90,
        marginTop: 4,
        marginBottom: 38,
        x: {
          label: 'images',
          labelArrow: 'none',
          labelAnchor: 'center',
          domain: [0, shown[0].count],
          ...countTicks(sheet.width - 92),
        },
        y: { type: 'band', axis: null, domain: shown.map((_, i) => i), padding: 0, round: false },
        marks: [
          Plot.gridX(grid),
          Plot.barX(shown, {
            x: 'count',
            y: (_, i) => i,
            fill: seriesColor(1),
            insetTop: 18,
            insetBottom: 5,
            rx: 1.5,
          }),
          Plot.text(shown, {
            x: 0,
            y: (_, i) => i,
            text: (pair: ConfusedPair) => fit(say(pair), 11.5, sheet.width - 8),
            textAnchor: 'start',
            fontSize: 11.5,
            dy: -9,
            fill: colors.ink,
            stroke: colors.paper,
            strokeWidth: 3,
          }),
          Plot.text(shown, {
            x: 'count',
            y: (_, i) => i,
            text: (pair: ConfusedPair) => `${count(pair.count)} (${percent(pair.share)})`,
            textAnchor: 'start',
            dx: 5,
            dy: 6.5,
            fill: colors.muted,
          }),
        ],
      }),
    ]);
  if (shown.length > 0)
    sheet.paragraph('True class → predicted class. In parentheses: share of the images of the true class.', {
      size: 11.5,
      fill: colors.muted,
    });
  return sheet.figure(
    shown.length === 0
      ? 'No class was confused with another.'
      : `The ${shown.length} most confused pairs of classes: ` +
          `${list(shown.map((pair) => `${say(pair)}, ${plural(pair.count, 'image')} (${percent(pair.share)})`))}.`,
  );
}
