/** A map of images: those with similar activations of a layer are close together. */

import * as Plot from '@observablehq/plot';
import { count, list, MOST_NAMED, percent } from '../core/format.ts';
import type { ProjectedPoints } from '../inspect/inspection.ts';
import { chart } from './chart.ts';
import { type Figure, type FigureOptions, Sheet, shownOf } from './figure.ts';
import { placeLabels, scaleBetween } from './labels.ts';
import { fitApart } from './text.ts';
import { CLASS_COLORS, classColor, colors } from './theme.ts';

/** Options of `drawMap`. */
export interface MapOptions extends FigureOptions {
  /** Largest number of points, the first ones; 2,000 by default. */
  readonly most?: number;
}

const MARGIN = { marginLeft: 40, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;
const INSET = 8;
/** Type size of the classes' names. */
const LABEL = 12;
/** Classes with their name in the map. */
const MOST_NAMES = 30;

interface Place {
  readonly x: number;
  readonly y: number;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Every image a dot in the color of its true class, the class's name at the median of its dots. The dots are the
 * circles of the group with `data-dots`, in the order of `points`, so that a page can show the image of each.
 */
export function drawMap(
  { method, layer, points, labels, explained }: ProjectedPoints,
  classNames: readonly string[],
  { most = 2000, ...options }: MapOptions,
): Figure {
  const shown = Math.min(most, labels.length);
  const how = method === 'pca' ? 'PCA' : 'UMAP';
  const at = (i: number): Place => ({ x: points[2 * i], y: points[2 * i + 1] });
  const dots = Array.from({ length: shown }, (_, i) => i);
  const groups = classNames.map((_, label) => dots.filter((i) => labels[i] === label));
  const present = groups.map((_, label) => label).filter((label) => groups[label].length > 0);
  const frequent = present.toSorted((a, b) => groups[b].length - groups[a].length || a - b);
  const named = present.length > MOST_NAMES ? frequent.slice(0, MOST_NAMES) : present;
  const middles = named.map((label) => ({
    label,
    x: median(groups[label].map((i) => at(i).x)),
    y: median(groups[label].map((i) => at(i).y)),
  }));
  const words = [
    `${shownOf(shown, labels.length, 'image')}, colored by true class`,
    ...(present.length > CLASS_COLORS ? [`the ${CLASS_COLORS} colors repeat`] : []),
    ...(present.length > MOST_NAMES
      ? [`only the most frequent of the ${count(present.length)} classes are labeled`]
      : []),
  ];
  const sheet = new Sheet(options, {
    name: `map-${method}`,
    title: `Map of the activations of ${layer} by ${how}`,
    facts: words.join(', '),
  });
  const axis = (i: 0 | 1): string =>
    `${how} ${i + 1}${explained === undefined ? '' : ` (${percent(explained[i])} of the variance)`}`;
  // Of very many classes only the most frequent can be named, and colors tell too few apart for a legend.
  if (present.length <= MOST_NAMES)
    sheet.legend(present.map((label) => ({ color: classColor(label), label: classNames[label] })));
  const height = Math.max(300, sheet.width * 0.86);
  const frame = {
    left: MARGIN.marginLeft + INSET,
    right: sheet.width - MARGIN.marginRight - INSET,
    top: MARGIN.marginTop + INSET,
    bottom: height - MARGIN.marginBottom - INSET,
  };
  const [xs, ys] = [dots.map((i) => at(i).x), dots.map((i) => at(i).y)];
  const x = scaleBetween(xs, frame.left, frame.right);
  const y = scaleBetween(ys, frame.bottom, frame.top);
  const texts = fitApart(
    middles.map(({ label }) => classNames[label]),
    LABEL,
    120,
  );
  const names = placeLabels(
    middles.map((middle, i) => ({
      text: texts[i],
      x: x.to(middle.x),
      y: y.to(middle.y),
    })),
    { size: LABEL, ...frame },
  ).map((label) => ({ ...label, x: x.from(label.x), y: y.from(label.y), middle: middles[label.index] }));
  const map = chart(options.document, {
    width: sheet.width,
    height,
    ...MARGIN,
    inset: INSET,
    x: {
      domain: x.domain,
      label: axis(0),
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: Math.floor(sheet.width / 80),
    },
    y: { domain: y.domain, label: axis(1), labelArrow: 'none' },
    marks: [
      Plot.frame({ stroke: colors.faint }),
      Plot.dot(dots, {
        x: (i: number) => at(i).x,
        y: (i: number) => at(i).y,
        r: 2.2,
        fill: (i: number) => classColor(labels[i]),
        fillOpacity: 0.75,
      }),
      Plot.link(
        names.filter(({ moved }) => moved),
        {
          x1: 'x',
          y1: 'y',
          x2: ({ middle }) => middle.x,
          y2: ({ middle }) => middle.y,
          stroke: colors.ink,
        },
      ),
      Plot.text(names, {
        x: 'x',
        y: 'y',
        text: 'text',
        fontSize: LABEL,
        fontWeight: 600,
        fill: colors.ink,
        stroke: colors.paper,
        strokeWidth: 4,
        pointerEvents: 'none',
      }),
    ],
  });
  map.querySelector('g[aria-label="dot"]')?.setAttribute('data-dots', '');
  sheet.row([map]);
  return sheet.figure(
    `${shownOf(shown, labels.length, 'image')} as dots, placed by ${how} of the activations of ${layer} and colored by class: ` +
      `${list(
        present.map((label) => `${classNames[label]} (${groups[label].length})`),
        MOST_NAMED,
      )}.` +
      (explained === undefined
        ? ''
        : ` The two axes explain ${percent(explained[0])} and ${percent(explained[1])} of the variance.`),
  );
}
