/** The launch of a training step's last layers: forward, loss and back in one kernel, where the batch is small. */

import { isApart, needsActivate } from '../../../model/dense-layer.ts';
import type { Op } from '../../../model/program.ts';
import {
  TAIL_CLASSES,
  TAIL_ENTRY_BYTES,
  TAIL_QUADS,
  TAIL_ROWS,
  tailEntry,
  tailKernel,
  tailOp,
} from '../kernels/tail.ts';
import { quadsOf } from '../places.ts';
import { dropoutOf, type Launch, launch, type Setting } from './launch.ts';

/** Most images of a batch for which it is faster: each workgroup, of four images, reads all of the layers' weights. */
const TAIL_BATCH = 512;
/** Most weights of the layers. */
const TAIL_WEIGHTS = 200_000;

/** The first of the last layers that one launch can do together; Infinity where there is none. */
export function firstOfTail({ program, rows, tailThreads }: Setting, ops: readonly Op[]): number {
  const { layers } = program.plan;
  const { out: classes } = layers[layers.length - 1];
  if (tailThreads === 0 || rows > TAIL_BATCH || classes > TAIL_CLASSES) return Infinity;
  if (!ops.some(({ op }) => op === 'nllGradient')) return Infinity;
  let first = Infinity;
  let quads = quadsOf(classes);
  let products = 0;
  for (let index = layers.length - 1; index > 0; index--) {
    const layer = layers[index];
    quads += quadsOf(layer.in);
    products += layer.in * layer.out;
    const plain = layer.norm === 'none' && !needsActivate(layer) && layer.skip === undefined;
    if (!plain || quads > TAIL_QUADS || products > TAIL_WEIGHTS) break;
    first = index;
  }
  return first;
}

/** Whether the launch of the layers from `first` on has that op in it. */
export function isOfTail(op: Op, first: number): boolean {
  if (op.op === 'nllGradient') return first !== Infinity;
  return (op.op === 'linear' || op.op === 'inputGradient') && op.layer >= first;
}

/** Layers from `first` on, and the gradient of the layer below them. */
export function tail({ program, batch, weights, tailThreads }: Setting, first: number): Launch {
  const { layers } = program.plan;
  const entries = layers.length - first + 1;
  const table = new Uint8Array(entries * TAIL_ENTRY_BYTES);
  let place = 0;
  for (let i = 0; i < entries; i++) {
    const index = first - 1 + i;
    const layer = layers[index];
    const drop = dropoutOf(layer, true);
    const relu = layer.activation === 'relu';
    // If the layer below is apart, a separate op computes its gradient.
    const apart = i === 0 && isApart(layers, index);
    tailEntry.write(new DataView(table.buffer), i * TAIL_ENTRY_BYTES, {
      outputs: layer.out,
      weight: weights.layers[index].weight,
      bias: weights.layers[index].bias,
      y: batch.y[index + 1],
      dz: apart ? batch.dy[index] : batch.dz[index],
      place,
      relu: Number(relu),
      mask: apart ? 0 : relu ? 1 : drop.threshold > 0 ? 2 : 0,
      layer: index,
      ...drop,
    });
    place += 4 * quadsOf(layer.out);
  }
  const groups = (rows: number) => [Math.ceil(rows / TAIL_ROWS), 1] as const;
  return { ...launch(tailKernel(tailThreads), tailOp, { entries }, groups), table };
}
