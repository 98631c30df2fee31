// Two rungs of the ladder that Couture's kernels left behind, over the same layouts as kernels/dense.ts.

/** One scalar at a time: y [rows, outputs] = x [rows, inputs] times weights [outputs, inputs], row-major. */
export function scalar(x: usize, weights: usize, y: usize, rows: i32, inputs: i32, outputs: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum: f32 = 0;
      const a = x + <usize>(row * inputs) * 4;
      const b = weights + <usize>(o * inputs) * 4;
      for (let i = 0; i < inputs; i++) {
        sum += load<f32>(a + ((<usize>i) << 2)) * load<f32>(b + ((<usize>i) << 2));
      }
      store<f32>(y + <usize>(row * outputs + o) * 4, sum);
    }
  }
}

/** Vectors, no tile: four outputs of one row at a time; weights [inputs, outputs], row-major. */
export function vector(x: usize, weights: usize, y: usize, rows: i32, inputs: i32, outputs: i32): void {
  const line = <usize>outputs * 4;
  for (let row = 0; row < rows; row++) {
    for (let o: usize = 0; o < line; o += 16) {
      let sum = f32x4.splat(0);
      const a = x + <usize>(row * inputs) * 4;
      let b = weights + o;
      for (let i = 0; i < inputs; i++) {
        sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(a + ((<usize>i) << 2)), v128.load(b)));
        b += line;
      }
      v128.store(y + <usize>row * line + o, sum);
    }
  }
}
