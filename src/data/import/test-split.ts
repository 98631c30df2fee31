/**
 * A test split for a set that has none: drawn once, when the set is imported, by the images' own pixels. It depends
 * neither on a seed nor on names or their order.
 */

import type { PixelHashes } from './pixel-hash.ts';

/**
 * Which images become the test split: of each class the share, rounded, at least one of two. Images with the same
 * pixels stay together, whatever their classes.
 * @param labels class of each image
 * @param hashes of the same images
 * @param share above 0 up to 0.5
 * @returns for each image 1 where it is a test image, else 0
 */
export function drawTestSplit(
  labels: Uint16Array,
  hashes: PixelHashes,
  classes: number,
  share: number,
): Uint8Array {
  const left = targets(labels, classes, share);
  const isTest = new Uint8Array(labels.length);
  const { high, low } = hashes;
  const order = Uint32Array.from(labels, (_, i) => i);
  order.sort((a, b) => high[a] - high[b] || low[a] - low[b] || a - b);
  for (let start = 0, end = 0; start < order.length; start = end) {
    const first = order[start];
    end = start + 1;
    while (end < order.length && high[order[end]] === high[first] && low[order[end]] === low[first]) end += 1;
    const group = order.subarray(start, end);
    if (!takesAll(group, labels, left)) continue;
    for (const index of group) isTest[index] = 1;
  }
  return isTest;
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
