/** The cells of a confusion matrix; with many classes they are drawn as one path for each color. */

import { sequential } from './theme.ts';

/** Images of one true class with one predicted class. */
export interface Cell {
  readonly actual: number;
  readonly predicted: number;
  readonly images: number;
  /** Of the images of the true class. */
  readonly share: number;
  /**
   * Depth of its color, 0 to 1: the square root, so that a few mistakes are visible beside many correct
   * images.
   */
  readonly depth: number;
}

/**
 * The cells row by row, and the value with the deepest color: images, or percent.
 * @param every also the cells without images
 */
export function cellsOf(
  confusion: readonly (readonly number[])[],
  { normalized, every }: { readonly normalized: boolean; readonly every: boolean },
): { cells: Cell[]; largest: number } {
  const most = confusion.reduce((all, row) => row.reduce((a, b) => Math.max(a, b), all), 1);
  const cells = confusion.flatMap((row, actual) => {
    const support = row.reduce((sum, images) => sum + images, 0);
    return row.flatMap((images, predicted) => {
      if (images === 0 && !every) return [];
      const share = support === 0 ? 0 : images / support;
      const depth = Math.sqrt(normalized ? share : images / most);
      return { actual, predicted, images, share, depth };
    });
  });
  return { cells, largest: normalized ? 100 : most };
}

/** Where a matrix of many classes is drawn, in pixels. */
export interface MatrixPlace {
  readonly left: number;
  readonly top: number;
  /** Of one cell. */
  readonly side: number;
  readonly classes: number;
}

const SVG = 'http://www.w3.org/2000/svg';
/** Smallest size of a cell, so that a mistake is visible; it may cover a part of its neighbors. */
const LEAST_SIDE = 1.5;
/** Largest number of cells, those with the most images: more would make the file too large. */
const MOST_CELLS = 20_000;

/** Draws cells with images, the deepest last, under one `<rect>` for all of them. */
export function appendCells(matrix: SVGSVGElement, cells: readonly Cell[], place: MatrixPlace): void {
  const { left, top, side, classes } = place;
  const whole = { x: left, y: top, width: side * classes, height: side * classes };
  append(matrix, 'rect', { ...whole, fill: sequential(0) });
  // Avoids gaps from rounding.
  const drawn = (Math.ceil(Math.max(side, LEAST_SIDE) * 10) / 10).toFixed(1);
  const shown = cells.toSorted((a, b) => b.depth - a.depth).slice(0, MOST_CELLS);
  const paths = new Map<string, string[]>();
  for (const { actual, predicted, depth } of shown.reverse()) {
    const color = sequential(depth);
    const [x, y] = [left + predicted * side, top + actual * side].map((value) => value.toFixed(1));
    const square = `M${x} ${y}h${drawn}v${drawn}h-${drawn}z`;
    const squares = paths.get(color);
    if (squares === undefined) paths.set(color, [square]);
    else squares.push(square);
  }
  for (const [fill, squares] of paths) append(matrix, 'path', { fill, d: squares.join('') });
  append(matrix, 'rect', { ...whole, fill: 'none', 'pointer-events': 'all', 'data-cells': classes });
}

function append(parent: Element, tag: string, attributes: Readonly<Record<string, string | number>>): void {
  const element = parent.ownerDocument.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  parent.append(element);
}
