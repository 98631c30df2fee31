// The product of a Linear layer, and the layouts of its tensors. It and the two gradients (input-gradient.ts,
// weight-gradient.ts) each take a range of work units, so that threads share them.
//
// Layouts (16 floats = one line of 64 bytes, a panel = lines that follow each other):
//   weights   [panel of 16 outputs][input ..., bias][16]   one panel has inputs + 1 lines, the bias last
//   x, y, dz  [panel of 16 features][row of the batch][16]
//   dzT       [panel of 16 rows][feature][16]
// Lanes past the last output have weight 0 and stay 0.

import { LINE, LIST_INPUTS, PANELS_TOGETHER } from "./constants.generated";
import { addLines } from "./lines";
import { dropoutRows } from "./philox";
import { sumBy1, sumBy3 } from "./sparse";
import { ROWS, tile } from "./tile";

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
export function productRows(
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
