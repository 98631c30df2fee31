/** The diverging scale with its values, for figures made of signed pixels. */

import * as Plot from '@observablehq/plot';
import { chart } from './chart.ts';
import { signedSource } from './image.ts';
import { colors } from './theme.ts';

export interface SignedLegendOptions {
  readonly width: number;
  /** The value with the deepest color, in both directions. */
  readonly limit: number;
  readonly label: string;
  /** Labels at the left end, in the middle and at the right end; the values by default. */
  readonly ends?: readonly [string, string, string];
}

/** Blue for negative through gray for 0 to red for positive. */
export function signedLegend(
  document: Document,
  { width, limit, label, ends }: SignedLegendOptions,
): SVGSVGElement {
  const [left, right, top] = [26, 26, 16];
  const steps = Float32Array.from({ length: 65 }, (_, i) => i - 32);
  const inner = width - left - right;
  const say = (value: number): string => {
    if (ends !== undefined) return ends[Math.round(value) + 1];
    return value === 0 ? '0' : `${value > 0 ? '+' : '−'}${limit.toPrecision(2)}`;
  };
  return chart(document, {
    width,
    height: 46,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: 20,
    x: { domain: [-1, 1], ticks: [-1, 0, 1], tickFormat: say, tickSize: 3, label: null },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.image([signedSource(steps, 32, { width: 65, height: 1 })(65)], {
        src: (uri: string) => uri,
        x: 0,
        y: 0.5,
        width: inner,
        height: 10,
        preserveAspectRatio: 'none',
        imageRendering: 'pixelated',
      }),
      Plot.text([label], { frameAnchor: 'top-left', dy: -14, dx: -left, fill: colors.muted }),
    ],
  });
}
