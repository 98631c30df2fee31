// The pixels of an augmented image, in integers. src/engine/reference/augment.ts states the same plainly.

/** The word of a record, see RECORD in src/data/augment.ts. */
// @ts-ignore: decorator
@inline
function word(record: usize, index: usize): i32 {
  return load<i32>(record + (index << 2));
}

/** Writes to `target` what `record` makes of the image of height * width bytes at `source`. */
export function augment(source: usize, record: usize, height: i32, width: i32, target: usize): void {
  const a = word(record, 0), b = word(record, 1), c = word(record, 3), d = word(record, 4);
  let u0 = word(record, 2), v0 = word(record, 5);
  // Whole pixels upright: a copy, mirrored or not.
  const whole = (a == 65536 || a == -65536) && b == 0 && c == 0 && d == 65536 && !((u0 | v0) & 0xffff);
  for (let y = 0; y < height; y++) {
    const line = target + <usize>(y * width);
    if (whole) copyRow(source, u0 >> 16, v0 >> 16, a > 0 ? 1 : -1, height, width, line);
    else turnRow(source, u0, v0, a, c, height, width, line);
    u0 += b;
    v0 += d;
  }
  const left = word(record, 6), right = word(record, 8), bottom = word(record, 9);
  for (let y = word(record, 7); y < bottom; y++) memory.fill(target + <usize>(y * width + left), 0, <usize>(right - left));
}

function copyRow(source: usize, x: i32, y: i32, direction: i32, height: i32, width: i32, line: usize): void {
  const row = source + <usize>(y * width);
  const inside = <u32>y < <u32>height;
  for (let i = 0; i < width; i++) {
    store<u8>(line + <usize>i, inside && <u32>x < <u32>width ? load<u8>(row + <usize>x) : 0);
    x += direction;
  }
}

function turnRow(source: usize, u: i32, v: i32, stepU: i32, stepV: i32, height: i32, width: i32, line: usize): void {
  for (let i = 0; i < width; i++) {
    const x = u >> 16, y = v >> 16;
    const fx = (u >> 8) & 255, fy = (v >> 8) & 255;
    const upper = pixel(source, x, y, height, width) * (256 - fx) + pixel(source, x + 1, y, height, width) * fx;
    const lower = pixel(source, x, y + 1, height, width) * (256 - fx) + pixel(source, x + 1, y + 1, height, width) * fx;
    store<u8>(line + <usize>i, (upper * (256 - fy) + lower * fy + 32768) >> 16);
    u += stepU;
    v += stepV;
  }
}

/** A pixel of the source; 0 outside. */
// @ts-ignore: decorator
@inline
function pixel(source: usize, x: i32, y: i32, height: i32, width: i32): i32 {
  if (<u32>x >= <u32>width || <u32>y >= <u32>height) return 0;
  return <i32>load<u8>(source + <usize>(y * width + x));
}
