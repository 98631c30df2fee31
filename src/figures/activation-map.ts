/** A map of images: those with similar activations of a layer are close together. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
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

const MARGIN = { marginLeft: 4, marginRight: 4, marginTop: 24, marginBottom: 26 } as const;
const INSET = 8;
/** Type size of the classes' names. */
const LABEL = 13;
/** From this number on, dots are smaller. */
const MANY_DOTS = 600;
/** Neighbors of a dot that are compared with it. */
const NEIGHBORS = 10;
/** Classes with their name in the map. */
const MOST_NAMES = 30;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The place with the smallest sum of distances to all: the middle of a class, in the larger part of a split one. */
function middleOf(places: readonly Place[]): Place {
  const sums = places.map(({ x, y }) =>
    places.reduce((sum, other) => sum + Math.hypot(other.x - x, other.y - y), 0),
  );
  return places[argMax(sums.map((sum) => -sum))];
}

/** For each class, the share of its dots' nearest neighbors that are of the same class. */
function neighborShares(places: readonly Place[], labels: Uint16Array): Map<number, number> {
  const counts = new Map<number, { hits: number; all: number }>();
  places.forEach((_, i) => {
    const nearest = nearestOf(places, i);
    const count = counts.get(labels[i]) ?? { hits: 0, all: 0 };
    count.hits += nearest.filter((other) => labels[other] === labels[i]).length;
    count.all += nearest.length;
    counts.set(labels[i], count);
  });
  return new Map([...counts].map(([label, { hits, all }]) => [label, all === 0 ? 1 : hits / all]));
}

/** The nearest other places, in one pass: there may be thousands of them. */
function nearestOf(places: readonly Place[], from: number): number[] {
  const nearest: number[] = [];
  const distances: number[] = [];
  const { x, y } = places[from];
  for (let i = 0; i < places.length; i++) {
    if (i === from) continue;
    const distance = (places[i].x - x) ** 2 + (places[i].y - y) ** 2;
    if (nearest.length === NEIGHBORS && distance >= distances[NEIGHBORS - 1]) continue;
    let at = Math.min(nearest.length, NEIGHBORS - 1);
    for (; at > 0 && distances[at - 1] > distance; at--) {
      nearest[at] = nearest[at - 1];
      distances[at] = distances[at - 1];
    }
    nearest[at] = i;
    distances[at] = distance;
  }
  return nearest;
}

/** The class whose images have the most nearest neighbors of their own class in the map, and the one with the fewest. */
function titleOf(
  shares: ReadonlyMap<number, number>,
  names: readonly string[],
  present: readonly number[],
): string {
  const order = present.toSorted((a, b) => (shares.get(b) ?? 0) - (shares.get(a) ?? 0) || a - b);
  const [first, last] = [order[0], order[order.length - 1]];
  if (order.length < 2) return `All images are of ${names[first]}`;
  return `${names[first]} has the most nearest neighbors of its own class, ${names[last]} the fewest`;
}

/**
 * Every image a dot in the color of its true class, the class's name in the middle of its dots. The dots are the
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
    ...middleOf(groups[label].map(at)),
  }));
  const facts = [
    `${how} of the activations of ${layer}`,
    `${shownOf(shown, labels.length, 'image')}, colored by true class`,
    ...(present.length > CLASS_COLORS ? [`the ${CLASS_COLORS} colors repeat`] : []),
    ...(present.length > MOST_NAMES
      ? [`only the most frequent of the ${count(present.length)} classes are labeled`]
      : []),
  ];
  const sheet = new Sheet(options, {
    name: `map-${method}`,
    title: titleOf(neighborShares(dots.map(at), labels), classNames, present),
    facts: facts.join(', '),
  });
  const axis = (i: 0 | 1): string =>
    `${how} ${i + 1}${explained === undefined ? '' : ` (${percent(explained[i])} of the variance)`}`;
  const height = Math.max(300, sheet.width * 0.8);
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
      labelOffset: 18,
      ticks: [],
    },
    y: { domain: y.domain, label: axis(1), labelArrow: 'none', ticks: [] },
    marks: [
      Plot.frame({ stroke: colors.faint }),
      Plot.dot(dots, {
        x: (i: number) => at(i).x,
        y: (i: number) => at(i).y,
        r: shown > MANY_DOTS ? 2.4 : 3.2,
        fill: (i: number) => classColor(labels[i]),
        fillOpacity: 0.8,
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
