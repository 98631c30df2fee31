/**
 * A test split for a set that has none: drawn once, when the set is imported, by the content of the pictures. It depends
 * neither on a seed nor on names or their order, nor on the size that the images get.
 */

import type { Hashes } from './hashes.ts';

/** What images are drawn by. */
export interface DrawRequest {
  /** Class of each image. */
  readonly labels: Uint16Array;
  /** Of each picture as it was found: they put the pictures into an order that is as good as random. */
  readonly content: Hashes;
  /** Of the images' pixels: images with the same ones stay together. */
  readonly pixels: Hashes;
  readonly classes: number;
  /** Above 0 up to 0.5. */
  readonly share: number;
}

/**
 * Which images become the test split: of each class the share, rounded, at least one of two. Copies stay together,
 * whatever their classes.
 * @returns for each image 1 where it is a test image, else 0
 */
export function drawTestSplit({ labels, content, pixels, classes, share }: DrawRequest): Uint8Array {
  const left = targets(labels, classes, share);
  const isTest = new Uint8Array(labels.length);
  for (const group of sortedGroups(content, pixels)) {
    if (!takesAll(group, labels, left)) continue;
    for (const index of group) isTest[index] = 1;
  }
  return isTest;
}

/** Images with the same pixels, in groups by the least content hash of each. */
function sortedGroups(content: Hashes, pixels: Hashes): Uint32Array[] {
  const indices = Uint32Array.from(pixels.low, (_, i) => i);
  indices.sort((a, b) => compare(pixels, a, b) || compare(content, a, b) || a - b);
  const groups: Uint32Array[] = [];
  for (let start = 0, end = 0; start < indices.length; start = end) {
    end = start + 1;
    while (end < indices.length && compare(pixels, indices[start], indices[end]) === 0) end += 1;
    groups.push(indices.subarray(start, end));
  }
  return groups.sort(([a], [b]) => compare(content, a, b) || a - b);
}

function compare({ high, low }: Hashes, a: number, b: number): number {
  return high[a] - high[b] || low[a] - low[b];
}

function targets(labels: Uint16Array, classes: number, share: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] += 1;
  return counts.map((count) => (count < 2 ? 0 : Math.max(1, Math.floor(count * share + 0.5))));
}

/** Whether every class of the images still wants so many; takes them off if so. */
function takesAll(group: Uint32Array, labels: Uint16Array, left: Uint32Array): boolean {
  for (let i = 0; i < group.length; i++) {
    if (left[labels[group[i]]] > 0) {
      left[labels[group[i]]] -= 1;
      continue;
    }
    for (let k = 0; k < i; k++) left[labels[group[k]]] += 1;
    return false;
  }
  return true;
}
