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
  /** Sum of what was asked to be summed over it. */
  readonly sum: number;
}

/** Numbers the regions of a mask whose pixels touch, corners included: 0 is none, region k has number k + 1. */
export function regionsOf(
  { data, width, height }: Mask,
  weight: Float64Array,
): { readonly numbers: Uint32Array; readonly regions: Region[] } {
  const numbers = new Uint32Array(data.length);
  const regions: Region[] = [];
  // Each pixel is put on the stack once. The order of a sum is the order in which they come off.
  const stack = new Uint32Array(data.length);
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || numbers[start]) continue;
    const number = regions.length + 1;
    let area = 0;
    let border = 0;
    let sum = 0;
    let depth = 1;
    numbers[start] = number;
    stack[0] = start;
    while (depth > 0) {
      const i = stack[--depth];
      const x = i % width;
      const y = (i - x) / width;
      area += 1;
      sum += weight[i];
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border += 1;
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      const bottom = Math.min(height - 1, y + 1);
      for (let v = Math.max(0, y - 1); v <= bottom; v++)
        for (let next = v * width + left; next <= v * width + right; next++) {
          if (!data[next] || numbers[next]) continue;
          numbers[next] = number;
          stack[depth++] = next;
        }
    }
    regions.push({ area, border, sum });
  }
  return { numbers, regions };
}

/** Where more than half of the 3 x 3 pixels around a pixel are set: removes specks and closes gaps. */
export function majority({ data, width, height }: Mask): Mask {
  const most = new Uint8Array(data.length);
  // Set pixels of each column, of the rows around the current one.
  const columns = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    const [first, last] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
    columns.fill(0);
    for (let v = first; v <= last; v++)
      for (let x = 0, i = v * width; x < width; x++, i++) columns[x] += data[i];
    const rows = last - first + 1;
    for (let x = 0; x < width; x++) {
      const isFirst = x === 0;
      const isLast = x === width - 1;
      const count = columns[x] + (isFirst ? 0 : columns[x - 1]) + (isLast ? 0 : columns[x + 1]);
      const size = rows * (3 - (isFirst ? 1 : 0) - (isLast ? 1 : 0));
      if (2 * count > size) most[y * width + x] = 1;
    }
  }
  return { data: most, width, height };
}
