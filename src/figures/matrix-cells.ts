/** The cells of a matrix of classes; with many classes they are drawn as one path for each color. */

/** What a cell shows of the images of one true class with one predicted class. */
export interface MatrixCell {
  readonly actual: number;
  readonly predicted: number;
  /** Depth of its color, 0 to 1. */
  readonly depth: number;
  readonly fill: string;
  /** Color of text on it. */
  readonly ink: string;
  /** Its number, from the longest form to the shortest: the first that fits is written. */
  readonly texts: readonly string[];
  /** Words, for a pointer over it. */
  readonly title: string;
}

/** Where a matrix of many classes is drawn, in pixels. */
export interface MatrixPlace {
  readonly left: number;
  readonly top: number;
  /** Of one cell. */
  readonly side: number;
  readonly classes: number;
  /** Color of the cells that are not drawn. */
  readonly ground: string;
}

const SVG = 'http://www.w3.org/2000/svg';
/** Smallest size of a cell, so that a mistake is visible; it may cover a part of its neighbors. */
const LEAST_SIDE = 1.5;
/** Largest number of cells, those with the most images: more would make the file too large. */
const MOST_CELLS = 20_000;

/** Draws cells with images, the deepest last, under one `<rect>` for all of them. */
export function appendCells(
  matrix: SVGSVGElement,
  cells: readonly MatrixCell[],
  { left, top, side, classes, ground }: MatrixPlace,
): void {
  const whole = { x: left, y: top, width: side * classes, height: side * classes };
  append(matrix, 'rect', { ...whole, fill: ground });
  // Avoids gaps from rounding.
  const drawn = (Math.ceil(Math.max(side, LEAST_SIDE) * 10) / 10).toFixed(1);
  const shown = cells.toSorted((a, b) => b.depth - a.depth).slice(0, MOST_CELLS);
  const paths = new Map<string, string[]>();
  for (const { actual, predicted, fill } of shown.reverse()) {
    const [x, y] = [left + predicted * side, top + actual * side].map((value) => value.toFixed(1));
    const square = `M${x} ${y}h${drawn}v${drawn}h-${drawn}z`;
    const squares = paths.get(fill);
    if (squares === undefined) paths.set(fill, [square]);
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
