// The gradient of a Linear layer with respect to its weights and bias, and the optimizer's step with it. dense.ts shows
// the layouts.

import { LINE, PANELS_TOGETHER, STRIP } from "./constants.generated";
import { transpose16 } from "./lines";
import { scaleGradient, update } from "./optimizers";
import { listLanes, sumBy1, sumBy3 } from "./sparse";
import { ADJACENT, tile } from "./tile";

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
