/** Places labels beside their points without overlap. */

import { textWidth } from './text.ts';

/** A linear scale from data to pixels and back. */
export interface LinearScale {
  readonly domain: [number, number];
  readonly to: (value: number) => number;
  readonly from: (pixel: number) => number;
}

/** The scale from the range of values to a range of pixels. */
export function scaleBetween(values: readonly number[], first: number, last: number): LinearScale {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return {
    domain: [low, low + span],
    to: (value) => first + ((value - low) / span) * (last - first),
    from: (pixel) => low + ((pixel - first) / (last - first)) * span,
  };
}

/** A line of text with the middle at x and y, in pixels. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export interface LabelBounds {
  /** Type size, pixels. */
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Distances to try, in steps, and directions at each: the nearest free place is used. */
const RINGS = 14;
const DIRECTIONS = 12;

/** A placed label, and whether it is far from its point. */
export interface PlacedLabel extends Label {
  /** Which of the labels it is. */
  readonly index: number;
  readonly moved: boolean;
}

/**
 * Moves labels apart and into the bounds, each as little as possible; earlier labels have priority. A label
 * without room is left out.
 */
export function placeLabels(
  labels: readonly Label[],
  { size, left, right, top, bottom }: LabelBounds,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const half = (text: string): number => textWidth(text, size, { bold: true }) / 2 + 2;
  const tall = size * 1.25;
  const inside = ({ text, x, y }: Label): Label => ({
    text,
    x: Math.max(left + half(text), Math.min(right - half(text), x)),
    y: Math.max(top + tall / 2, Math.min(bottom - tall / 2, y)),
  });
  const free = (label: Label): boolean =>
    placed.every(
      (other) =>
        Math.abs(other.y - label.y) >= tall ||
        Math.abs(other.x - label.x) >= half(other.text) + half(label.text),
    );
  for (const [index, wanted] of labels.entries()) {
    const around = Array.from({ length: RINGS * DIRECTIONS }, (_, i) => {
      const angle = ((i % DIRECTIONS) / DIRECTIONS) * 2 * Math.PI;
      const distance = (1 + Math.floor(i / DIRECTIONS)) * tall * 0.75;
      return {
        ...wanted,
        x: wanted.x + Math.cos(angle) * distance * 1.6,
        y: wanted.y + Math.sin(angle) * distance,
      };
    });
    const place = [wanted, ...around].map(inside).find(free);
    if (place === undefined) continue;
    const moved = Math.hypot(place.x - wanted.x, place.y - wanted.y) > tall;
    placed.push({ ...place, index, moved });
  }
  return placed;
}
