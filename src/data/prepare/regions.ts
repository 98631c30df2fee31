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
  for (let y = 0; y < height; y++) slide(values, rows, { start: y * width, step: 1, length: width, radius });
  for (let x = 0; x < width; x++) slide(rows, out, { start: x, step: width, length: height, radius });
  return out;
}

function slide(
  from: Float64Array,
  to: Float64Array,
  {
    start,
    step,
    length,
    radius,
  }: { readonly start: number; readonly step: number; readonly length: number; readonly radius: number },
): void {
  for (let k = 0; k < length; k++) {
    const [first, last] = [Math.max(0, k - radius), Math.min(length - 1, k + radius)];
    let sum = 0;
    for (let j = first; j <= last; j++) sum += from[start + j * step];
    to[start + k * step] = sum / (last - first + 1);
  }
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
