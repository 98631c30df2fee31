/** Means over squares of 3 x 3 pixels, row by row: no plane is made of what they are means of. */

/** The sides of what is blurred, and what each row of it is. */
interface Blurred {
  readonly width: number;
  readonly height: number;
  /** Writes the values of a row. Rows are asked for once, from the first to the last. */
  readonly fill: (y: number, row: Float64Array) => void;
  /** Is given the means of a row, which it must not keep. */
  readonly take: (y: number, means: Float64Array) => void;
}

/** Blurs; at the border, the squares are cut off. */
export function blurRows({ width, height, fill, take }: Blurred): void {
  const values = new Float64Array(width);
  const means = new Float64Array(width);
  // The rows around the one whose means are taken, each with its means along the row.
  const rows = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  for (let y = 0; y <= height; y++) {
    if (y < height) {
      fill(y, values);
      blurRow(values, rows[y % 3]);
    }
    if (y === 0) continue;
    const first = Math.max(0, y - 2);
    const last = Math.min(height - 1, y);
    const between = rows[(y - 1) % 3];
    if (last - first === 2) mean3(rows[first % 3], between, rows[last % 3], means);
    else if (last > first) mean2(rows[first % 3], rows[last % 3], means);
    else means.set(between);
    take(y - 1, means);
  }
}

function mean3(a: Float64Array, b: Float64Array, c: Float64Array, means: Float64Array): void {
  for (let x = 0; x < means.length; x++) means[x] = (a[x] + b[x] + c[x]) / 3;
}

function mean2(a: Float64Array, b: Float64Array, means: Float64Array): void {
  for (let x = 0; x < means.length; x++) means[x] = (a[x] + b[x]) / 2;
}

/** Means of each value and its neighbors in the row. */
function blurRow(values: Float64Array, means: Float64Array): void {
  const last = values.length - 1;
  for (let x = 1; x < last; x++) means[x] = (values[x - 1] + values[x] + values[x + 1]) / 3;
  means[0] = last === 0 ? values[0] : (values[0] + values[1]) / 2;
  if (last > 0) means[last] = (values[last - 1] + values[last]) / 2;
}
