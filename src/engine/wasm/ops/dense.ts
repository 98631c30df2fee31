/** The three products of a Linear, by kernels/dense.ts. */

import { isApart, needsActivate } from '../../../model/dense-layer.ts';
import { PANELS_TOGETHER, STRIP } from '../constants.ts';
import { type Layout, panelsOf } from '../layout.ts';
import type { Job, TrainJob } from '../protocol.ts';
import { type BatchPart, dropout, optimizerStep, transposedPanel, weightsOf } from './batch-part.ts';

/** Share of values that are not 0 up to which leaving out the zeros is faster. */
const MOST_VALUES = 0.6;

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
    masks: layer.zerosIn ? masksOf(layout, { x: layer.x, width: layer.in }, part) : 0,
  };
  const sets = args.masks === 0 ? layer.panels : Math.ceil(layer.panels / PANELS_TOGETHER);
  part.share(sets * groups, (units) => part.kernels.linear(args, units), groups);
}

/**
 * Where the masks of a layer's x or dz lie, which this thread has made for itself; 0 where too few values are 0. All threads
 * count the same zeros, and so come to the same units.
 */
function masksOf(
  layout: Layout,
  { x, width }: { readonly x: number; readonly width: number },
  part: BatchPart,
): number {
  const masks = layout.masks + part.setup.thread * layout.maskBytes;
  const { rows } = part;
  const values = part.kernels.maskRows({ x, xPanel: layout.rowPanel, width, rows, masks });
  return values < MOST_VALUES * rows * width ? masks : 0;
}

export function inputGradient(layout: Layout, index: number, job: Job, part: BatchPart): void {
  const layer = layout.layers[index];
  const below = index > 0 ? layout.layers[index - 1] : undefined;
  // Where more comes before the layer's dz, the result stands in the place of dy.
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
  const masks = layer.zerosOut ? masksOf(layout, { x: layer.dz, width: layer.out }, part) : 0;
  if (masks === 0) {
    const own = { gradT: layer.dzT, gradTPanel: transposedPanel(layer), scratch: part.setup.scratch };
    const units = panelsOf(layer.in) * panelsOf(part.rows);
    part.share(units, (some) => part.kernels.inputGradient({ ...shared, ...own }, some));
  } else {
    const scratch = layout.turned + part.setup.thread * layout.turnedBytes;
    const args = { ...shared, own: layer.dz, ownPanel: layout.rowPanel, masks, scratch };
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
  const args = {
    x: layer.x,
    xPanel: layout.rowPanel,
    dz: layer.dz,
    dzPanel: layout.rowPanel,
    rows: part.rows,
    inputs: layer.in,
    masks: layer.zerosOut ? layout.masks + part.setup.thread * layout.maskBytes : 0,
    scratch: part.setup.scratch,
    gradient: keep ? layer.weights.gradient : 0,
    ...optimizerStep(job, part, layer.weights),
  };
  const strips = Math.ceil(layer.in / STRIP);
  part.share(layer.panels * strips, (units) => part.kernels.weightGradient(args, units), strips);
}
