/** The confusion matrix. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { count, list, percent, plural } from '../core/format.ts';
import type { Evaluation } from '../inspect/metrics.ts';
import { chart, labelRoom, namesAxis, rampLegend, SMALL, TICK } from './chart.ts';
import { appendCells, type Cell, cellsOf } from './confusion-cells.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { textWidth } from './text.ts';
import { onSequential, sequential } from './theme.ts';

/** Options of `drawConfusion`. */
export interface ConfusionOptions extends FigureOptions {
  /** Shares of each true class instead of counts. */
  readonly normalized?: boolean;
}

/**
 * Largest number of classes with a separate element for each cell; with more, cells are drawn together by
 * color.
 */
const MOST_SINGLE = 50;
/** Largest size of a cell in pixels. */
const WIDEST = 110;
/** Smallest font size of the names along an axis; below it some names are left out. */
const LEAST_NAME = 8;

/**
 * Counts of the true class (rows) against the predicted one (columns), or shares of each row. Each cell is a
 * `<rect>` with `data-cell="actual predicted"`, so that a page can open its images. With more than 50
 * classes, the whole matrix is one `<rect>` with `data-cells="classes"`.
 */
export function drawConfusion(
  { confusion, perClass, images, correct, accuracy }: Evaluation,
  { normalized = false, ...options }: ConfusionOptions,
): Figure {
  const names = perClass.map(({ name }) => name);
  const sheet = new Sheet(options, {
    name: normalized ? 'confusion-normalized' : 'confusion',
    title: normalized ? 'Confusion matrix, % of each true class' : 'Confusion matrix, images',
    facts: `${count(correct)} of ${count(images)} correct (${percent(accuracy, 2)})`,
  });
  const { cells, largest } = cellsOf(confusion, { normalized, every: names.length <= MOST_SINGLE });
  sheet.row([drawMatrix(sheet, names, cells, normalized)]);
  sheet.row([
    rampLegend(options.document, {
      width: Math.min(sheet.width, 340),
      label: normalized ? '% of the true class (square-root scale)' : 'images (square-root scale)',
      values: legendValues(largest),
      place: (value) => Math.sqrt(value / largest),
    }),
  ]);
  const seen = perClass.filter(({ support }) => support > 0);
  const best = seen[argMax(seen.map(({ recall }) => recall))];
  const worst = seen[argMax(seen.map(({ recall }) => -recall))];
  const slips = cells
    .filter(({ actual, predicted, images: n }) => actual !== predicted && n > 0)
    .sort((a, b) => b.images - a.images)
    .slice(0, 3)
    .map(
      (d) =>
        `${names[d.actual]} predicted as ${names[d.predicted]} (${count(d.images)}, ${percent(d.share)})`,
    );
  return sheet.figure(
    `Confusion matrix of ${count(images)} images, with true classes in rows and predicted classes in columns, in ` +
      `${normalized ? 'percent of each row' : 'images'}. ${count(correct)} are correct (${percent(accuracy, 2)}): most often ` +
      `${best.name} (${percent(best.recall)}), least often ${worst.name} (${percent(worst.recall)}).` +
      `${slips.length > 0 ? ` The most frequent mistakes: ${list(slips)}.` : ''}`,
  );
}

/** 0, the largest, and round values between them with enough distance on the square-root scale. */
function legendValues(largest: number): number[] {
  const round = [0.25, 0.5, 0.75].map((depth) => {
    const value = depth ** 2 * largest;
    const unit = 10 ** Math.floor(Math.log10(value));
    return Math.round(value / unit) * unit;
  });
  return [...new Set([0, ...round.filter((value) => value >= 1 && value < largest), largest])];
}

function drawMatrix(
  sheet: Sheet,
  names: readonly string[],
  cells: readonly Cell[],
  normalized: boolean,
): SVGSVGElement {
  const room = labelRoom(names, sheet.width, 0.3);
  const left = room + 18;
  const side = Math.min(WIDEST, (sheet.width - left - 2) / names.length);
  const upright = names.every((name) => textWidth(name, SMALL) < side - 2);
  const top = (upright ? 16 : Math.min(90, labelRoom(names, 1e3))) + 22;
  const single = names.length <= MOST_SINGLE;
  // Many classes: names as small as the rows as long as they can be read, then fewer names.
  const nameSize = Math.min(TICK, Math.max(LEAST_NAME, side * 0.9));
  const every = Math.ceil((nameSize * 0.95) / side);
  const named = every > 1 ? { ticks: [...names.keys()].filter((i) => i % every === 0) } : {};
  const matrix = chart(sheet.document, {
    width: left + side * names.length + 2,
    height: top + side * names.length + 2,
    marginLeft: left,
    marginRight: 2,
    marginTop: top,
    marginBottom: 2,
    x: {
      ...namesAxis(names, upright ? side + 8 : top - 14),
      ...named,
      axis: 'top',
      label: 'predicted class',
      labelArrow: 'none',
      labelAnchor: 'center',
      tickRotate: upright ? 0 : -90,
      padding: 0,
      round: false,
    },
    y: {
      ...namesAxis(names, room),
      ...named,
      label: 'true class',
      labelArrow: 'none',
      labelAnchor: 'center',
      padding: 0,
      round: false,
    },
    marks: single ? singleCells(names, cells, side, normalized) : [],
  });
  if (single)
    matrix.querySelectorAll('g[aria-label="cell"] rect').forEach((rect, i) => {
      rect.setAttribute('data-cell', `${cells[i].actual} ${cells[i].predicted}`);
    });
  else appendCells(matrix, cells, { left, top, side, classes: names.length });
  for (const axis of matrix.querySelectorAll('g[aria-label$="axis tick label"]'))
    axis.setAttribute('font-size', String(nameSize));
  return matrix;
}

/** Each cell with its words, and with its number where that can be read. */
function singleCells(
  names: readonly string[],
  cells: readonly Cell[],
  side: number,
  normalized: boolean,
): Plot.Markish[] {
  const fontSize = Math.min(12, side * 0.36);
  const write = ({ images, share }: Cell): string => {
    if (images === 0) return '';
    if (!normalized) return String(images);
    return side < 34 ? (share * 100).toFixed(0) : (share * 100).toFixed(1);
  };
  return [
    Plot.cell(cells, {
      x: 'predicted',
      y: 'actual',
      inset: names.length > 20 ? 0.25 : 0.75,
      rx: names.length > 20 ? 0 : 2,
      fill: ({ depth }: Cell) => sequential(depth),
      title: ({ actual, predicted, images, share }: Cell) =>
        actual === predicted
          ? `${names[actual]}: ${count(images)} right, ${percent(share)}`
          : `${names[actual]} predicted as ${names[predicted]}: ${plural(images, 'image')}, ${percent(share)}`,
    }),
    ...(fontSize >= 7
      ? [
          Plot.text(cells, {
            x: 'predicted',
            y: 'actual',
            text: write,
            fill: ({ depth }: Cell) => onSequential(depth),
            fontSize,
            pointerEvents: 'none',
          }),
        ]
      : []),
  ];
}
