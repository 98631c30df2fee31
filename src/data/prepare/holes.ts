/** Fills the holes of a mask. Works on stretches of rows, which are few, because most of a mask is ground around an object. */

import type { Mask } from './regions.ts';

/** Stretches of a row without a set pixel, each with the number of the region that it belongs to. */
interface Stretches {
  readonly first: number[];
  /** The place after the last one. */
  readonly end: number[];
  /** A stretch of the same region; the region's own one refers to itself. */
  readonly parent: number[];
  readonly area: number[];
  readonly atBorder: boolean[];
}

/** The mask with those holes filled that have at most `largest` pixels: parts of the rest that do not reach the border. */
export function fillHoles({ data, width, height }: Mask, largest: number): Mask {
  const all: Stretches = { first: [], end: [], parent: [], area: [], atBorder: [] };
  let above = 0;
  for (let y = 0; y < height; y++) {
    const begin = all.first.length;
    addRow(all, data, y, width, height);
    connect(all, above, begin, width);
    above = begin;
  }
  const filled = data.slice();
  for (let k = 0; k < all.first.length; k++) {
    const region = regionOf(all, k);
    if (!all.atBorder[region] && all.area[region] <= largest) filled.fill(1, all.first[k], all.end[k]);
  }
  return { data: filled, width, height };
}

function addRow(all: Stretches, data: Uint8Array, y: number, width: number, height: number): void {
  const [start, end] = [y * width, (y + 1) * width];
  for (let i = start; i < end; i++) {
    if (data[i]) continue;
    const first = i;
    while (i < end && !data[i]) i += 1;
    all.parent.push(all.first.length);
    all.first.push(first);
    all.end.push(i);
    all.area.push(i - first);
    all.atBorder.push(y === 0 || y === height - 1 || first === start || i === end);
  }
}

/** Joins the stretches of a row with those of the row above that they touch, corners included. */
function connect(all: Stretches, above: number, begin: number, width: number): void {
  const { first, end } = all;
  let other = above;
  for (let k = begin; k < first.length; k++) {
    // A stretch above may touch several: the last one that touched is looked at again.
    while (other < begin && end[other] + width < first[k]) other += 1;
    for (let j = other; j < begin && first[j] + width <= end[k]; j++) join(all, j, k);
  }
}

function join(all: Stretches, a: number, b: number): void {
  const [to, from] = [regionOf(all, a), regionOf(all, b)];
  if (to === from) return;
  all.parent[from] = to;
  all.area[to] += all.area[from];
  all.atBorder[to] ||= all.atBorder[from];
}

function regionOf({ parent }: Stretches, k: number): number {
  let region = k;
  while (parent[region] !== region) {
    parent[region] = parent[parent[region]];
    region = parent[region];
  }
  return region;
}
