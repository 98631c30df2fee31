/** Observable Plot with common margins and fonts, and marks that several figures use. */

import * as Plot from '@observablehq/plot';
import { count } from '../core/format.ts';
import { fitApart, textWidth } from './text.ts';
import { colors, STEPS } from './theme.ts';

/** Type sizes in pixels. */
export const TICK = 12;
export const SMALL = 11;

/** A chart as an SVG element. Titles and legends belong to the sheet. */
export function chart(document: Document, options: Plot.PlotOptions): SVGSVGElement {
  const element = Plot.plot({
    document,
    className: 'couture-plot',
    ...options,
  }) as SVGSVGElement;
  element.setAttribute('font-size', String(TICK));
  return element;
}

/** A grid in the color of non-data. */
export const grid = { stroke: colors.faint, strokeOpacity: 1 } as const;

/** Width of the names of classes or runs beside an axis, at most `share` of the width. */
export function labelRoom(names: readonly string[], width: number, share = 0.36): number {
  const widest = Math.max(0, ...names.map((name) => textWidth(name, TICK)));
  return Math.ceil(Math.min(widest + 10, width * share));
}

/** Largest number of classes with a row for each; with more, only the first and last rows are shown. */
export const MOST_ROWS = 60;
const END_ROWS = 25;

/** Placeholder of the rows that are left out. */
const LEFT_OUT = -1;

/** The rows of an order that are drawn: all, or the first and the last with `LEFT_OUT` between them. */
export function drawnRows(order: readonly number[]): readonly number[] {
  if (order.length <= MOST_ROWS) return order;
  return [...order.slice(0, END_ROWS), LEFT_OUT, ...order.slice(-END_ROWS)];
}

/** A band axis of names, by their numbers, so that equal names stay apart. */
export function namesAxis(names: readonly string[], room: number, order: readonly number[] = []) {
  const domain = order.length > 0 ? [...order] : names.map((_, i) => i);
  const rest = names.length - domain.length + 1;
  const texts = domain.map((i) => (i === LEFT_OUT ? `… ${count(rest)} more` : (names[i] ?? '')));
  const fitted = fitApart(texts, TICK, room - 8);
  return {
    type: 'band',
    label: null,
    domain,
    tickFormat: (i: number) => fitted[domain.indexOf(i)] ?? '',
    tickSize: 0,
    tickPadding: 6,
  } as const;
}

export interface RampOptions {
  readonly width: number;
  readonly label: string;
  /** Values to label, and the position of a value on the scale, 0 to 1. */
  readonly values: readonly number[];
  readonly place: (value: number) => number;
  /** The color of a magnitude, 0 to 1. */
  readonly shade: (share: number) => string;
}

/** The sequential scale with its values. */
export function rampLegend(
  document: Document,
  { width, label, values, place, shade }: RampOptions,
): SVGSVGElement {
  const names = new Map(values.map((value) => [place(value), count(value)]));
  const steps = Array.from({ length: STEPS }, (_, i) => i / STEPS);
  return chart(document, {
    width,
    height: 46,
    marginLeft: 4,
    marginRight: 22,
    marginTop: 16,
    marginBottom: 20,
    x: {
      domain: [0, 1],
      ticks: [...names.keys()],
      tickFormat: (at: number) => names.get(at) ?? '',
      tickSize: 3,
      label: null,
    },
    y: { axis: null },
    marks: [
      Plot.rectX(steps, {
        x1: (x: number) => x,
        x2: (x: number) => x + 1 / STEPS,
        fill: (x: number) => shade((x * STEPS) / (STEPS - 1)),
        insetLeft: -0.3,
        insetRight: -0.3,
      }),
      Plot.text([label], { frameAnchor: 'top-left', dy: -14, dx: -2, fill: colors.muted }),
    ],
  });
}

/** Ticks for counts: whole numbers only, as many as fit. */
export const countTicks = (width: number) => ({
  ticks: Math.max(2, Math.floor(width / 70)),
  tickFormat: wholeNumber,
});

/** The label of a tick: a count, or empty between two counts. */
export function wholeNumber(value: number): string {
  return Number.isInteger(value) ? count(value) : '';
}
