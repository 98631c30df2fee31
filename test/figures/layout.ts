/** Where the text of an SVG lies, so that tests can say whether any is cut off or covered by other text. */

import assert from 'node:assert/strict';
import { parseHTML } from 'linkedom';
import type { Figure } from '../../src/figures/figure.ts';
import { textWidth } from '../../src/figures/text.ts';

/** The box around one line of text, in pixels of the figure. */
export interface TextBox {
  readonly text: string;
  /** Type size. */
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A position, and whether x and y have changed places: text turned by 90 degrees. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly turned: boolean;
  readonly size: number;
  readonly anchor: string;
  readonly bold: boolean;
}

function lengthOf(value: string | null, size: number): number {
  if (value === null) return 0;
  return value.endsWith('em') ? Number.parseFloat(value) * size : Number(value);
}

function enter(element: Element, frame: Frame): Frame {
  const transform = element.getAttribute('transform') ?? '';
  const [, dx = 0, dy = 0] = (/translate\(([-\d.]+)(?:,([-\d.]+))?\)/.exec(transform) ?? []).map(Number);
  const size = element.getAttribute('font-size');
  return {
    x: frame.x + dx,
    y: frame.y + dy,
    turned: frame.turned || /rotate\(-?90\)/.test(transform),
    size: size === null ? frame.size : Number.parseFloat(size),
    anchor: element.getAttribute('text-anchor') ?? frame.anchor,
    bold: (element.getAttribute('font-weight') ?? (frame.bold ? '600' : '400')) === '600',
  };
}

function boxOf(
  text: string,
  along: number,
  across: number,
  { x, y, turned, size, anchor, bold }: Frame,
): TextBox {
  // Without the room that the layout leaves for wider fonts.
  const width = textWidth(text, size, { bold }) / 1.1;
  const start = along - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
  const [first, last, upper, lower] = [start, start + width, across - size * 0.73, across + size * 0.2];
  if (!turned) return { text, size, left: x + first, right: x + last, top: y + upper, bottom: y + lower };
  return { text, size, left: x + upper, right: x + lower, top: y - last, bottom: y - first };
}

/** The boxes of all lines of text. Understands what the figures use: translations and quarter turns to the left. */
export function textBoxes(svg: string): TextBox[] {
  const boxes: TextBox[] = [];
  const visit = (element: Element, outer: Frame): void => {
    const frame = enter(element, outer);
    if (element.localName === 'text') {
      const spans = [...element.children];
      const at = (node: Element, name: string): number => lengthOf(node.getAttribute(name), frame.size);
      let across = at(element, 'y');
      if (spans.length === 0 && element.textContent !== '')
        boxes.push(boxOf(element.textContent ?? '', at(element, 'x'), across, frame));
      for (const span of spans.filter((child) => child.localName === 'tspan')) {
        across = (span.hasAttribute('y') ? at(span, 'y') : across) + at(span, 'dy');
        boxes.push(boxOf(span.textContent ?? '', at(span, 'x'), across, frame));
      }
      return;
    }
    for (const child of element.children) visit(child, frame);
  };
  const root = parseHTML(`<!doctype html><body>${svg}</body>`).document.querySelector('svg');
  if (root === null) throw new Error('there is no <svg> in the text');
  visit(root, { x: 0, y: 0, turned: false, size: 10, anchor: 'start', bold: false });
  return boxes;
}

/** By how many pixels two boxes cover each other, in the direction in which they do so less; 0 when they do not. */
export function overlap(a: TextBox, b: TextBox): number {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, Math.min(wide, tall));
}

/** Smallest type size, in pixels of the figure: smaller text cannot be read on a slide or in a report. */
const LEAST_TYPE = 11;

/** Fails where a text of the figure is too small, leaves it or runs into another. */
export function checkLayout(figure: Figure, width: number): void {
  assert.equal(figure.width, width);
  const boxes = textBoxes(figure.svg);
  assert.ok(boxes.length > 0, `${figure.name} has no text`);
  for (const box of boxes) {
    const inside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= figure.height;
    assert.ok(inside, `${figure.name}: "${box.text}" leaves the figure: ${JSON.stringify(box)}`);
    assert.ok(box.size >= LEAST_TYPE, `${figure.name}: "${box.text}" has ${box.size} pixels`);
  }
  boxes.forEach((box, i) => {
    for (const other of boxes.slice(i + 1))
      assert.ok(overlap(box, other) < 1, `${figure.name}: "${box.text}" and "${other.text}" overlap`);
  });
}
