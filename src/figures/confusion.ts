/** The confusion matrix: which class is taken for which. */

import * as Plot from '@observablehq/plot';
import { count, list, percent, plural } from '../core/format.ts';
import type { Evaluation } from '../inspect/metrics.ts';
import { chart, labelRoom, namesAxis, rampLegend, SMALL, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { textWidth } from './text.ts';
import { onSequential, sequential } from './theme.ts';

export interface ConfusionOptions extends FigureOptions {
  /** Shares of each true class in place of counts. */
  readonly normalized?: boolean;
}

interface Cell {
  readonly actual: number;
  readonly predicted: number;
  readonly images: number;
  /** Of the images of the true class. */
  readonly share: number;
  /** How deep its color is, 0 to 1: the square root, so that a few mistakes show beside many hits. */
  readonly depth: number;
}

function cellsOf(confusion: readonly (readonly number[])[], normalized: boolean): Cell[] {
  const largest = normalized ? 1 : Math.max(1, ...confusion.flat());
  return confusion.flatMap((row, actual) => {
    const support = row.reduce((sum, images) => sum + images, 0);
    return row.map((images, predicted) => {
      const share = support === 0 ? 0 : images / support;
      const depth = Math.sqrt((normalized ? share : images) / largest);
      return { actual, predicted, images, share, depth };
    });
  });
}

/** 0, the largest, and round values in between that are apart on the square-root scale. */
function legendValues(largest: number): number[] {
  const round = [0.25, 0.5, 0.75].map((depth) => {
    const value = depth ** 2 * largest;
    const unit = 10 ** Math.floor(Math.log10(value));
    return Math.round(value / unit) * unit;
  });
  return [...new Set([0, ...round.filter((value) => value >= 1 && value < largest), largest])];
}

/**
 * Counts of the true class (rows) against the predicted one (columns), or shares of each row. Each cell is a
 * `<rect>` with `data-cell="actual predicted"`, so that a page can open the images behind it.
 */
export function drawConfusion(
  { confusion, perClass, images, correct, accuracy }: Evaluation,
  { normalized = false, ...options }: ConfusionOptions,
): Figure {
  const names = perClass.map(({ name }) => name);
  const sheet = new Sheet(options, {
    name: normalized ? 'confusion-normalized' : 'confusion',
    title: normalized ? 'Confusion matrix, % of each true class' : 'Confusion matrix, images',
    facts: `${count(correct)} of ${count(images)} right (${percent(accuracy, 2)})`,
  });
  const room = labelRoom(names, sheet.width, 0.3);
  const left = room + 18;
  const cell = (sheet.width - left - 2) / names.length;
  const upright = names.every((name) => textWidth(name, SMALL) < cell - 2);
  const top = (upright ? 16 : Math.min(90, labelRoom(names, 1e3))) + 22;
  const cells = cellsOf(confusion, normalized);
  const fontSize = Math.min(12, cell * 0.36);
  const legible = fontSize >= 7;
  const write = ({ images: n, share }: Cell): string => {
    if (n === 0) return '';
    if (!normalized) return String(n);
    return cell < 34 ? (share * 100).toFixed(0) : (share * 100).toFixed(1);
  };
  const matrix = chart(options.document, {
    width: sheet.width,
    height: top + cell * names.length + 2,
    marginLeft: left,
    marginRight: 2,
    marginTop: top,
    marginBottom: 2,
    x: {
      ...namesAxis(names, upright ? cell + 8 : top - 14),
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
      label: 'true class',
      labelArrow: 'none',
      labelAnchor: 'center',
      padding: 0,
      round: false,
    },
    marks: [
      Plot.cell(cells, {
        x: 'predicted',
        y: 'actual',
        inset: names.length > 20 ? 0.25 : 0.75,
        rx: names.length > 20 ? 0 : 2,
        fill: ({ depth }: Cell) => sequential(depth),
        title: ({ actual, predicted, images: n, share }: Cell) =>
          actual === predicted
            ? `${names[actual]}: ${count(n)} right, ${percent(share)}`
            : `${names[actual]} called ${names[predicted]}: ${plural(n, 'image')}, ${percent(share)}`,
      }),
      ...(legible
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
    ],
  });
  matrix.querySelectorAll('g[aria-label="cell"] rect').forEach((rect, i) => {
    rect.setAttribute('data-cell', `${cells[i].actual} ${cells[i].predicted}`);
  });
  // Many classes: names as small as the rows, to be read when zoomed in.
  const nameSize = String(Math.min(TICK, cell * 0.9));
  for (const axis of matrix.querySelectorAll('g[aria-label$="axis tick label"]'))
    axis.setAttribute('font-size', nameSize);
  sheet.row([matrix]);
  const largest = normalized ? 100 : Math.max(1, ...confusion.flat());
  sheet.row([
    rampLegend(options.document, {
      width: Math.min(sheet.width, 340),
      label: normalized ? '% of the true class (square-root scale)' : 'images (square-root scale)',
      values: legendValues(largest),
      place: (value) => Math.sqrt(value / largest),
    }),
  ]);
  const recalls = perClass.map(({ recall }) => recall);
  const [worst, best] = [Math.min(...recalls), Math.max(...recalls)];
  const slips = cells
    .filter(({ actual, predicted, images: n }) => actual !== predicted && n > 0)
    .sort((a, b) => b.images - a.images)
    .slice(0, 3)
    .map((d) => `${names[d.actual]} called ${names[d.predicted]} (${count(d.images)}, ${percent(d.share)})`);
  return sheet.figure(
    `Confusion matrix of ${count(images)} images, true classes in rows and predicted ones in columns, in ` +
      `${normalized ? 'percent of each row' : 'images'}. ${count(correct)} are right (${percent(accuracy, 2)}): most often ` +
      `${names[recalls.indexOf(best)]} (${percent(best)}), least often ${names[recalls.indexOf(worst)]} (${percent(worst)}).` +
      `${slips.length > 0 ? ` The most frequent mistakes: ${list(slips)}.` : ''}`,
  );
}
