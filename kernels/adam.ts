// Adam (Kingma & Ba 2015), elementwise, in the order of torch.optim.Adam.

/**
 * One step on `bytes` bytes (a multiple of 32).
 * @param constants float32: beta1, 1 - beta1, beta2, 1 - beta2, epsilon
 * @param scalars float32 of this step: learning rate / (1 - beta1^t), 1 / sqrt(1 - beta2^t)
 */
export function adam(
  weights: usize, first: usize, second: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): void {
  const beta1 = v128.load_splat<f32>(constants, 0), rest1 = v128.load_splat<f32>(constants, 4);
  const beta2 = v128.load_splat<f32>(constants, 8), rest2 = v128.load_splat<f32>(constants, 12);
  const epsilon = v128.load_splat<f32>(constants, 16);
  const size = v128.load_splat<f32>(scalars, 0), correction = v128.load_splat<f32>(scalars, 4);
  for (let at: usize = 0; at < bytes; at += 32) {
    const g0 = v128.load(gradient + at, 0), g1 = v128.load(gradient + at, 16);
    const m0 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 0)), f32x4.mul(rest1, g0));
    const m1 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 16)), f32x4.mul(rest1, g1));
    const v0 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 0)), f32x4.mul(f32x4.mul(rest2, g0), g0));
    const v1 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 16)), f32x4.mul(f32x4.mul(rest2, g1), g1));
    const d0 = f32x4.add(f32x4.mul(f32x4.sqrt(v0), correction), epsilon);
    const d1 = f32x4.add(f32x4.mul(f32x4.sqrt(v1), correction), epsilon);
    const w0 = f32x4.sub(v128.load(weights + at, 0), f32x4.div(f32x4.mul(size, m0), d0));
    const w1 = f32x4.sub(v128.load(weights + at, 16), f32x4.div(f32x4.mul(size, m1), d1));
    v128.store(first + at, m0, 0);
    v128.store(first + at, m1, 16);
    v128.store(second + at, v0, 0);
    v128.store(second + at, v1, 16);
    v128.store(weights + at, w0, 0);
    v128.store(weights + at, w1, 16);
  }
}
