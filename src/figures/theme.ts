/**
 * The colors of the figures. Everything is drawn in the light color of a token; the dark theme replaces each
 * with the token's dark color, and the automatic theme follows the page's `color-scheme`.
 *
 * Classes: the ten-color sequence of M. A. Petroff, "Accessible Color Sequences for Data Visualization"
 * (arXiv:2107.02270), found by a search under simulated color vision deficiencies, without the hues of runs.
 * Magnitudes: 17 tones of a run's color whose CIELAB lightness falls (on dark paper: rises) in equal steps, so that
 * equal differences look equal.
 * Signed values: blue through light gray to red-brown, equally deep on both sides.
 */

import { scale } from '@observablehq/plot';

/** The colors of a figure: light, dark, or those of the page. */
export type Theme = 'light' | 'dark' | 'auto';

/** A color on light paper and its replacement on dark paper. */
type Token = readonly [light: string, dark: string];

const base = {
  paper: ['#ffffff', '#14171c'],
  ink: ['#1b1f24', '#e9ecf0'],
  muted: ['#5a626d', '#a6aebb'],
  /** Lines that carry no data: grids, links. */
  faint: ['#d7dbe1', '#39404b'],
  /** Context bars: the classes that were neither true nor predicted. */
  quiet: ['#aab2bd', '#606b7a'],
  /** Text on the low and on the high half of the sequential scale. */
  onLow: ['#0b0e13', '#fbfcfe'],
  onHigh: ['#fafbfd', '#0c0f14'],
} as const satisfies Record<string, Token>;

/**
 * Eight of Petroff's ten colors, two of them lighter on dark paper, where their contrast would be less than 3 to 1. His
 * blue and his orange would look like the first and the second run: magenta and moss green replace them, as far from the
 * other eight for dichromats.
 */
const classTokens: readonly Token[] = [
  ['#b4249c', '#c438ac'],
  ['#ffa90e', '#ffa90e'],
  ['#bd1f01', '#c93015'],
  ['#94a4a2', '#94a4a2'],
  ['#832db6', '#9040c4'],
  ['#a96b59', '#a96b59'],
  ['#78903c', '#78903c'],
  ['#b9ac70', '#b9ac70'],
  ['#717581', '#717581'],
  ['#92dadd', '#92dadd'],
];

/** Steps of the sequential scale. */
export const STEPS = 17;
/** From this step on, text is `onHigh`: here both ramps pass middle lightness. */
const HIGH_STEP = 10;

/** `steps` colors at equal distances along straight lines in CIELAB. */
function ramp(range: readonly string[], steps: number): string[] {
  const { apply } = scale({
    color: { type: 'linear', domain: range.map((_, i) => i), range: [...range], interpolate: 'lab' },
  });
  return Array.from({ length: steps }, (_, i) => toHex(apply((i / (steps - 1)) * (range.length - 1))));
}

function toHex(color: string): string {
  const parts = color.match(/\d+/g) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

/** The scale of a run's color from the palest to the deepest; on dark paper it rises instead. */
const ramps: readonly (readonly Token[])[] = [
  [['#f3f6fa', '#4090d0', '#082c60'] as const, ['#171c25', '#1f6cb0', '#9fc6f2'] as const],
  [['#fbf5ef', '#dc6a0c', '#4d2000'] as const, ['#211a15', '#a84e05', '#f9bd8f'] as const],
  [['#f5f5f6', '#888c94', '#26292e'] as const, ['#1b1c1f', '#666a71', '#c1c4ca'] as const],
].map(([onLight, onDark]) => {
  const dark = ramp(onDark, STEPS);
  return ramp(onLight, STEPS).map((light, i) => [light, dark[i]] as const);
});

const light = <K extends string>(tokens: Readonly<Record<K, Token>>): Readonly<Record<K, string>> =>
  Object.fromEntries(Object.entries<Token>(tokens).map(([name, [first]]) => [name, first])) as Record<
    K,
    string
  >;

/** The colors of the figures. */
export const colors = light(base);

/** Number of distinct class colors. */
export const CLASS_COLORS = classTokens.length;

/** One color per class; with more than ten classes the colors repeat, and labels distinguish them. */
export function classColor(index: number): string {
  return classTokens[index % classTokens.length][0];
}

/** Petroff's colors for lines of charts without runs and classes, such as those of the benchmarks. */
const seriesTokens: readonly Token[] = [
  ['#3f90da', '#3f90da'],
  ['#e76300', '#e76300'],
  ['#832db6', '#9040c4'],
  ['#bd1f01', '#c93015'],
  ['#717581', '#717581'],
  ['#a96b59', '#a96b59'],
];

/** The color of a series. */
export function seriesColor(index: number): string {
  return seriesTokens[index % seriesTokens.length][0];
}

/** The runs of a report: blue and orange, which mean nothing else. Later runs take what is left. */
const runTokens: readonly Token[] = [
  ['#2f7fd0', '#4b9be6'],
  ['#d95f02', '#f08337'],
  ['#5b6270', '#9aa2af'],
  ['#8a6d3b', '#b3935c'],
];

/** The color of a run by its place in a report. */
export function runColor(place: number): string {
  return runTokens[place % runTokens.length][0];
}

/**
 * The colors that have a meaning, each with only one. The colors of runs and of classes are apart, and so
 * are magnitudes (`sequential`) and signed pixels (`diverging`).
 */
const meaningTokens = {
  /** A correct and a wrong prediction. */
  right: ['#129a7d', '#5cd6b8'],
  wrong: ['#b3123f', '#ff4d63'],
  /** Two of the three figures of a class; the third, F1, has the color of its run. */
  precision: ['#7a2bd0', '#d2bcf8'],
  recall: ['#4f5b12', '#d9e021'],
  /** A loss on training images, beside that on validation images in the color of the run. */
  training: ['#5a626d', '#a6aebb'],
  /** Published results. */
  published: ['#1b1f24', '#e9ecf0'],
  /** Units that are active for no image. */
  dead: ['#7d8590', '#8a93a0'],
  /** Counts of images, which belong to no run. */
  images: ['#66758a', '#8494aa'],
  /** Signs of single values, nearly as the two ends of `diverging`, and lighter on dark paper. */
  below: ['#15519d', '#7fb0ec'],
  above: ['#9d3514', '#e58a6a'],
  /** The distance between confidence and accuracy. */
  gap: ['#aab2bd', '#606b7a'],
} as const satisfies Record<string, Token>;

/** The colors of meanings other than runs and classes. */
export const meanings = light(meaningTokens);

/** The step of the sequential scale for a share 0 to 1. */
function stepOf(share: number): number {
  return Math.round(Math.max(0, Math.min(1, share)) * (STEPS - 1));
}

/**
 * Color of a magnitude, given as its share of the largest, 0 to 1.
 * @param run place of the run whose color it has; the first by default
 */
export function sequential(share: number, run = 0): string {
  return ramps[Math.min(run, ramps.length - 1)][stepOf(share)][0];
}

/** Color of text on `sequential(share)`. */
export function onSequential(share: number): string {
  return stepOf(share) >= HIGH_STEP ? colors.onHigh : colors.onLow;
}

/**
 * Colors of signed values from -1 to 1: 65 of them, the middle one for 0. The same on both papers, because
 * they are for pixels.
 */
export const diverging: readonly string[] = ramp(['#14509c', '#f2f2f2', '#9c3413'], 65);

/** Grays of magnitudes from 0 to 1, for pixels whose values have no sign. */
export const magnitudes: readonly string[] = ramp(['#f2f2f2', '#101010'], 65);

const all: readonly Token[] = [
  ...Object.values(base),
  ...Object.values(meaningTokens),
  ...classTokens,
  ...seriesTokens,
  ...runTokens,
  ...ramps.flat(),
];
const darkOf: ReadonlyMap<string, string> = new Map(all);

/** The color of a token on dark paper; any other value is unchanged. */
export function inDark(color: string): string {
  return darkOf.get(color) ?? color;
}

/**
 * The style sheet with which a figure follows `color-scheme`: that of the page, or the reader's preference
 * for a standalone figure. Without such support, the light colors of the attributes apply.
 */
export function autoStyle(markup: string): string {
  const rules: string[] = [];
  for (const [, property, color] of new Set(markup.match(/(?:fill|stroke)="#[0-9a-f]{6}"/g))
    .values()
    .map((found) => /(fill|stroke)="(.*)"/.exec(found) ?? [])) {
    const dark = inDark(color);
    if (dark !== color)
      rules.push(`.couture-figure [${property}="${color}"]{${property}:light-dark(${color},${dark})}`);
  }
  return ['svg.couture-figure:root{color-scheme:light dark}', ...rules].join('\n');
}
