/** What stands between two products, forward and backward, by kernels/activate.ts and kernels/layernorm.ts. */

import { normsProduct, normWidth } from '../../../model/dense-layer.ts';
import { type Layout, panelsOf } from '../layout.ts';
import { ACTIVATIONS, type Job } from '../protocol.ts';
import { type BatchPart, dropout, statsOf, transposedPanel, weightsOf } from './batch-part.ts';

/** For the kernels that only normalize. */
const NO_ACTIVATION = ACTIVATIONS.indexOf('none');

export function activate(layout: Layout, index: number, job: Job, part: BatchPart, training: boolean): void {
  const layer = layout.layers[index];
  const normed = normsProduct(layer);
  const args = [
    layer.z,
    layer.z,
    layer.y,
    layout.rowPanel,
    part.rows,
    layer.out,
    ACTIVATIONS.indexOf(layer.activation),
    normed ? layer.affine[weightsOf(job)] : 0,
    normed ? statsOf(layer, job) : 0,
    training ? 1 : 0,
    ...dropout(layer.dropout, index, job, part, training),
  ];
  part.share(layer.panels, (begin, end) => part.kernels.activate(...args, begin, end));
}

export function activateGradient(
  layout: Layout,
  index: number,
  job: Job,
  part: BatchPart,
  training: boolean,
): void {
  const layer = layout.layers[index];
  const normed = normsProduct(layer);
  const args = [
    layer.z,
    layer.dy,
    layer.skipGradient,
    layer.dz,
    layout.rowPanel,
    // Of a LayerNorm, `normalizeGradient` comes next.
    normed && layer.norm === 'layer' ? 0 : layer.dzT,
    transposedPanel(layer),
    part.rows,
    layer.out,
    ACTIVATIONS.indexOf(layer.activation),
    normed ? layer.affine[weightsOf(job)] : 0,
    normed ? statsOf(layer, job) : 0,
    layer.affine.gradient,
    training ? 1 : 0,
    ...dropout(layer.dropout, index, job, part, training),
  ];
  part.share(layer.panels, (begin, end) => part.kernels.activateGradient(...args, begin, end));
}

export function normalize(layout: Layout, index: number, job: Job, part: BatchPart, training: boolean): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const from = layer.preNorm ? layout.layers[index - 1].y : layer.z;
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const norm = [affine, statsOf(layer, job), training ? 1 : 0, ...dropout(0, index, job, part, false)];
    const args = [from, layer.normalized, layer.x, rowPanel, part.rows, features, NO_ACTIVATION, ...norm];
    part.share(panelsOf(features), (begin, end) => part.kernels.activate(...args, begin, end));
  } else {
    const scaled = layer.preNorm ? layer.x : 0;
    const args = [from, layer.normalized, scaled, rowPanel, features, affine, layer.inverse];
    part.share(part.rows, (begin, end) => part.kernels.layerNorm(...args, begin, end));
  }
}

/** Where the gradient with respect to what a layer's norm gives stands, and then that by what it was given. */
function normedGradient(layout: Layout, index: number): number {
  const layer = layout.layers[index];
  return layer.preNorm ? layout.layers[index - 1].dy : layer.dz;
}

export function affineGradient(layout: Layout, index: number, part: BatchPart): void {
  const layer = layout.layers[index];
  const da = normedGradient(layout, index);
  const args = [da, layer.normalized, layout.rowPanel, part.rows, layer.affine.gradient];
  part.share(panelsOf(normWidth(layer)), (begin, end) => part.kernels.affineGradient(...args, begin, end));
}

export function normalizeGradient(
  layout: Layout,
  index: number,
  job: Job,
  part: BatchPart,
  training: boolean,
): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const da = normedGradient(layout, index);
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const norm = [affine, statsOf(layer, job), layer.affine.gradient, training ? 1 : 0];
    const args = [layer.normalized, da, 0, da, rowPanel, 0, 0, part.rows, features, NO_ACTIVATION, ...norm];
    const plain = dropout(0, index, job, part, false);
    part.share(panelsOf(features), (begin, end) =>
      part.kernels.activateGradient(...args, ...plain, begin, end),
    );
  } else {
    // Of the layer below, `activateGradient` comes next.
    const dzT = layer.preNorm ? 0 : layer.dzT;
    const args = [da, layer.normalized, rowPanel, features, affine, layer.inverse];
    const transposed = [dzT, transposedPanel(layer), part.rows];
    part.share(panelsOf(part.rows), (begin, end) =>
      part.kernels.layerNormGradient(...args, ...transposed, begin, end),
    );
  }
}
