/** Launches of the forward ops, and of those that give a result. */

import { needsActivate, normsProduct, normWidth } from '../../../model/dense-layer.ts';
import { ACTIVATIONS } from '../kernels/common.ts';
import { outputKernel, outputOp, quadGroups } from '../kernels/elementwise.ts';
import { forwardKernel, forwardOp, groupsOf, NONE } from '../kernels/forward.ts';
import { augmentKernel, gatherGroups, gatherKernel, gatherOp, pixelValues } from '../kernels/gather.ts';
import { logSoftmaxKernel, lossOp, rowGroups } from '../kernels/loss.ts';
import { batchNormKernel, batchNormOp, columnGroups } from '../kernels/norm-columns.ts';
import { layerNormKernel, layerNormOp } from '../kernels/norm-rows.ts';
import { tileFor } from '../kernels/product.ts';
import { quadsOf } from '../places.ts';
import { dropoutOf, type Launch, launch, readsBytes, type Setting } from './launch.ts';

/** No launch if the first layer reads the bytes itself. */
export function gather(setting: Setting): Launch[] {
  if (readsBytes(setting)) return [];
  const { program, batch, augmented } = setting;
  const { height, width, channels } = program.input.shape;
  const plane = height * width;
  const size = plane * channels;
  const quads = quadsOf(size);
  const kernel = augmented ? augmentKernel : gatherKernel;
  const values = { quads, plane, size, width, height, x: batch.y[0] };
  return [launch(kernel, gatherOp, values, (rows) => gatherGroups(quads, rows))];
}

/** The product and, where no norm follows it, all that belongs to the layer. */
export function linear(setting: Setting, index: number, training: boolean): Launch {
  const { program, batch, weights, rows, plain, half } = setting;
  const layer = program.plan.layers[index];
  const outputQuads = quadsOf(layer.out);
  const tile = tileFor([{ rows, columns: layer.out }], plain);
  const values = {
    inputs: layer.in,
    inputQuads: quadsOf(layer.in),
    outputQuads,
    x: batch.x[index],
    weight: weights.layers[index].weight,
    bias: weights.layers[index].bias,
    z: needsActivate(layer) ? batch.z[index] : NONE,
    y: normsProduct(layer) ? NONE : batch.y[index + 1],
    skip: layer.skip === undefined ? NONE : batch.y[layer.skip + 1],
    activation: ACTIVATIONS.indexOf(layer.activation),
    layer: index,
    ...dropoutOf(layer, training),
    ...pixelValues(program.input.shape, program.input.pixels),
  };
  const kernel = forwardKernel(tile, { bytes: index === 0 && readsBytes(setting), half });
  return launch(kernel, forwardOp, values, (count) => groupsOf(tile, count, outputQuads));
}

/** Of an op with a norm: whether dropout follows, and whether a BatchNorm1d takes the batch's statistics. */
interface NormOp {
  readonly layer: number;
  readonly training: boolean;
  readonly byBatch: boolean;
}

/** A LayerNorm after a product is computed together with the ops after it; so is every norm before a product. */
export function normalize(setting: Setting, op: NormOp): Launch {
  if (setting.program.plan.layers[op.layer].norm === 'batch') return batchNorm(setting, op);
  return launch(layerNormKernel(setting.subgroups), layerNormOp, normOf(setting, op), rowGroups);
}

/** No launch without a norm or with a LayerNorm: an earlier launch has done it. */
export function activate(setting: Setting, op: NormOp): Launch[] {
  const layer = setting.program.plan.layers[op.layer];
  return normsProduct(layer) && layer.norm === 'batch' ? [batchNorm(setting, op)] : [];
}

function batchNorm(setting: Setting, op: NormOp): Launch {
  const { width: _, ...values } = normOf(setting, op);
  const { runningMean: mean, runningVariance: variance } = setting.weights.layers[op.layer];
  const told = { ...values, mean, variance, byBatch: Number(op.byBatch) };
  return launch(batchNormKernel(setting.subgroups), batchNormOp, told, () => columnGroups(values.quads));
}

/** Input and output of a norm: of x, or of z with activation and dropout after it. */
function normOf({ program, batch, weights }: Setting, { layer: index, training }: NormOp) {
  const layer = program.plan.layers[index];
  const { scale, shift } = weights.layers[index];
  const width = normWidth(layer);
  const [normalized, inverse] = [batch.normalized[index], batch.inverse[index]];
  const common = { quads: quadsOf(width), width, scale, shift, normalized, inverse };
  if (layer.preNorm) return { ...common, source: batch.y[index], y: batch.x[index] };
  const { threshold, scale: dropScale } = dropoutOf(layer, training);
  const activation = ACTIVATIONS.indexOf(layer.activation);
  const behind = { activation, layer: index, threshold, dropScale };
  return { ...common, ...behind, source: batch.z[index], y: batch.y[index + 1] };
}

export function logSoftmax({ program, batch, subgroups }: Setting): Launch {
  const classes = program.outputWidth;
  const values = { classes, quads: quadsOf(classes), y: batch.y[batch.y.length - 1] };
  return launch(logSoftmaxKernel(subgroups), lossOp, values, rowGroups);
}

/** A tensor of the batch as the result. */
export function output(source: number, width: number): Launch {
  const quads = quadsOf(width);
  return launch(outputKernel, outputOp, { quads, width, source }, (rows) => quadGroups(rows * quads));
}
