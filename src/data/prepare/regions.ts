/** Black-and-white pictures: smoothing, connected regions, holes. */

/** 1 where something is, 0 elsewhere, row by row. */
export interface Mask {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** A connected region of a mask. */
export interface Region {
  readonly area: number;
  /** Pixels of it on the picture's border. */
  readonly border: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Sum of what was asked to be summed over it. */
  readonly sum: number;
}

/** Means over squares of 2 * radius + 1 pixels; squares are cut off at the border. */
export function blur(
  values: Float64Array,
  width: number,
  height: number,
  radius: number,
): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(values.length);
  const out = new Float64Array(values.length);
  for (let y = 0; y < height; y++) blurRow(values, rows, y * width, width, radius);
  // Row by row as well: going down each column would miss the cache at every pixel. The sums are the same.
  for (let y = 0; y < height; y++) {
    const first = Math.max(0, y - radius);
    const last = Math.min(height - 1, y + radius);
    const to = y * width;
    const count = last - first + 1;
    if (count === 3) {
      const [above, below] = [to - width, to + width];
      for (let x = 0; x < width; x++) out[to + x] = (rows[above + x] + rows[to + x] + rows[below + x]) / 3;
      continue;
    }
    for (let j = first; j <= last; j++) for (let x = 0; x < width; x++) out[to + x] += rows[j * width + x];
    for (let x = 0; x < width; x++) out[to + x] /= count;
  }
  return out;
}

/** Means along a row of `length` values that begins at `start`. */
function blurRow(from: Float64Array, to: Float64Array, start: number, length: number, radius: number): void {
  const mean = (k: number): number => {
    const first = Math.max(0, k - radius);
    const last = Math.min(length - 1, k + radius);
    let sum = 0;
    for (let j = start + first; j <= start + last; j++) sum += from[j];
    return sum / (last - first + 1);
  };
  // The usual radius has a loop of its own, which is several times as fast; the sums are the same.
  const inside = radius === 1 ? Math.max(0, length - 2) : 0;
  for (let i = start + 1; i <= start + inside; i++) to[i] = (from[i - 1] + from[i] + from[i + 1]) / 3;
  for (let k = 0; k < length; k++) if (k === 0 || k > inside) to[start + k] = mean(k);
}

/** Numbers the regions of a mask whose pixels touch, corners included: 0 is none, region k has number k + 1. */
export function regionsOf(
  { data, width, height }: Mask,
  weight: Float64Array,
): { readonly numbers: Uint32Array; readonly regions: Region[] } {
  const numbers = new Uint32Array(data.length);
  const regions: Region[] = [];
  const stack: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || numbers[start]) continue;
    const number = regions.length + 1;
    numbers[start] = number;
    stack.push(start);
    const found = { area: 0, border: 0, left: width, right: -1, top: height, bottom: -1, sum: 0 };
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      const x = i % width;
      const y = (i - x) / width;
      found.area += 1;
      found.sum += weight[i];
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) found.border += 1;
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const next = v * width + u;
          if (!data[next] || numbers[next]) continue;
          numbers[next] = number;
          stack.push(next);
        }
    }
    regions.push(found);
  }
  return { numbers, regions };
}

/** The mask with those holes filled that have at most `largest` pixels: parts of the rest that do not reach the border. */
export function fillHoles(mask: Mask, largest: number): Mask {
  const { width, height } = mask;
  const rest = mask.data.map((is) => (is ? 0 : 1));
  const { numbers, regions } = regionsOf({ data: rest, width, height }, new Float64Array(rest.length));
  const filled = regions.map(({ border, area }) => border === 0 && area <= largest);
  const data = mask.data.map((is, i) => (is || filled[numbers[i] - 1] ? 1 : 0));
  return { data, width, height };
}

/** Where more than half of a square around a pixel is set: removes specks and closes gaps. */
export function majority({ data, width, height }: Mask, radius: number): Mask {
  const share = blur(new Float64Array(data), width, height, radius);
  const most = new Uint8Array(data.length);
  for (let i = 0; i < most.length; i++) if (share[i] > 0.5) most[i] = 1;
  return { data: most, width, height };
}
