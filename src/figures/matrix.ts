/** A matrix of classes: true classes in rows, predicted classes in columns. */

import * as Plot from '@observablehq/plot';
import { chart, labelRoom, namesAxis, SMALL, TICK } from './chart.ts';
import type { Sheet } from './figure.ts';
import { appendCells, type MatrixCell } from './matrix-cells.ts';
import { textWidth } from './text.ts';

/**
 * Largest number of classes with a separate element for each cell; with more, cells are drawn together by
 * color.
 */
export const MOST_SINGLE = 50;
/** Largest size of a cell in pixels. */
const WIDEST = 110;
/** Pixels for the words `true class` beside the matrix, where there is room for them. */
const AXIS = 20;

/** Says how to read a matrix whose axes have no words. */
export function explainAxes(sheet: Sheet): void {
  if (sheet.narrow) sheet.paragraph('Rows are true classes, columns predicted ones.');
}

/**
 * Draws the cells. Each is a `<rect>` with `data-cell="actual predicted"`, so that a page can open its images.
 * With more than 50 classes, the whole matrix is one `<rect>` with `data-cells="classes"`.
 * @param cells all of them, row by row; with more than 50 classes those with images are enough
 * @param ground color of a cell without images
 * @param widest where numbers do not fit into all cells: no number at all, or `blank`, all but those that are too wide
 */
export function drawMatrix(
  sheet: Sheet,
  names: readonly string[],
  cells: readonly MatrixCell[],
  ground: string,
  { widest = 'none' }: { readonly widest?: 'none' | 'blank' } = {},
): SVGSVGElement {
  const axis = sheet.narrow ? 0 : AXIS;
  const room = labelRoom(names, sheet.width, 0.3);
  const left = room + axis;
  const side = Math.min(WIDEST, (sheet.width - left - 2) / names.length);
  const upright = names.every((name) => textWidth(name, SMALL) < side - 2);
  const top = (upright ? 18 : Math.min(90, labelRoom(names, 1e3))) + (sheet.narrow ? 4 : 24);
  const single = names.length <= MOST_SINGLE;
  // Many classes: as many names as can be read.
  const every = Math.ceil((SMALL * 1.05) / side);
  const named = every > 1 ? { ticks: [...names.keys()].filter((i) => i % every === 0) } : {};
  const label = (words: string) => ({
    ...named,
    label: sheet.narrow ? null : words,
    labelArrow: 'none' as const,
    labelAnchor: 'center' as const,
    padding: 0,
    round: false,
  });
  const matrix = chart(sheet.document, {
    width: left + side * names.length + 2,
    height: top + side * names.length + 2,
    marginLeft: left,
    marginRight: 2,
    marginTop: top,
    marginBottom: 2,
    x: {
      ...namesAxis(names, upright ? side + 8 : top - (sheet.narrow ? 0 : 16)),
      ...label('predicted class'),
      axis: 'top',
      tickRotate: upright ? 0 : -90,
    },
    y: { ...namesAxis(names, room), ...label('true class') },
    marks: single ? singleCells(cells, side, names.length, widest) : [],
  });
  if (single)
    matrix.querySelectorAll('g[aria-label="cell"] rect').forEach((rect, i) => {
      rect.setAttribute('data-cell', `${cells[i].actual} ${cells[i].predicted}`);
    });
  else appendCells(matrix, cells, { left, top, side, classes: names.length, ground });
  for (const ticks of matrix.querySelectorAll('g[aria-label$="axis tick label"]'))
    ticks.setAttribute('font-size', String(side < TICK * 1.3 ? SMALL : TICK));
  return matrix;
}

/** Each cell with its words, and with its number where that can be read. */
function singleCells(
  cells: readonly MatrixCell[],
  side: number,
  classes: number,
  widest: 'none' | 'blank',
): Plot.Markish[] {
  const fontSize = side < 30 ? SMALL : TICK;
  const fits = (text: string): boolean => textWidth(text, fontSize) / 1.08 < side - 0.5;
  const longest = Math.max(...cells.map(({ texts }) => texts.length));
  // One form for all cells: numbers with and without a sign would not compare.
  const common = Array.from({ length: longest }, (_, i) => i).find((i) =>
    cells.every(({ texts }) => texts.length === 0 || fits(texts[Math.min(i, texts.length - 1)])),
  );
  const form = common ?? (widest === 'blank' ? longest - 1 : undefined);
  return [
    Plot.cell(cells, {
      x: 'predicted',
      y: 'actual',
      inset: classes > 20 ? 0.25 : 0.75,
      rx: classes > 20 ? 0 : 2,
      fill: 'fill',
      title: 'title',
    }),
    ...(form === undefined
      ? []
      : [
          Plot.text(
            cells.filter(({ texts }) => texts.length > 0 && fits(texts[Math.min(form, texts.length - 1)])),
            {
              x: 'predicted',
              y: 'actual',
              text: ({ texts }: MatrixCell) => texts[Math.min(form, texts.length - 1)],
              fill: 'ink',
              fontSize,
              pointerEvents: 'none',
            },
          ),
        ]),
  ];
}
