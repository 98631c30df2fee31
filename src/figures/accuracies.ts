/** Test accuracy of runs beside the published accuracy, and how far each is from the first. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { list, percent, plural, points } from '../core/format.ts';
import type { Inspection, TestPredictions } from '../inspect/inspection.ts';
import { compareOnSameImages, isMoreThanChance, pairedDifference } from '../inspect/mcnemar.ts';
import type { Interval } from '../inspect/metrics.ts';
import { recipes } from '../train/recipes.ts';
import { chart, grid, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { fit } from './text.ts';
import { colors, meanings, runColor } from './theme.ts';

/** One run's result. */
export interface RunAccuracy {
  readonly run: string;
  /** The recipe of the run, by which a title calls its network. */
  readonly recipe?: string | undefined;
  /** 0 to 1. */
  readonly accuracy: number;
  readonly interval: Interval;
  /** Accuracy that the author of the recipe published for these settings, if known. */
  readonly published?: number | undefined;
  /** With these, runs of the same images are compared image by image. */
  readonly predictions?: Pick<TestPredictions, 'labels' | 'predicted'>;
}

/** The part of an inspection that `drawAccuracies` needs. */
export function runAccuracy({
  run,
  recipe,
  published,
  evaluation,
  predictions,
}: Pick<Inspection, 'run' | 'recipe' | 'published' | 'evaluation' | 'predictions'>): RunAccuracy {
  const { accuracy, interval } = evaluation;
  return { run, recipe, accuracy, interval, predictions, published };
}

/** A run against the first one on the same images. */
interface Gain {
  readonly place: number;
  /** Of McNemar's exact test. */
  readonly pValue: number;
  readonly difference: number;
  readonly interval: Interval;
}

const ROW = 46;

/**
 * Accuracies, a row for each run; a tick marks a known published accuracy. A single run has its 95% interval.
 * Several runs have one below for each difference from the first: the intervals of the accuracies themselves
 * may overlap although the runs differ on the same images by more than chance.
 */
export function drawAccuracies(runs: readonly RunAccuracy[], options: FigureOptions): Figure {
  const gains = gainsOf(runs);
  const published = runs.filter((run) => run.published !== undefined);
  const sheet = new Sheet(options, {
    name: 'accuracies',
    title: accuracyFinding(runs),
    facts: runs.length === 1 ? 'test accuracy with its 95% interval' : 'test accuracy',
  });
  sheet.legend([
    ...runs.map((run, place) => ({ color: runColor(place), label: run.run, mark: 'dot' as const })),
    ...(published.length > 0
      ? [{ color: meanings.published, label: 'published result of the recipe', mark: 'tick' as const }]
      : []),
  ]);
  sheet.row([drawRuns(sheet, runs)]);
  if (gains.length > 0) {
    sheet.row([drawGains(sheet, runs, gains)], { headings: [`Difference from ${runs[0].run}`] });
    sheet.paragraph(
      'The 95% interval of a difference counts the images on which exactly one of the two is correct. A difference is more than chance if the p-value of McNemar’s exact test is below 0.05.',
    );
  }
  const said = runs.map(
    ({ run, accuracy, interval, published: p }) =>
      `${run} ${percent(accuracy, 2)} (95% interval ${percent(interval.low, 2)} to ${percent(interval.high, 2)}` +
      `${p === undefined ? '' : `; published ${percent(p, 2)}`})`,
  );
  const compared = gains.map(
    ({ place, difference, interval, pValue }) =>
      ` ${runs[place].run} minus ${runs[0].run}: ${signed(difference)} points (95% interval ${signed(interval.low)} to ${signed(interval.high)}; ${pText(pValue)}).`,
  );
  return sheet.figure(`Test accuracy of ${plural(runs.length, 'run')}: ${list(said)}.${compared.join('')}`);
}

function gainsOf(runs: readonly RunAccuracy[]): Gain[] {
  const [first] = runs;
  return runs.flatMap(({ predictions }, place) => {
    if (place === 0 || predictions === undefined || first.predictions === undefined) return [];
    const { labels, predicted } = first.predictions;
    const pair = compareOnSameImages(labels, predicted, predictions.predicted);
    return [{ place, pValue: pair.pValue, ...pairedDifference(pair) }];
  });
}

/**
 * The finding of a comparison: the largest difference that is more than chance. The p-value decides, which is exact,
 * and not the interval, which may exclude 0 beside a p-value above 0.05.
 */
export function accuracyFinding(runs: readonly RunAccuracy[]): string {
  const gains = gainsOf(runs);
  const names = networkNames(runs);
  if (gains.length === 0) {
    const best = argMax(runs.map(({ accuracy }) => accuracy));
    return capital(`${names[best]} recognizes ${percent(runs[best].accuracy, 2)} of the test images`);
  }
  const sure = gains.filter(isMoreThanChance);
  if (sure.length === 0)
    return capital(
      runs.length > 2
        ? `no run differs from ${names[0]} by more than chance`
        : `${names[gains[0].place]} and ${names[0]} differ by no more than chance, ${points(gains[0].difference)} points`,
    );
  const { place, difference } = sure.reduce((a, b) =>
    Math.abs(b.difference) > Math.abs(a.difference) ? b : a,
  );
  const more = difference > 0 ? 'more' : 'fewer';
  const than = runs.length > 2 ? ` than ${names[0]}` : '';
  return capital(`${names[place]} recognizes ${points(difference)} points ${more} of the test images${than}`);
}

/** `the deeper network`, where a known recipe tells the run from the others; otherwise the name of the run. */
function networkNames(runs: readonly RunAccuracy[]): string[] {
  return runs.map(({ run, recipe }) => {
    const isOnly = runs.filter((other) => other.recipe === recipe).length === 1;
    return recipe !== undefined && Object.hasOwn(recipes, recipe) && isOnly ? `the ${recipe} network` : run;
  });
}

/** A sentence that begins with an article begins with a capital; the name of a run stays as it is. */
function capital(sentence: string): string {
  return sentence.replace(/^(the|no) /, (word) => `${word[0].toUpperCase()}${word.slice(1)}`);
}

/** `+1.7`, `−0.3` */
function signed(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${points(difference)}`;
}

/** `p = 0.065`, `p < 0.001` */
function pText(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}

/** From the lowest to the highest value, with a little room on both sides. */
function around(values: readonly number[], [least, most]: readonly [number, number]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const slack = Math.max(0.002, (high - low) * 0.08);
  return [Math.max(least, low - slack) * 100, Math.min(most, high + slack) * 100];
}

/** Number of ticks, of the axis and of the grid alike. */
const tickCount = (sheet: Sheet): number => Math.max(3, Math.floor(sheet.width / 90));

const axis = (sheet: Sheet, label: string) =>
  ({
    label,
    labelArrow: 'none',
    labelAnchor: 'center',
    ticks: tickCount(sheet),
  }) as const;

function drawRuns(sheet: Sheet, runs: readonly RunAccuracy[]): SVGSVGElement {
  const single = runs.length === 1;
  const y = (_: unknown, i: number): number => i;
  const published = runs.filter((run) => run.published !== undefined);
  const values = runs.flatMap(({ accuracy, interval, published: p }) => [
    ...(single ? [interval.low, interval.high] : [accuracy]),
    ...(p === undefined ? [] : [p]),
  ]);
  return chart(sheet.document, {
    width: sheet.width,
    height: ROW * runs.length + 44,
    marginLeft: 14,
    marginRight: 16,
    marginTop: 4,
    marginBottom: 40,
    x: { ...axis(sheet, 'test accuracy (%)'), domain: around(values, [0, 1]) },
    y: { type: 'band', axis: null, domain: runs.map((_, i) => i), padding: 0, round: false },
    marks: [
      Plot.gridX({ ...grid, ticks: tickCount(sheet) }),
      Plot.ruleY(single ? runs : [], {
        y,
        x1: (d: RunAccuracy) => d.interval.low * 100,
        x2: (d: RunAccuracy) => d.interval.high * 100,
        stroke: sheet.color,
        strokeWidth: 2.5,
        dy: 11,
      }),
      Plot.tickX(published, {
        y: (run: RunAccuracy) => runs.indexOf(run),
        x: (d: RunAccuracy) => (d.published ?? 0) * 100,
        stroke: meanings.published,
        strokeWidth: 2.5,
        insetTop: 25,
        insetBottom: 3,
      }),
      Plot.dot(runs, {
        y,
        x: (d: RunAccuracy) => d.accuracy * 100,
        r: 6,
        fill: (_: RunAccuracy, i: number) => runColor(i),
        stroke: colors.paper,
        dy: 11,
      }),
      Plot.text(runs, {
        y,
        frameAnchor: 'left',
        dx: -10,
        text: (d: RunAccuracy) =>
          `${fit(d.run, TICK, sheet.width * 0.5)}: ${percent(d.accuracy, 2)}${d.published === undefined ? '' : ` (published ${percent(d.published, 2)})`}`,
        fill: colors.ink,
        stroke: colors.paper,
        strokeWidth: 4,
        dy: -9,
      }),
    ],
  });
}

function drawGains(sheet: Sheet, runs: readonly RunAccuracy[], gains: readonly Gain[]): SVGSVGElement {
  const y = (_: unknown, i: number): number => i;
  const values = [0, ...gains.flatMap(({ interval }) => [interval.low, interval.high])];
  return chart(sheet.document, {
    width: sheet.width,
    height: ROW * gains.length + 44,
    marginLeft: 14,
    marginRight: 16,
    marginTop: 4,
    marginBottom: 40,
    x: { ...axis(sheet, 'points of test accuracy, 95% interval'), domain: around(values, [-1, 1]) },
    y: { type: 'band', axis: null, domain: gains.map((_, i) => i), padding: 0, round: false },
    marks: [
      Plot.gridX({ ...grid, ticks: tickCount(sheet) }),
      // Beside each interval only: the line would cross the words above it.
      Plot.tickX(gains, { y, x: 0, stroke: colors.muted, strokeWidth: 1, insetTop: 24 }),
      Plot.ruleY(gains, {
        y,
        x1: ({ interval }: Gain) => interval.low * 100,
        x2: ({ interval }: Gain) => interval.high * 100,
        stroke: ({ place }: Gain) => runColor(place),
        strokeWidth: 2.5,
        dy: 11,
      }),
      Plot.dot(gains, {
        y,
        x: ({ difference }: Gain) => difference * 100,
        r: 6,
        fill: ({ place }: Gain) => runColor(place),
        stroke: colors.paper,
        dy: 11,
      }),
      Plot.text(gains, {
        y,
        frameAnchor: 'left',
        dx: -10,
        text: ({ place, difference, interval, pValue }: Gain) =>
          `${fit(runs[place].run, TICK, sheet.width * 0.4)}: ${signed(difference)} (${signed(interval.low)} to ${signed(interval.high)}), ${pText(pValue)}`,
        fill: colors.ink,
        stroke: colors.paper,
        strokeWidth: 4,
        dy: -9,
      }),
    ],
  });
}
