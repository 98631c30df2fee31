/** The three products of a Linear, by kernels/dense.ts, input-gradient.ts and weight-gradient.ts. */

import { isApart, needsActivate } from '../../../model/dense-layer.ts';
import { MOST_LISTED, PANELS_TOGETHER, STRIP } from '../constants.ts';
import type { Layout } from '../layout.ts';
import { panelsOf } from '../panels.ts';
import type { Job, TrainJob } from '../protocol.ts';
import { type BatchPart, dropout, optimizerStep, transposedPanel, weightsOf } from './batch-part.ts';

/** Largest share of nonzero values at which a weight gradient is faster without the zeros. */
const MOST_SUMMED = 0.6;

export function linear(layout: Layout, index: number, job: Job, part: BatchPart, training: boolean): void {
  const layer = layout.layers[index];
  const groups = Math.ceil(part.rows / 4);
  const apart = needsActivate(layer);
  const args = {
    x: layer.x,
    xPanel: layout.rowPanel,
    weights: layer.weights[weightsOf(job)],
    inputs: layer.in,
    outputs: layer.out,
    y: layer.z,
    yPanel: layout.rowPanel,
    rows: part.rows,
    relu: layer.activation === 'relu' && !apart,
    skipped: layer.skipped,
    ...dropout(layer.dropout, index, job, part, training && !apart),
    lists: 0,
  };
  if (layer.zerosIn) {
    const { lists, filled } = listValues(layout, { x: layer.x, width: layer.in }, part);
    part.filled[index] = filled;
    args.lists = lists;
  }
  const sets = args.lists === 0 ? layer.panels : Math.ceil(layer.panels / PANELS_TOGETHER);
  part.share(sets * groups, (units) => part.kernels.linear(args, units), groups);
}

/**
 * The share of the values of a layer's x or dz that are not 0, and where they are listed, by this thread for itself; 0 where too many
 * are not 0. All threads count the same values, and so have the same units.
 */
function listValues(
  layout: Layout,
  { x, width }: { readonly x: number; readonly width: number },
  part: BatchPart,
): { readonly lists: number; readonly filled: number } {
  const { masks, lists, listed } = sparseRoom(layout, part);
  const args = { x, xPanel: layout.rowPanel, width, rows: part.rows, masks };
  const filled = part.kernels.maskRows(args) / (part.rows * width);
  if (filled > MOST_LISTED || part.rows * width > listed) return { lists: 0, filled };
  part.kernels.listRows({ ...args, lists });
  return { lists, filled };
}

/** This thread's room for products without zeros. */
function sparseRoom({ sparse }: Layout, { setup }: BatchPart) {
  const start = sparse.start + setup.thread * sparse.bytes;
  const { masks, lists, sums, turned, listed } = sparse;
  return { masks: start + masks, lists: start + lists, sums: start + sums, turned: start + turned, listed };
}

export function inputGradient(layout: Layout, index: number, job: Job, part: BatchPart): void {
  const layer = layout.layers[index];
  const below = index > 0 ? layout.layers[index - 1] : undefined;
  // If more ops come before the layer's dz, the result is stored as dy.
  const masked = below && !isApart(layout.layers, index - 1) ? below : undefined;
  const shared = {
    weights: layer.weights[weightsOf(job)],
    inputs: layer.in,
    outputs: layer.out,
    y: masked?.y ?? 0,
    dz: masked?.dz ?? below?.dy ?? layout.dx,
    panelBytes: layout.rowPanel,
    dzT: masked?.dzT ?? 0,
    dzTPanel: masked ? transposedPanel(masked) : 0,
    rows: part.rows,
    relu: masked?.activation === 'relu',
    ...dropout(masked?.dropout ?? 0, index - 1, job, part, true),
  };
  const { lists } = layer.zerosOut
    ? listValues(layout, { x: layer.dz, width: layer.out }, part)
    : { lists: 0 };
  if (lists === 0) {
    const own = { gradT: layer.dzT, gradTPanel: transposedPanel(layer), scratch: part.setup.scratch };
    const units = panelsOf(layer.in) * panelsOf(part.rows);
    part.share(units, (some) => part.kernels.inputGradient({ ...shared, ...own }, some));
  } else {
    const args = { ...shared, lists, scratch: sparseRoom(layout, part).turned };
    const units = Math.ceil(panelsOf(layer.in) / PANELS_TOGETHER);
    part.share(units, (some) => part.kernels.inputGradientRows(args, some));
  }
}

export function weightGradient(
  layout: Layout,
  index: number,
  job: TrainJob,
  part: BatchPart,
  keep: boolean,
): void {
  const layer = layout.layers[index];
  const shared = {
    x: layer.x,
    xPanel: layout.rowPanel,
    dz: layer.dz,
    dzPanel: layout.rowPanel,
    rows: part.rows,
    inputs: layer.in,
    scratch: part.setup.scratch,
    gradient: keep ? layer.weights.gradient : 0,
    ...optimizerStep(job, part, layer.weights),
  };
  const strips = Math.ceil(layer.in / STRIP);
  const inX = part.filled[index] ?? 1;
  // If an output is 0, its dz is also 0.
  const inDz = layer.zerosOut ? (part.filled[index + 1] ?? 1) : 1;
  const { masks, lists, sums } = sparseRoom(layout, part);
  if (inX <= inDz && inX < MOST_SUMMED) {
    const args = { ...shared, outputs: layer.out, masks, lists };
    const sets = Math.ceil(layer.panels / PANELS_TOGETHER);
    part.share(sets * strips, (units) => part.kernels.weightGradientByInputs(args, units), sets);
  } else {
    const args = { ...shared, masks, lists: inDz < MOST_SUMMED ? lists : 0, sums };
    part.share(layer.panels * strips, (units) => part.kernels.weightGradient(args, units), strips);
  }
}
