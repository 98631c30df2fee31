/** Accuracy and coverage when uncertain images are rejected. */

import * as Plot from '@observablehq/plot';
import { count, percent } from '../core/format.ts';
import type { RejectionPoint } from '../inspect/inspection.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { colors, seriesColor } from './theme.ts';

/** Accuracies to name a threshold for: the first one above the plain accuracy. */
const GOALS = [0.9, 0.95, 0.98, 0.99, 0.999];

/** Accuracy and share of the images that are kept, against the required confidence. */
export function drawRejection(points: readonly RejectionPoint[], options: FigureOptions): Figure {
  const all = points[0];
  const goal = GOALS.find((accuracy) => accuracy > all.accuracy + 0.005) ?? 1;
  const reached = points.find(({ accuracy }) => accuracy >= goal);
  const sentence =
    reached === undefined
      ? `No threshold gives ${percent(goal, 0)} accuracy.`
      : `At a threshold of ${percent(reached.threshold, 0)}, ${percent(reached.coverage)} of the images are kept, and ` +
        `${percent(reached.accuracy)} of those are correct.`;
  const sheet = new Sheet(options, {
    name: 'rejection',
    title: 'Accuracy when uncertain predictions are rejected',
    facts: sentence,
  });
  const panel =
    (label: string, color: string, pick: (point: RejectionPoint) => number, interval: boolean) =>
    (width: number) =>
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
          label: 'rejection threshold: confidence (%)',
          labelArrow: 'none',
          labelAnchor: 'center',
        },
        y: { label, labelArrow: 'none', nice: true, ticks: 6, ...(interval ? {} : { domain: [0, 100] }) },
        marks: [
          Plot.gridY(grid),
          ...(interval
            ? [
                Plot.areaY(points, {
                  x: (p: RejectionPoint) => p.threshold * 100,
                  y1: (p: RejectionPoint) => p.interval.low * 100,
                  y2: (p: RejectionPoint) => p.interval.high * 100,
                  fill: color,
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
            stroke: color,
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
                  stroke: color,
                  strokeWidth: 2,
                }),
              ]),
        ],
      });
  sheet.columns([
    panel('accuracy of the kept images (%), 95% interval', seriesColor(0), ({ accuracy }) => accuracy, true),
    panel('coverage: share of images kept (%)', seriesColor(1), ({ coverage }) => coverage, false),
  ]);
  const last = points[points.length - 1];
  return sheet.figure(
    `Accuracy and coverage against the rejection threshold. Keeping all ${count(all.kept)} images gives ` +
      `${percent(all.accuracy, 2)}. ${sentence} At a threshold of ${percent(last.threshold, 0)}, ` +
      `${percent(last.coverage)} are kept with an accuracy of ${percent(last.accuracy, 2)}.`,
  );
}
