/**
 * What each op of a program asks of the kernels: its arguments and its units of work. Units are shared among threads by
 * `share`; what a unit gives does not depend on who computes it.
 */

import { drawAugmentation, RECORD } from '../../data/augment.ts';
import { drawMix } from '../../data/mix.ts';
import { isApart, needsActivate, normsProduct, normWidth, type Op } from '../../model/program.ts';
import type { Augmentation } from '../backend.ts';
import { dropoutScalars, STEP_SCALARS } from '../scalars.ts';
import type { Kernels } from './kernels.ts';
import {
  AFFINE_LINES,
  type LayerLayout,
  type Layout,
  LINE,
  PANEL,
  panelsOf,
  STATS_LINES,
  squaresPanels,
} from './layout.ts';
import { ACTIVATIONS, type InferJob, type Job, type ThreadSetup, type TrainJob } from './protocol.ts';

/** Inputs of one unit of a weight gradient; as STRIP in kernels/dense.ts. */
const STRIP = 64;
/** Bytes of an augmentation's record in a thread's scratch, in whole lines; the image comes behind it. */
export const RECORD_BYTES = Math.ceil((RECORD * 4) / LINE) * LINE;

/** Bytes that an augmented image of `size` takes there, with what kernels read and write past its end. */
export function imageBytes(size: number): number {
  return (Math.ceil(size / LINE) + 1) * LINE;
}

/** One thread's part in a batch of a job. */
export interface Part {
  readonly kernels: Kernels;
  readonly setup: ThreadSetup;
  /** The batch's number within the job, its first row counted over the job, and its rows. */
  readonly step: number;
  readonly from: number;
  readonly rows: number;
  /**
   * Runs this thread's share of an op's units.
   * @param whole units that share data: a slice holds all of such a group, or none
   */
  readonly share: (units: number, run: (begin: number, end: number) => void, whole?: number) => void;
}

/** Runs this thread's share of one op. */
export function runOp(op: Op, job: Job, part: Part): void {
  const { layout } = job;
  const augmentation = job.kind === 'train' ? job.augmentation : undefined;
  if (op.op === 'gather' && job.kind === 'train' && augmentation) gatherAugmented(job, augmentation, part);
  else if (op.op === 'gather') gather(job, part);
  else if (op.op === 'linear') linear(layout, op.layer, job, part, op.training);
  else if (op.op === 'activate') activate(layout, op.layer, job, part, op.training);
  else if (op.op === 'inputGradient') inputGradient(layout, op.layer, job, part);
  else if (op.op === 'activateGradient') activateGradient(layout, op.layer, job, part, op.training);
  else if (op.op === 'normalise') normalise(layout, op.layer, job, part, op.training);
  else if (op.op === 'normaliseGradient') normaliseGradient(layout, op.layer, job, part, op.training);
  else if (op.op === 'affineGradient') affineGradient(layout, op.layer, part);
  else if (job.kind === 'train') runTrainingOp(op, job, part);
  else runInferenceOp(op, job, part);
}

function runInferenceOp(op: Op, job: InferJob, part: Part): void {
  const { layout } = job;
  if (op.op === 'logSoftmax') logSoftmax(job, part);
  else if (op.op === 'logProbabilityGradient') {
    nllGradient(layout, job.classes + part.from * 4, 0, ONE_HOT, -1, part);
  } else if (op.op === 'activations') {
    const { y, out } = layout.layers[op.layer];
    scatter(y, out, job, part);
  } else if (op.op === 'pixelGradient') scatter(layout.dx, layout.layers[0].in, job, part);
}

function runTrainingOp(op: Op, job: TrainJob, part: Part): void {
  const { layout } = job;
  if (op.op === 'nllGradient') {
    const at = part.from * 4;
    if (job.softTargets !== 0) softGradient(job, part);
    else nllGradient(layout, job.labels + at, job.losses + at, job.targets, 1 / part.rows, part);
  } else if (op.op === 'weightGradient') weightGradient(layout, op.layer, job, part, true);
  else if (op.op === 'weightGradientUpdate') weightGradient(layout, op.layer, job, part, false);
  else if (op.op === 'gradientSquares') gradientSquares(layout.layers[op.layer], part);
  else if (op.op === 'clipFactor') clipFactor(layout, op.largest, part);
  else if (op.op === 'normUpdate') normUpdate(layout, op.layer, job, part, op.clipped);
  else if (op.op === 'update') update(layout, op.layer, job, part, op.clipped);
}

function gather(job: Job, part: Part): void {
  const { x, rowPanel } = job.layout;
  const indices = job.indices + part.from * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.gather(x, rowPanel, job.images, job.imageSize, indices, begin, end);
  });
}

/** An image at a time: its record, its bytes and those of the image mixed in go through this thread's scratch. */
function gatherAugmented(job: TrainJob, augmentation: Augmentation, part: Part): void {
  const { options, mixing, key, height, width } = augmentation;
  const { x, rowPanel } = job.layout;
  const { memory, scratch } = part.setup;
  const { augment, mix, normalise } = part.kernels;
  const indices = new Uint32Array(memory.buffer, job.indices + part.from * 4, part.rows);
  const record = new Int32Array(memory.buffer, scratch, RECORD);
  const bytes = scratch + RECORD_BYTES;
  const others = bytes + imageBytes(job.imageSize);
  const step = job.firstStep + part.step;
  const augmentRow = (row: number, target: number) => {
    drawAugmentation(options, key, row, step, { height, width }, record);
    augment(job.images + indices[row] * job.imageSize, scratch, height, width, target);
  };
  part.share(part.rows, (begin, end) => {
    for (let row = begin; row < end; row++) {
      augmentRow(row, bytes);
      const mixed = mixing && drawMix(mixing, key, row, step, part.rows, { height, width });
      if (mixed) {
        const { partner, left, top, right, bottom, weight } = mixed;
        augmentRow(partner, others);
        mix(bytes, others, width, left, top, right, bottom, weight);
      }
      normalise(x, rowPanel, bytes, job.imageSize, row);
    }
  });
}

/** The arguments of an epilogue with dropout: threshold, scale, key, step, layer. */
function dropout(p: number, index: number, job: Job, part: Part, on: boolean) {
  if (job.kind !== 'train' || !on) return [0, 1, 0, 0, 0, index] as const;
  const { threshold, scale } = dropoutScalars(p);
  return [threshold, scale, ...job.dropoutKey, job.firstStep + part.step, index] as const;
}

function linear(layout: Layout, index: number, job: Job, part: Part, training: boolean): void {
  const layer = layout.layers[index];
  const groups = Math.ceil(part.rows / 4);
  const apart = needsActivate(layer);
  const args = [
    layer.x,
    layout.rowPanel,
    layer.weights[weightsOf(job)],
    layer.in,
    layer.out,
    layer.z,
    layout.rowPanel,
    part.rows,
    layer.activation === 'relu' && !apart ? 1 : 0,
    layer.skipped,
    ...dropout(layer.dropout, index, job, part, training && !apart),
  ];
  part.share(layer.panels * groups, (begin, end) => part.kernels.linear(...args, begin, end), groups);
}

function activate(layout: Layout, index: number, job: Job, part: Part, training: boolean): void {
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

function normalise(layout: Layout, index: number, job: Job, part: Part, training: boolean): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const from = layer.preNorm ? layout.layers[index - 1].y : layer.z;
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const norm = [affine, statsOf(layer, job), training ? 1 : 0, ...dropout(0, index, job, part, false)];
    const args = [from, layer.normalised, layer.x, rowPanel, part.rows, features, NO_ACTIVATION, ...norm];
    part.share(panelsOf(features), (begin, end) => part.kernels.activate(...args, begin, end));
  } else {
    const scaled = layer.preNorm ? layer.x : 0;
    const args = [from, layer.normalised, scaled, rowPanel, features, affine, layer.inverse];
    part.share(part.rows, (begin, end) => part.kernels.layerNorm(...args, begin, end));
  }
}

/** Where the gradient with respect to what a layer's norm gives stands, and then that by what it was given. */
function normedGradient(layout: Layout, index: number): number {
  const layer = layout.layers[index];
  return layer.preNorm ? layout.layers[index - 1].dy : layer.dz;
}

function affineGradient(layout: Layout, index: number, part: Part): void {
  const layer = layout.layers[index];
  const da = normedGradient(layout, index);
  const args = [da, layer.normalised, layout.rowPanel, part.rows, layer.affine.gradient];
  part.share(panelsOf(normWidth(layer)), (begin, end) => part.kernels.affineGradient(...args, begin, end));
}

function normaliseGradient(layout: Layout, index: number, job: Job, part: Part, training: boolean): void {
  const layer = layout.layers[index];
  const { rowPanel } = layout;
  const da = normedGradient(layout, index);
  const affine = layer.affine[weightsOf(job)];
  const features = normWidth(layer);
  if (layer.norm === 'batch') {
    const norm = [affine, statsOf(layer, job), layer.affine.gradient, training ? 1 : 0];
    const args = [layer.normalised, da, 0, da, rowPanel, 0, 0, part.rows, features, NO_ACTIVATION, ...norm];
    const plain = dropout(0, index, job, part, false);
    part.share(panelsOf(features), (begin, end) =>
      part.kernels.activateGradient(...args, ...plain, begin, end),
    );
  } else {
    // Of the layer below, `activateGradient` comes next.
    const dzT = layer.preNorm ? 0 : layer.dzT;
    const args = [da, layer.normalised, rowPanel, features, affine, layer.inverse];
    const transposed = [dzT, transposedPanel(layer), part.rows];
    part.share(panelsOf(part.rows), (begin, end) =>
      part.kernels.layerNormGradient(...args, ...transposed, begin, end),
    );
  }
}

function activateGradient(layout: Layout, index: number, job: Job, part: Part, training: boolean): void {
  const layer = layout.layers[index];
  const normed = normsProduct(layer);
  const args = [
    layer.z,
    layer.dy,
    layer.skipGradient,
    layer.dz,
    layout.rowPanel,
    // Of a LayerNorm, `normaliseGradient` comes next.
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

function logSoftmax(job: InferJob, part: Part): void {
  const layer = lastLayer(job.layout);
  const rowPanel = job.layout.rowPanel;
  const output = job.output + part.from * layer.out * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.logSoftmax(layer.y, rowPanel, layer.out, output, begin, end);
  });
}

/** The output of an inference program: `width` values a row out of panels. */
function scatter(panels: number, width: number, job: InferJob, part: Part): void {
  const output = job.output + part.from * width * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.scatter(panels, job.layout.rowPanel, width, output, begin, end);
  });
}

function nllGradient(
  layout: Layout,
  labels: number,
  losses: number,
  { own, other }: TrainJob['targets'],
  share: number,
  part: Part,
): void {
  const layer = lastLayer(layout);
  const transposed = transposedPanel(layer);
  const args = [
    layer.y,
    layout.rowPanel,
    layer.out,
    labels,
    losses,
    layer.dz,
    layer.dzT,
    transposed,
    own,
    other,
    share,
  ];
  part.share(part.rows, (begin, end) => part.kernels.nllGradient(...args, begin, end));
}

function softGradient({ layout, softTargets, losses }: TrainJob, part: Part): void {
  const layer = lastLayer(layout);
  const args = [
    layer.y,
    layout.rowPanel,
    layer.out,
    softTargets + part.from * layer.out * 4,
    losses + part.from * 4,
    layer.dz,
    layer.dzT,
    transposedPanel(layer),
    1 / part.rows,
  ];
  part.share(part.rows, (begin, end) => part.kernels.softGradient(...args, begin, end));
}

function inputGradient(layout: Layout, index: number, job: Job, part: Part): void {
  const layer = layout.layers[index];
  const below = index > 0 ? layout.layers[index - 1] : undefined;
  // Where more comes before the layer's dz, the result stands in the place of dy.
  const masked = below && !isApart(layout.layers, index - 1) ? below : undefined;
  const args = [
    layer.weights[weightsOf(job)],
    layer.in,
    layer.out,
    layer.dzT,
    transposedPanel(layer),
    masked?.y ?? 0,
    masked?.dz ?? below?.dy ?? layout.dx,
    layout.rowPanel,
    masked?.dzT ?? 0,
    masked ? transposedPanel(masked) : 0,
    part.rows,
    part.setup.scratch,
    masked?.activation === 'relu' ? 1 : 0,
    ...dropout(masked?.dropout ?? 0, index - 1, job, part, true),
  ];
  part.share(panelsOf(layer.in) * panelsOf(part.rows), (begin, end) =>
    part.kernels.inputGradient(...args, begin, end),
  );
}

function weightGradient(layout: Layout, index: number, job: TrainJob, part: Part, keep: boolean): void {
  const layer = layout.layers[index];
  const args = [
    layer.x,
    layout.rowPanel,
    layer.dz,
    layout.rowPanel,
    part.rows,
    layer.in,
    part.setup.scratch,
    keep ? layer.weights.gradient : 0,
    job.optimizer,
    layer.weights.value,
    layer.weights.firstMoment,
    layer.weights.secondMoment,
    layer.weights.average,
    job.constants,
    scalarsOf(job, part),
  ];
  const strips = Math.ceil(layer.in / STRIP);
  const run = (begin: number, end: number) => part.kernels.weightGradient(...args, begin, end);
  part.share(layer.panels * strips, run, strips);
}

function gradientSquares(layer: LayerLayout, part: Part): void {
  const { weights, affine, squares, panels } = layer;
  const { kernels } = part;
  part.share(squaresPanels(layer), (begin, end) => {
    const middle = Math.min(Math.max(panels, begin), end);
    kernels.gradientSquares(weights.gradient, layer.in + 1, squares, begin, middle);
    const [from, to] = [middle - panels, end - panels];
    kernels.gradientSquares(affine.gradient, AFFINE_LINES, squares + panels * LINE, from, to);
  });
}

function clipFactor({ layers, clipFactor: factor }: Layout, largest: number, part: Part): void {
  const { squares } = layers[0];
  part.share(1, () => part.kernels.clipFactor(squares, factor - squares, largest, factor));
}

function normUpdate(layout: Layout, index: number, job: TrainJob, part: Part, clipped: boolean): void {
  const layer = layout.layers[index];
  const { affine, stats, averageStats } = layer;
  const { value, firstMoment, secondMoment, average, gradient } = affine;
  const scalars = scalarsOf(job, part);
  const args = [job.optimizer, value, firstMoment, secondMoment, average, gradient];
  const panels = panelsOf(normWidth(layer));
  const bytes = panels * AFFINE_LINES * LINE;
  const { kernels } = part;
  part.share(1, () => {
    if (clipped) kernels.scaleGradient(gradient, bytes, layout.clipFactor);
    kernels.update(...args, bytes, 0, job.constants, scalars);
    if (averageStats !== 0) kernels.blend(averageStats, stats, panels * STATS_LINES * LINE, scalars);
  });
}

function update(layout: Layout, index: number, job: TrainJob, part: Part, clipped: boolean): void {
  const layer = layout.layers[index];
  const { value, firstMoment, secondMoment, average, gradient } = layer.weights;
  const args = [
    layer.in,
    gradient,
    clipped ? layout.clipFactor : 0,
    job.optimizer,
    value,
    firstMoment,
    secondMoment,
    average,
    job.constants,
    scalarsOf(job, part),
  ];
  const strips = Math.ceil(layer.in / STRIP);
  const run = (begin: number, end: number) => part.kernels.updateWeights(...args, begin, end);
  part.share(layer.panels * strips, run, strips);
}

/** Where the optimizer's scalars of a step lie. */
function scalarsOf(job: TrainJob, part: Part): number {
  return job.scalars + part.step * STEP_SCALARS * Float32Array.BYTES_PER_ELEMENT;
}

/** For the kernels that only normalise. */
const NO_ACTIVATION = ACTIVATIONS.indexOf('none');

/** Targets without label smoothing. */
const ONE_HOT = { own: 1, other: 0 } as const;

/** The weights that a job computes with. */
function weightsOf(job: Job): 'value' | 'average' {
  return job.kind === 'train' ? 'value' : job.weights;
}

/** The statistics of batch normalisation that a job computes with. */
function statsOf(layer: LayerLayout, job: Job): number {
  return (weightsOf(job) === 'average' && layer.averageStats) || layer.stats;
}

/** Bytes of one panel of a layer's dzT: 16 rows of the batch, a line for each output. */
function transposedPanel(layer: LayerLayout): number {
  return layer.panels * PANEL * LINE;
}

function lastLayer(layout: Layout): LayerLayout {
  return layout.layers[layout.layers.length - 1];
}
