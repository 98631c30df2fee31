/** The ops between two products, forward and backward, with kernels/activate.ts and kernels/layernorm.ts. */

import { normsProduct, normWidth } from '../../../model/dense-layer.ts';
import type { Op } from '../../../model/program.ts';
import { ACTIVATIONS } from '../constants.ts';
import type { LayerLayout, Layout } from '../layout.ts';
import { panelsOf } from '../panels.ts';
import type { Job } from '../protocol.ts';
import { type BatchPart, dropout, statsOf, transposedPanel, weightsOf } from './batch-part.ts';

/** For the kernels that only normalize. */
const NO_ACTIVATION = ACTIVATIONS.indexOf('none');

type ActivateOp = Extract<Op, { op: 'activate' | 'activateGradient' }>;

export function activate(
  layout: Layout,
  { layer: index, training, byBatch }: ActivateOp,
  job: Job,
  part: BatchPart,
): void {
  const layer = layout.layers[index];
  const args = {
    x: layer.z,
    z: layer.z,
    y: layer.y,
    panelBytes: layout.rowPanel,
    rows: part.rows,
    outputs: layer.out,
    activation: ACTIVATIONS.indexOf(layer.activation),
    ...normBehind(layer, job),
    byBatch,
    ...dropout(layer.dropout, index, job, part, training),
  };
  part.share(layer.panels, (units) => part.kernels.activate(args, units));
}

export function activateGradient(
  layout: Layout,
  { layer: index, training, byBatch }: ActivateOp,
  job: Job,
  part: BatchPart,
): void {
  const layer = layout.layers[index];
  const args = {
    z: layer.z,
    dy: layer.dy,
    skipped: layer.skipGradient,
    dz: layer.dz,
    panelBytes: layout.rowPanel,
    // For a LayerNorm, `normalizeGradient` comes next.
    dzT: normsProduct(layer) && layer.norm === 'layer' ? 0 : layer.dzT,
    dzTPanel: transposedPanel(layer),
    rows: part.rows,
    outputs: layer.out,
    activation: ACTIVATIONS.indexOf(layer.activation),
    ...normBehind(layer, job),
    gradient: layer.affine.gradient,
    byBatch,
    ...dropout(layer.dropout, index, job, part, training),
  };
  part.share(layer.panels, (units) => part.kernels.activateGradient(args, units));
}

/** A norm between product and activation: its scale and shift, and the statistics of batch normalization. */
function normBehind(layer: LayerLayout, job: Job): { readonly affine: number; readonly stats: number } {
  if (!normsProduct(layer)) return { affine: 0, stats: 0 };
  return { affine: layer.affine[weightsOf(job)], stats: statsOf(layer, job) };
}

export function normalize(layout: Layout, index: number, job: Job, part: BatchPart, byBatch: boolean): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const from = layer.preNorm ? layout.layers[index - 1].y : layer.z;
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const args = {
      x: from,
      z: layer.normalized,
      y: layer.x,
      panelBytes: rowPanel,
      rows: part.rows,
      outputs: features,
      activation: NO_ACTIVATION,
      affine,
      stats: statsOf(layer, job),
      byBatch,
      ...dropout(0, index, job, part, false),
    };
    part.share(panelsOf(features), (units) => part.kernels.activate(args, units));
  } else {
    const args = {
      x: from,
      normalized: layer.normalized,
      scaled: layer.preNorm ? layer.x : 0,
      panelBytes: rowPanel,
      features,
      affine,
      inverse: layer.inverse,
    };
    part.share(part.rows, (units) => part.kernels.layerNorm(args, units));
  }
}

/** Address of the gradient with respect to the output of a layer's norm, and then of that with respect to its input. */
function normedGradient(layout: Layout, index: number): number {
  const layer = layout.layers[index];
  return layer.preNorm ? layout.layers[index - 1].dy : layer.dz;
}

export function affineGradient(layout: Layout, index: number, part: BatchPart): void {
  const layer = layout.layers[index];
  const da = normedGradient(layout, index);
  const args = {
    da,
    normalized: layer.normalized,
    panelBytes: layout.rowPanel,
    rows: part.rows,
    gradient: layer.affine.gradient,
  };
  part.share(panelsOf(normWidth(layer)), (units) => part.kernels.affineGradient(args, units));
}

export function normalizeGradient(
  layout: Layout,
  index: number,
  job: Job,
  part: BatchPart,
  byBatch: boolean,
): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const da = normedGradient(layout, index);
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const args = {
      z: layer.normalized,
      dy: da,
      skipped: 0,
      dz: da,
      panelBytes: rowPanel,
      dzT: 0,
      dzTPanel: 0,
      rows: part.rows,
      outputs: features,
      activation: NO_ACTIVATION,
      affine,
      stats: statsOf(layer, job),
      gradient: layer.affine.gradient,
      byBatch,
      ...dropout(0, index, job, part, false),
    };
    part.share(panelsOf(features), (units) => part.kernels.activateGradient(args, units));
  } else {
    const args = {
      da,
      normalized: layer.normalized,
      panelBytes: rowPanel,
      features,
      affine,
      inverse: layer.inverse,
      // For the layer below, `activateGradient` comes next.
      dzT: layer.preNorm ? 0 : layer.dzT,
      dzTPanel: transposedPanel(layer),
      rows: part.rows,
    };
    part.share(panelsOf(part.rows), (units) => part.kernels.layerNormGradient(args, units));
  }
}
