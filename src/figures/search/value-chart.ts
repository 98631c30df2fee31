/** A chart of values over trials or steps, whose height is the scale of values. */

import * as Plot from '@observablehq/plot';
import type { SearchSummary } from '../../search/summary.ts';
import { chart, grid } from '../chart.ts';
import { axisLabel, valueScale } from './common.ts';

/** What is drawn. */
export interface ValueChart {
  readonly width: number;
  readonly height: number;
  /** Whole numbers from left to right. */
  readonly x: { readonly label: string; readonly domain: readonly [number, number]; readonly ticks: number };
  /** The values that the scale shows. */
  readonly range: readonly [number, number];
  readonly marks: readonly Plot.Markish[];
}

/** Draws the chart. */
export function valueChart(
  document: Document,
  summary: SearchSummary,
  { width, height, x, range, marks }: ValueChart,
): SVGSVGElement {
  return chart(document, {
    ...{ width, height },
    ...{ marginLeft: 52, marginRight: 14, marginTop: 28, marginBottom: 38 },
    x: {
      ...{ ...x, domain: [...x.domain], labelArrow: 'none', labelAnchor: 'center' },
      tickFormat: (n: number) => (Number.isInteger(n) ? String(n) : ''),
    },
    y: { ...valueScale(summary, range), label: axisLabel(summary, width), labelArrow: 'none', ticks: 6 },
    marks: [Plot.gridY(grid), ...marks],
  });
}
