/** The pairs of classes that are confused most often. */

import * as Plot from '@observablehq/plot';
import { count, list, percent, plural } from '../core/format.ts';
import { confusedPairs } from '../inspect/class-intervals.ts';
import type { ConfusedPair } from '../inspect/inspection.ts';
import type { Evaluation } from '../inspect/metrics.ts';
import { chart, countTicks, grid, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { fit } from './text.ts';
import { colors } from './theme.ts';

export interface PairsOptions extends FigureOptions {
  /** Largest number of pairs; 10 by default. */
  readonly most?: number;
  /**
   * The evaluations of all runs that are shown together, this one included: each figure has the same pairs,
   * those with the most images in all runs, on the same scale.
   */
  readonly beside?: readonly Evaluation[] | undefined;
}

/** Height of a pair: its names, and the bar below them. */
const ROW = 38;

/** The pairs of classes that are confused most often. */
export function drawPairs(
  evaluation: Evaluation,
  { most = 10, beside = [evaluation], ...options }: PairsOptions,
): Figure {
  const { perClass, images, correct, confusion } = evaluation;
  const shown = sharedPairs(beside, most).map(({ actual, predicted }): ConfusedPair => {
    const { support } = perClass[actual];
    const own = confusion[actual][predicted];
    return { actual, predicted, count: own, share: support === 0 ? 0 : own / support };
  });
  const largest = Math.max(
    1,
    ...shown.flatMap(({ actual, predicted }) => beside.map((run) => run.confusion[actual][predicted])),
  );
  const mistakes = images - correct;
  const covered = shown.reduce((sum, pair) => sum + pair.count, 0);
  const sheet = new Sheet(options, {
    name: 'confused-pairs',
    title:
      mistakes === 0
        ? 'No class is confused with another'
        : `${plural(shown.length, 'pair')} of classes ${shown.length === 1 ? 'makes' : 'make'} up ${percent(covered / mistakes, 0)} of the mistakes`,
    facts: `${count(covered)} of ${plural(mistakes, 'mistake')}`,
  });
  const say = ({ actual, predicted }: ConfusedPair): string =>
    `${perClass[actual].name} → ${perClass[predicted].name}`;
  if (shown.length > 0) {
    sheet.row([drawBars(sheet, shown, largest, say)]);
    sheet.paragraph('True class → predicted class. In parentheses: share of the images of the true class.');
  }
  const said = shown.toSorted((a, b) => b.count - a.count);
  return sheet.figure(
    shown.length === 0
      ? 'No class was confused with another.'
      : `The ${shown.length} most confused pairs of classes: ` +
          `${list(said.map((pair) => `${say(pair)}, ${plural(pair.count, 'image')} (${percent(pair.share)})`))}.`,
  );
}

/** The pairs with the most images in all runs together, the most first. */
function sharedPairs(evaluations: readonly Evaluation[], most: number): ConfusedPair[] {
  const total = evaluations[0].confusion.map((row, actual) =>
    row.map((_, predicted) => evaluations.reduce((sum, run) => sum + run.confusion[actual][predicted], 0)),
  );
  return confusedPairs(total, most);
}

function drawBars(
  sheet: Sheet,
  pairs: readonly ConfusedPair[],
  largest: number,
  say: (pair: ConfusedPair) => string,
): SVGSVGElement {
  return chart(sheet.document, {
    width: sheet.width,
    height: ROW * pairs.length + 42,
    marginLeft: 8,
    marginRight: 90,
    marginTop: 4,
    marginBottom: 38,
    x: {
      label: 'images',
      labelArrow: 'none',
      labelAnchor: 'center',
      domain: [0, largest],
      ...countTicks(sheet.width - 92),
    },
    y: { type: 'band', axis: null, domain: pairs.map((_, i) => i), padding: 0, round: false },
    marks: [
      Plot.gridX(grid),
      Plot.barX(pairs, {
        x: 'count',
        y: (_, i) => i,
        fill: sheet.color,
        insetTop: 19,
        insetBottom: 5,
        rx: 1.5,
      }),
      Plot.text(pairs, {
        x: 0,
        y: (_, i) => i,
        text: (pair: ConfusedPair) => fit(say(pair), TICK, sheet.width - 10),
        textAnchor: 'start',
        fontSize: TICK,
        dy: -10,
        fill: colors.ink,
        stroke: colors.paper,
        strokeWidth: 3,
      }),
      Plot.text(pairs, {
        x: 'count',
        y: (_, i) => i,
        text: (pair: ConfusedPair) => `${count(pair.count)} (${percent(pair.share)})`,
        textAnchor: 'start',
        dx: 5,
        dy: 7,
        fill: colors.muted,
      }),
    ],
  });
}
