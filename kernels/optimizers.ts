// The optimizers, elementwise, and the running average of the weights. src/engine/reference/optimizers.ts states them plainly.

/** Which optimizer; as OPTIMIZERS in src/engine/wasm/protocol.ts. */
const SGD: i32 = 1;

/**
 * One step on `bytes` bytes (a multiple of 32) of weights, and of their running average unless that is 0.
 * @param constants, scalars float32, see optimizerConstants and stepScalars in src/engine/scalars.ts
 */
export function update(
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, gradient: usize, bytes: usize,
  constants: usize, scalars: usize,
): void {
  if (optimizer == SGD) sgd(weights, first, gradient, bytes, constants, scalars);
  else adam(weights, first, second, gradient, bytes, constants, scalars);
  if (average) blend(average, weights, bytes, scalars);
}

/** Adam (Kingma & Ba 2015) with decoupled weight decay, in the order of torch.optim.AdamW. */
function adam(
  weights: usize, first: usize, second: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): void {
  const beta1 = v128.load_splat<f32>(constants, 0), rest1 = v128.load_splat<f32>(constants, 4);
  const beta2 = v128.load_splat<f32>(constants, 8), rest2 = v128.load_splat<f32>(constants, 12);
  const epsilon = v128.load_splat<f32>(constants, 16);
  const size = v128.load_splat<f32>(scalars, 0), correction = v128.load_splat<f32>(scalars, 4);
  const kept = v128.load_splat<f32>(scalars, 8);
  for (let at: usize = 0; at < bytes; at += 32) {
    const g0 = v128.load(gradient + at, 0), g1 = v128.load(gradient + at, 16);
    const m0 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 0)), f32x4.mul(rest1, g0));
    const m1 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 16)), f32x4.mul(rest1, g1));
    const v0 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 0)), f32x4.mul(f32x4.mul(rest2, g0), g0));
    const v1 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 16)), f32x4.mul(f32x4.mul(rest2, g1), g1));
    const d0 = f32x4.add(f32x4.mul(f32x4.sqrt(v0), correction), epsilon);
    const d1 = f32x4.add(f32x4.mul(f32x4.sqrt(v1), correction), epsilon);
    const w0 = f32x4.sub(f32x4.mul(v128.load(weights + at, 0), kept), f32x4.div(f32x4.mul(size, m0), d0));
    const w1 = f32x4.sub(f32x4.mul(v128.load(weights + at, 16), kept), f32x4.div(f32x4.mul(size, m1), d1));
    v128.store(first + at, m0, 0);
    v128.store(first + at, m1, 16);
    v128.store(second + at, v0, 0);
    v128.store(second + at, v1, 16);
    v128.store(weights + at, w0, 0);
    v128.store(weights + at, w1, 16);
  }
}

/** Stochastic gradient descent with momentum, in the order of torch.optim.SGD. */
function sgd(
  weights: usize, first: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): void {
  const momentum = v128.load_splat<f32>(constants, 0), decay = v128.load_splat<f32>(constants, 4);
  const nesterov = load<f32>(constants, 8) > 0;
  const size = v128.load_splat<f32>(scalars, 0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(decay, w));
    const m = f32x4.add(f32x4.mul(momentum, v128.load(first + at)), g);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(momentum, m)) : m;
    v128.store(first + at, m);
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(size, direction)));
  }
}

/** average = decay * average + (1 - decay) * weights. */
function blend(average: usize, weights: usize, bytes: usize, scalars: usize): void {
  const decay = v128.load_splat<f32>(scalars, 12), rest = v128.load_splat<f32>(scalars, 16);
  for (let at: usize = 0; at < bytes; at += 32) {
    const a0 = f32x4.add(f32x4.mul(decay, v128.load(average + at, 0)), f32x4.mul(rest, v128.load(weights + at, 0)));
    const a1 = f32x4.add(f32x4.mul(decay, v128.load(average + at, 16)), f32x4.mul(rest, v128.load(weights + at, 16)));
    v128.store(average + at, a0, 0);
    v128.store(average + at, a1, 16);
  }
}
