/** The median, found by selection: sorting all values takes several times as long. */

/** Rounds of selection, after which the values are sorted: they may have been chosen to make selection slow. */
const MOST_ROUNDS = 60;

/** The value in the middle; of an even count the upper one of both. The values are reordered. */
export function takeMedian(values: Float64Array): number {
  if (values.length === 0) return 0;
  const middle = values.length >> 1;
  let [low, high] = [0, values.length - 1];
  for (let round = 0; low < high; round++) {
    if (round === MOST_ROUNDS) return values.sort()[middle];
    const pivot = middleOf(values[low], values[(low + high) >> 1], values[high]);
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left] < pivot) left += 1;
      while (values[right] > pivot) right -= 1;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    // Now all up to `right` are at most the pivot, all from `left` on at least; those between are the pivot.
    if (middle <= right) high = right;
    else if (middle >= left) low = left;
    else break;
  }
  return values[middle];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
