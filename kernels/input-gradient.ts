// The gradient of a Linear layer with respect to its inputs. dense.ts shows the layouts.

import { LINE, PANELS_TOGETHER } from "./constants.generated";
import { productRows } from "./dense";
import { transpose16 } from "./lines";
import { dropoutRows } from "./philox";
import { ROWS, tile } from "./tile";

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
