/** The weights of a first layer as images, which the page draws in one go. */

import { diverging } from 'virtual:couture-theme';
import type { Dataset, ModelSpec } from '@couture/core';
import type { TensorMap } from 'couture/model';
import type { Weights } from '../protocol.ts';
import { type FirstLayer, MOST_CELL, MOST_UNITS } from './kept-layers.ts';
import { sheet } from './tiles.ts';

/** Images in a row. */
const COLUMNS = 12;

const ramp = diverging.map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));

/**
 * The first layer of a network; undefined where its weights have no place in the image. Deep colors are weights far from 0:
 * blue below it, red-brown above.
 */
export function firstLayerOf(
  spec: ModelSpec,
  parameters: TensorMap,
  { width, height, channels }: Dataset['info']['shape'],
): FirstLayer | undefined {
  const [first] = spec.layers;
  const [values] = parameters.values();
  const size = width * height;
  if (first.type !== 'Linear' || channels !== 1 || values === undefined || values.length % size !== 0)
    return undefined;
  const norms = Array.from({ length: values.length / size }, (_, unit) => {
    let sum = 0;
    for (let i = unit * size; i < (unit + 1) * size; i++) sum += values[i] * values[i];
    return sum;
  });
  const order = [...norms.keys()].sort((a, b) => norms[b] - norms[a]).slice(0, MOST_UNITS);
  // One scale for all, at three times the spread of the strongest unit: single large weights do not make the rest pale.
  const scale = 3 * Math.sqrt(Math.max(1e-12, norms[order[0]] / size));
  const cells = new Uint8Array(order.length * size);
  order.forEach((unit, place) => {
    for (let pixel = 0; pixel < size; pixel++) {
      const share = Math.max(-1, Math.min(1, values[unit * size + pixel] / scale));
      cells[place * size + pixel] = Math.round(((share + 1) / 2) * MOST_CELL);
    }
  });
  return { units: order.length, width, height, cells };
}

/** Its images on one bitmap. */
export async function drawFirstLayer({ units, width, height, cells }: FirstLayer): Promise<Weights> {
  const side = { width, height };
  const bitmap = await sheet(units, COLUMNS, side, (data, to, unit, pixel) => {
    const color = ramp[Math.round((cells[unit * width * height + pixel] / MOST_CELL) * (ramp.length - 1))];
    for (let c = 0; c < 3; c++) data[to + c] = color[c];
  });
  return { bitmap, columns: Math.min(COLUMNS, units), units, side };
}
