/** The weights of each unit of the first layer as an image [channel, height, width]. */

import { CoutureError } from '../core/errors.ts';
import { describeShape, type ImageShape, imageSize } from '../data/image-shape.ts';
import type { TensorMap } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { FirstLayer } from './inspection.ts';

/**
 * The weights of the first layer, unit by unit, largest Euclidean norm first; among equal ones the lower unit
 * first.
 * @param weights by parameter name
 * @throws CoutureError of kind `usage` when the weights belong to another network or to images of another
 * size
 */
export function firstLayer(spec: ModelSpec, weights: TensorMap, shape: ImageShape): FirstLayer {
  const layer = planModel(spec).layers[0];
  const name = `${layer.name}.weight`;
  const values = weights.get(name);
  if (layer.in !== imageSize(shape) || values?.length !== layer.in * layer.out) {
    throw new CoutureError(
      'usage',
      `${name} has ${values?.length ?? 0} values, which do not make ${layer.out} images of ${describeShape(shape)}.`,
    );
  }
  const rows = Array.from({ length: layer.out }, (_, unit) =>
    values.slice(unit * layer.in, (unit + 1) * layer.in),
  );
  const norms = rows.map((row) => row.reduce((sum, weight) => sum + weight * weight, 0));
  const units = [...rows.keys()].sort((a, b) => norms[b] - norms[a] || a - b);
  return { ...shape, units, weights: units.map((unit) => rows[unit]) };
}
