// The three products of a Linear layer, each over a range of work units, so that threads share them.
//
// Layouts (16 floats = one line of 64 bytes, a panel = lines that follow each other):
//   weights   [panel of 16 outputs][input ..., bias][16]   one panel has inputs + 1 lines, the bias last
//   x, y, dz  [panel of 16 features][row of the batch][16]
//   dzT       [panel of 16 rows][feature][16]
// Lanes past the last output have weight 0 and stay 0.

import { LINE, LIST_INPUTS, PANELS_TOGETHER, STRIP } from "./constants.generated";
import { scaleGradient, update } from "./optimizers";
import { dropoutRows } from "./philox";
import { listLanes, sumBy1, sumBy3 } from "./sparse";
import { ADJACENT, ROWS, tileNarrow, tileWide } from "./tile";

let wide: bool = false;

/** Chooses the tile kernel: wide where the engine pairs vectors, narrow elsewhere. Bits are the same. */
export function useWideTiles(on: bool): void {
  wide = on;
}

// @ts-ignore: decorator
@inline
function tile<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  if (wide) tileWide<A>(a, jump, b, count, c);
  else tileNarrow<A>(a, jump, b, count, c);
}

/** Inputs of one pass over the rows: 256 lines of weights are 16 KB, half of a common L1 cache. */
const BLOCK: i32 = 256;

/**
 * y = dropout(x Wᵀ + b, with or without ReLU) + skipped. Units: (three panels of outputs, four rows) if zeros of x are
 * skipped, else (panel of outputs, four rows).
 * @param skipped laid out as y, or 0
 * @param lists of `listRows`, of x; 0 to multiply by every value
 */
export function linear(
  x: usize, xPanel: usize, weights: usize, inputs: i32, outputs: i32, y: usize, yPanel: usize, rows: i32,
  relu: bool, skipped: usize, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32, lists: usize,
  begin: i32, end: i32,
): void {
  const groups = (rows + 3) >> 2;
  const panelBytes = (<usize>inputs + 1) * LINE;
  const panels = (outputs + 15) >> 4;
  const together = lists ? PANELS_TOGETHER : 1;
  for (let unit = begin; unit < end; ) {
    const set = unit / groups;
    const from = unit - set * groups;
    const to = min(groups, from + end - unit);
    unit += to - from;
    const firstPanel = set * together, lastPanel = min(panels, firstPanel + together);
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      const bias = weights + (<usize>panel + 1) * panelBytes - LINE;
      spread(bias, y + (<usize>panel) * yPanel + (<usize>from) * 256, (to - from) << 2);
    }
    const w = weights + (<usize>firstPanel) * panelBytes;
    const out = y + (<usize>firstPanel) * yPanel;
    if (lists) {
      const ends = min(rows, to << 2);
      productRows(lists, rows, w, panelBytes, inputs, out, yPanel, lastPanel - firstPanel, from << 2, ends);
    } else {
      for (let k = 0; k < inputs; k += BLOCK) {
        const count = min(BLOCK, inputs - k);
        const xBlock = x + (<usize>(k >> 4)) * xPanel;
        for (let group = from; group < to; group++) {
          const at = (<usize>group) * 256;
          tile<ROWS>(xBlock + at, xPanel, w + (<usize>k) * LINE, count, out + at);
        }
      }
    }
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      const lines = y + (<usize>panel) * yPanel;
      const first = lines + (<usize>from) * 256, last = lines + (<usize>to) * 256;
      if (relu) {
        for (let at = first; at < last; at += 32) {
          v128.store(at, reluOf(v128.load(at)));
          v128.store(at, reluOf(v128.load(at, 16)), 16);
        }
      }
      if (threshold) {
        const words = (outputs + 3) >> 2;
        const counter = (from << 2) * words + (panel << 2);
        dropoutRows(first, (to - from) << 2, counter, words, step, layer, key0, key1, threshold, scale);
      }
      if (skipped) addLines(first, skipped + (first - y), last - first);
    }
  }
}

/** The bias into `count` lines. A bias of -0 becomes +0: a product of 0 with any sign does not change it. */
function spread(bias: usize, to: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const b0 = f32x4.add(v128.load(bias, 0), zero), b1 = f32x4.add(v128.load(bias, 16), zero);
  const b2 = f32x4.add(v128.load(bias, 32), zero), b3 = f32x4.add(v128.load(bias, 48), zero);
  const end = to + (<usize>count) * LINE;
  for (let at = to; at < end; at += LINE) {
    v128.store(at, b0, 0); v128.store(at, b1, 16); v128.store(at, b2, 32); v128.store(at, b3, 48);
  }
}

/** y += x W without the zeros of x, for rows `from` to `to` of up to three panels of outputs. A panel of W has a line an input. */
function productRows(
  lists: usize, rows: i32, weights: usize, weightPanel: usize, inputs: i32, y: usize, yPanel: usize, panels: i32, from: i32, to: i32,
): void {
  for (let block = 0; block < inputs; block += LIST_INPUTS) {
    for (let row = from; row < to; row++) {
      const list = lists + ((<usize>row) << 2), line = y + (<usize>row) * LINE;
      if (panels == PANELS_TOGETHER) sumBy3(list, weights, weightPanel, line, yPanel);
      else {
        for (let panel: usize = 0; panel < <usize>panels; panel++) {
          sumBy1(list, weights + panel * weightPanel, line + panel * yPanel);
        }
      }
    }
    lists += (<usize>rows) << 2;
  }
}

/** max(x, 0); NaN and both infinities become NaN, so that they give no answer. */
// @ts-ignore: decorator
@inline
function reluOf(x: v128): v128 {
  const zero = f32x4.splat(0);
  return f32x4.add(f32x4.pmax(x, zero), f32x4.mul(x, zero));
}

/** `bytes` bytes of lines at `from` added to those at `to`. */
export function addLines(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    v128.store(to + at, f32x4.add(v128.load(to + at, 16), v128.load(from + at, 16)), 16);
  }
}

/**
 * Gradient with respect to the layer's inputs, then through the dropout and activation that made them.
 * Units: (panel of 16 inputs, 16 rows).
 * @param y the layer's inputs: what the layer below gave, after its activation and dropout
 * @param dz, dzT the result, by rows and, unless dzT is 0, transposed
 * @param scratch 16 lines of this thread's own
 */
export function inputGradient(
  weights: usize, inputs: i32, outputs: i32, gradT: usize, gradTPanel: usize, y: usize, dz: usize, panelBytes: usize,
  dzT: usize, dzTPanel: usize, rows: i32, scratch: usize,
  relu: bool, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32, begin: i32, end: i32,
): void {
  const batchPanels = (rows + 15) >> 4;
  const weightPanel = (<usize>inputs + 1) * LINE;
  for (let unit = begin; unit < end; unit++) {
    const panel = unit / batchPanels;
    const batch = unit - panel * batchPanels;
    const b = gradT + (<usize>batch) * gradTPanel;
    const w = weights + (<usize>panel) * 1024;
    const valid = min(16, inputs - (panel << 4));
    memory.fill(scratch, 0, 1024);
    for (let i = 0; i < valid; i += 4) {
      const at = (<usize>i) * LINE;
      tile<ROWS>(w + at, weightPanel, b, outputs, scratch + at);
    }
    // A tile may have run past the last input; those lanes must stay 0.
    if (valid < 16) memory.fill(scratch + (<usize>valid) * LINE, 0, (16 - <usize>valid) * LINE);
    const offset = (<usize>panel) * panelBytes + (<usize>batch) * 1024;
    transpose16(scratch, dz + offset);
    finishGradient(
      dz + offset, y + offset, dzT ? dzT + (<usize>batch) * dzTPanel + (<usize>panel) * 1024 : 0, inputs, panel, batch,
      relu, threshold, scale, key0, key1, step, layer,
    );
  }
}

/**
 * The same without the zeros of this layer's dz. Units: three panels of 16 inputs.
 * @param lists of `listRows`, of that dz
 * @param scratch 3 lines of this thread's own for each output, whose number is rounded up to a panel
 */
export function inputGradientRows(
  weights: usize, inputs: i32, outputs: i32, lists: usize, y: usize, dz: usize,
  panelBytes: usize, dzT: usize, dzTPanel: usize, rows: i32, scratch: usize,
  relu: bool, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32, begin: i32, end: i32,
): void {
  const panels = (inputs + 15) >> 4, batchPanels = (rows + 15) >> 4;
  const turnedPanel = (<usize>((outputs + 15) >> 4)) * 1024;
  for (let unit = begin; unit < end; unit++) {
    const first = unit * PANELS_TOGETHER;
    const together = min(PANELS_TOGETHER, panels - first);
    for (let i = 0; i < together; i++) {
      turnWeights(weights, inputs, outputs, first + i, scratch + (<usize>i) * turnedPanel);
      memory.fill(dz + (<usize>(first + i)) * panelBytes, 0, (<usize>batchPanels) * 1024);
    }
    const to = dz + (<usize>first) * panelBytes;
    productRows(lists, rows, scratch, turnedPanel, outputs, to, panelBytes, together, 0, rows);
    for (let panel = first; panel < first + together; panel++) {
      for (let batch = 0; batch < batchPanels; batch++) {
        const offset = (<usize>panel) * panelBytes + (<usize>batch) * 1024;
        finishGradient(
          dz + offset, y + offset, dzT ? dzT + (<usize>batch) * dzTPanel + (<usize>panel) * 1024 : 0, inputs, panel,
          batch, relu, threshold, scale, key0, key1, step, layer,
        );
      }
    }
  }
}

/** The weights of one panel of 16 inputs as [output][16 inputs]; lanes past the last input are 0. */
function turnWeights(weights: usize, inputs: i32, outputs: i32, panel: i32, to: usize): void {
  const weightPanel = (<usize>inputs + 1) * LINE;
  const from = weights + (<usize>panel) * 1024;
  const valid = min(16, inputs - (panel << 4));
  for (let block: usize = 0; block < <usize>((outputs + 15) >> 4); block++) {
    const turned = to + block * 1024;
    transpose16(from + block * weightPanel, turned);
    if (valid == 16) continue;
    for (let line = turned; line < turned + 1024; line += LINE) {
      memory.fill(line + (<usize>valid << 2), 0, LINE - (<usize>valid << 2));
    }
  }
}

/** A block of 16 lines of gradients, through the dropout and activation that made the values, and transposed. */
function finishGradient(
  dz: usize, y: usize, dzT: usize, inputs: i32, panel: i32, batch: i32,
  relu: bool, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32,
): void {
  if (relu) maskBlock(dz, y, threshold ? scale : 1);
  else if (threshold) {
    const words = (inputs + 3) >> 2;
    const counter = (batch << 4) * words + (panel << 2);
    dropoutRows(dz, 16, counter, words, step, layer, key0, key1, threshold, scale);
  }
  if (dzT) transpose16(dz, dzT);
}

/** 16 lines: value * scale where the activation is above 0, else 0. It is 0 where ReLU or dropout made it so. */
function maskBlock(dz: usize, y: usize, scale: f32): void {
  const zero = f32x4.splat(0), factor = f32x4.splat(scale);
  for (let at: usize = 0; at < 1024; at += 16) {
    const masked = v128.and(f32x4.mul(v128.load(dz + at), factor), f32x4.gt(v128.load(y + at), zero));
    v128.store(dz + at, masked);
  }
}

/** A block of 16 lines of 16 floats, transposed. */
export function transpose16(from: usize, to: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    for (let j: usize = 0; j < 4; j++) {
      const source = from + i * 256 + j * 16;
      const a = v128.load(source, 0), b = v128.load(source, 64);
      const c = v128.load(source, 128), d = v128.load(source, 192);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      const target = to + j * 256 + i * 16;
      v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2), 0);
      v128.store(target, v128.shuffle<i64>(ab, cd, 1, 3), 64);
      v128.store(target, v128.shuffle<i64>(ef, gh, 0, 2), 128);
      v128.store(target, v128.shuffle<i64>(ef, gh, 1, 3), 192);
    }
  }
}

/** Bytes of a strip with its bias, and of the bytes that the last tile may write after it. */
const SCRATCH: usize = (<usize>STRIP + 4) * LINE;

/**
 * Gradient of weights and bias. Units: (panel of outputs, strip of 48 inputs); the last strip has the bias.
 * The strip goes to `scratch` (SCRATCH bytes of this thread's own) and from there either to `gradient`, laid out as
 * the weights, or, where that is 0, straight into the optimizer while it is in the L1 cache: a gradient tile and the optimizer
 * in one loop would keep V8 from pairing the tile's vectors.
 * @param lists room for `listLanes` of a panel, to skip zeros of dz; 0 to multiply by every value
 * @param masks, sums 160 bytes and 3 KB of this thread's own, for that
 */
export function weightGradient(
  x: usize, xPanel: usize, dz: usize, dzPanel: usize, rows: i32, inputs: i32, masks: usize, lists: usize, sums: usize,
  scratch: usize, gradient: usize,
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, constants: usize, scalars: usize, loss: usize,
  begin: i32, end: i32,
): void {
  const strips = (inputs + STRIP - 1) / STRIP;
  let listed = -1;
  for (let unit = begin; unit < end; unit++) {
    const panel = unit / strips;
    const k0 = (unit - panel * strips) * STRIP;
    const d = dz + (<usize>panel) * dzPanel;
    const lines = min(STRIP, inputs - k0);
    if (lists) {
      if (panel != listed) listLanes(d, rows, masks, lists, lists + indexBytes(rows));
      listed = panel;
      const panels = (lines + 15) >> 4;
      sumLanes(lists, rows, x + (<usize>(k0 >> 4)) * xPanel, xPanel, panels, sums, 1024);
      for (let i: usize = 0; i < <usize>panels; i++) transpose16(sums + i * 1024, scratch + i * 1024);
    } else {
      memory.fill(scratch, 0, SCRATCH);
      for (let k = 0; k < lines; k += 4) {
        const input = k0 + k;
        const a = x + (<usize>(input >> 4)) * xPanel + (<usize>(input & 15)) * 4;
        tile<ADJACENT>(a, 1024, d, rows, scratch + (<usize>k) * LINE);
      }
    }
    finishStrip(
      scratch, d, rows, inputs, panel, k0, lines, gradient, optimizer, weights, first, second, average, constants, scalars, loss,
    );
  }
}

/**
 * The same without the zeros of x. Units: (strip of 48 inputs, three panels of outputs).
 * @param masks 160 bytes of this thread's own
 * @param lists room for `listLanes` of three panels
 * @param scratch three times SCRATCH bytes of this thread's own
 */
export function weightGradientByInputs(
  x: usize, xPanel: usize, dz: usize, dzPanel: usize, rows: i32, inputs: i32, outputs: i32, masks: usize, lists: usize,
  scratch: usize, gradient: usize,
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, constants: usize, scalars: usize, loss: usize,
  begin: i32, end: i32,
): void {
  const panels = (outputs + 15) >> 4;
  const sets = (panels + PANELS_TOGETHER - 1) / PANELS_TOGETHER;
  const index = indexBytes(rows);
  let listed = -1;
  for (let unit = begin; unit < end; unit++) {
    const strip = unit / sets;
    const k0 = strip * STRIP;
    const lines = min(STRIP, inputs - k0);
    const inStrip = <usize>((lines + 15) >> 4);
    if (strip != listed) {
      let entry = lists + <usize>PANELS_TOGETHER * index;
      for (let i: usize = 0; i < inStrip; i++) {
        entry = listLanes(x + (<usize>(k0 >> 4) + i) * xPanel, rows, masks, lists + i * index, entry);
      }
      listed = strip;
    }
    const firstPanel = (unit - strip * sets) * PANELS_TOGETHER, together = min(PANELS_TOGETHER, panels - firstPanel);
    const d = dz + (<usize>firstPanel) * dzPanel;
    for (let i: usize = 0; i < inStrip; i++) {
      sumLanes(lists + i * index, rows, d, dzPanel, together, scratch + i * 1024, SCRATCH);
    }
    for (let i = 0; i < together; i++) {
      finishStrip(
        scratch + (<usize>i) * SCRATCH, d + (<usize>i) * dzPanel, rows, inputs, firstPanel + i, k0, lines, gradient, optimizer,
        weights, first, second, average, constants, scalars, loss,
      );
    }
  }
}

/** Bytes of the index of `listLanes`, a multiple of 8. */
function indexBytes(rows: i32): usize {
  return ((<usize>((rows + 63) >> 6)) << 6) + 8;
}

/**
 * Sums for the 16 lanes that lists are of, 64 rows at a time: those of three panels are 12 KB, which stay in the L1 cache.
 * @param index of `listLanes`
 * @param lines the other operand's first panel, of `panels`
 * @param to a line for each lane, and `toPanel` bytes further those of the next panel
 */
function sumLanes(
  index: usize, rows: i32, lines: usize, linePanel: usize, panels: i32, to: usize, toPanel: usize,
): void {
  for (let panel: usize = 0; panel < <usize>panels; panel++) memory.fill(to + panel * toPanel, 0, 1024);
  for (let first = 0; first < rows; first += 64) {
    for (let lane: usize = 0; lane < 16; lane++) {
      const line = to + lane * LINE;
      if (panels == PANELS_TOGETHER) sumBy3(index, lines, linePanel, line, toPanel);
      else {
        for (let panel: usize = 0; panel < <usize>panels; panel++) {
          sumBy1(index, lines + panel * linePanel, line + panel * toPanel);
        }
      }
      index += 4;
    }
  }
}

/** Keeps a strip's gradient, or takes the optimizer's step with it. */
function finishStrip(
  scratch: usize, dz: usize, rows: i32, inputs: i32, panel: i32, k0: i32, lines: i32, gradient: usize,
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, constants: usize, scalars: usize, loss: usize,
): void {
  const shrinkable = (<usize>lines) * LINE;
  let bytes = shrinkable;
  if (k0 + lines == inputs) {
    sumLines(dz, rows, scratch + shrinkable);
    bytes += LINE;
  }
  const offset = ((<usize>panel) * (<usize>inputs + 1) + <usize>k0) * LINE;
  if (gradient) memory.copy(gradient + offset, scratch, bytes);
  else {
    const mean = average ? average + offset : 0;
    update(
      optimizer, weights + offset, first + offset, second + offset, mean, scratch, bytes, shrinkable, constants, scalars, loss,
    );
  }
}

/**
 * The optimizer's step from a kept gradient. Units as those of `weightGradient`.
 * @param factor of `clipFactor`, by which the gradient is first multiplied; 0 for none
 */
export function updateWeights(
  inputs: i32, gradient: usize, factor: usize,
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, constants: usize, scalars: usize, loss: usize,
  begin: i32, end: i32,
): void {
  const strips = (inputs + STRIP - 1) / STRIP;
  for (let unit = begin; unit < end; unit++) {
    const panel = unit / strips;
    const k0 = (unit - panel * strips) * STRIP;
    const lines = min(STRIP, inputs - k0);
    const shrinkable = (<usize>lines) * LINE;
    const bytes = k0 + lines == inputs ? shrinkable + LINE : shrinkable;
    const offset = ((<usize>panel) * (<usize>inputs + 1) + <usize>k0) * LINE;
    if (factor) scaleGradient(gradient + offset, bytes, factor);
    const mean = average ? average + offset : 0;
    update(
      optimizer, weights + offset, first + offset, second + offset, mean, gradient + offset, bytes, shrinkable,
      constants, scalars, loss,
    );
  }
}

/** The sum of `rows` lines, in order: a bias's gradient. */
function sumLines(lines: usize, rows: i32, to: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = lines + (<usize>rows) * LINE;
  for (let at = lines; at < end; at += LINE) {
    s0 = f32x4.add(s0, v128.load(at, 0));
    s1 = f32x4.add(s1, v128.load(at, 16));
    s2 = f32x4.add(s2, v128.load(at, 32));
    s3 = f32x4.add(s3, v128.load(at, 48));
  }
  v128.store(to, s0, 0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
}
