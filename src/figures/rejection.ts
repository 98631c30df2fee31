/** Accuracy and coverage when uncertain images are rejected. */

import * as Plot from '@observablehq/plot';
import { count, percent } from '../core/format.ts';
import type { RejectionPoint } from '../inspect/inspection.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { colors } from './theme.ts';

/** Accuracies to name a threshold for: the first one above the plain accuracy. */
const GOALS = [0.9, 0.95, 0.98, 0.99, 0.999];

export interface RejectionOptions extends FigureOptions {
  /** The curves of all runs that are shown together, this one included: they share the goal and their scales. */
  readonly beside?: readonly (readonly RejectionPoint[])[] | undefined;
}

/** A threshold as it is: `49%`, `99.99%`. */
export function thresholdText(threshold: number): string {
  return `${Number((threshold * 100).toFixed(2))}%`;
}

/** Accuracy and share of the images that are kept, against the required confidence. */
export function drawRejection(
  points: readonly RejectionPoint[],
  { beside = [points], ...options }: RejectionOptions,
): Figure {
  const all = points[0];
  const plain = Math.max(...beside.map(([first]) => first?.accuracy ?? 0));
  const goal = GOALS.find((accuracy) => accuracy > plain + 0.005) ?? 1;
  const reached = points.find(({ accuracy }) => accuracy >= goal);
  const sentence =
    reached === undefined
      ? `No threshold gives ${percent(goal, 0)} accuracy.`
      : `At a threshold of ${thresholdText(reached.threshold)}, ${percent(reached.coverage)} of the images are kept, and ` +
        `${percent(reached.accuracy)} of those are correct.`;
  const sheet = new Sheet(options, {
    name: 'rejection',
    title:
      reached === undefined
        ? `No confidence threshold gives ${percent(goal, 0)} accuracy`
        : `Above ${thresholdText(reached.threshold)} confidence, accuracy is ${percent(reached.accuracy)} instead of ${percent(all.accuracy)}`,
    facts:
      reached === undefined
        ? ''
        : `${percent(reached.coverage)} of the images are kept there, and ${percent(1 - reached.coverage)} are rejected`,
  });
  const lowest = Math.min(...beside.flatMap((curve) => curve.map(({ interval }) => interval.low)));
  const panel =
    (label: string, pick: (point: RejectionPoint) => number, interval: boolean) => (width: number) =>
      chart(options.document, {
        width,
        height: 250,
        marginLeft: 44,
        marginRight: 14,
        marginTop: 26,
        marginBottom: 38,
        x: {
          domain: [0, 100],
          ticks: 5,
          label: 'confidence threshold (%)',
          labelArrow: 'none',
          labelAnchor: 'center',
        },
        y: {
          label,
          labelArrow: 'none',
          nice: true,
          ticks: 6,
          domain: interval ? [lowest * 100, 100] : [0, 100],
        },
        marks: [
          Plot.gridY(grid),
          ...(interval
            ? [
                Plot.areaY(points, {
                  x: (p: RejectionPoint) => p.threshold * 100,
                  y1: (p: RejectionPoint) => p.interval.low * 100,
                  y2: (p: RejectionPoint) => p.interval.high * 100,
                  fill: sheet.color,
                  fillOpacity: 0.22,
                }),
              ]
            : []),
          ...(reached === undefined
            ? []
            : [Plot.ruleX([reached.threshold * 100], { stroke: colors.muted, strokeDasharray: '3 3' })]),
          Plot.line(points, {
            x: (p: RejectionPoint) => p.threshold * 100,
            y: (p: RejectionPoint) => pick(p) * 100,
            stroke: sheet.color,
            strokeWidth: 2,
          }),
          ...(reached === undefined
            ? []
            : [
                Plot.dot([reached], {
                  x: (p: RejectionPoint) => p.threshold * 100,
                  y: (p: RejectionPoint) => pick(p) * 100,
                  r: 4.5,
                  fill: colors.paper,
                  stroke: sheet.color,
                  strokeWidth: 2,
                }),
              ]),
        ],
      });
  sheet.columns([
    panel('accuracy of kept images (%)', ({ accuracy }) => accuracy, true),
    panel('images kept (%)', ({ coverage }) => coverage, false),
  ]);
  const last = points[points.length - 1];
  return sheet.figure(
    `Accuracy and coverage against the rejection threshold. Keeping all ${count(all.kept)} images gives ` +
      `${percent(all.accuracy, 2)}. ${sentence} At a threshold of ${thresholdText(last.threshold)}, ` +
      `${percent(last.coverage)} are kept with an accuracy of ${percent(last.accuracy, 2)}.`,
  );
}
