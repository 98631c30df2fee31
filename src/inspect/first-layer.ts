/** The weights of each unit of the first layer as an image [channel, height, width]. */

import { argMax } from '../core/arg-max.ts';
import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { describeShape, type ImageShape, imageSize } from '../data/image-shape.ts';
import type { TensorMap } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { Classifier } from '../use/classifier.ts';
import type { FavoredClass, FirstLayer } from './inspection.ts';

/** Largest number of activations in memory. */
const VALUES_AT_ONCE = 4_000_000;

/**
 * The class whose images activate each unit of the first layer most, by the mean of the activations above 0
 * over the images of each class, so that a frequent class is not favored for being frequent.
 */
export async function favoredClasses(
  classifier: Pick<Classifier, 'activations'>,
  spec: ModelSpec,
  { images, labels, length, info }: Dataset,
  signal?: AbortSignal,
): Promise<(FavoredClass | undefined)[]> {
  const { out } = planModel(spec).layers[0];
  const [size, classes] = [imageSize(info.shape), info.classNames.length];
  const sums = new Float64Array(classes * out);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] += 1;
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / out));
  for (let start = 0; start < length; start += atOnce) {
    const end = Math.min(start + atOnce, length);
    const part = images.subarray(start * size, end * size);
    const values = await classifier.activations(part, { layer: 0, signal });
    for (let i = 0; i < values.length; i++)
      if (values[i] > 0) sums[labels[start + Math.floor(i / out)] * out + (i % out)] += values[i];
  }
  return Array.from({ length: out }, (_, unit) => {
    const means = Array.from(counts, (count, label) => (count === 0 ? 0 : sums[label * out + unit] / count));
    const total = means.reduce((sum, mean) => sum + mean, 0);
    if (total === 0) return undefined;
    const label = argMax(means);
    return { label, share: means[label] / total };
  });
}

/**
 * The weights of the first layer, unit by unit, largest Euclidean norm first; among equal ones the lower unit
 * first.
 * @param weights by parameter name
 * @param favored the class that each unit favors, from `favoredClasses`
 * @throws CoutureError of kind `usage` when the weights belong to another network or to images of another
 * size
 */
export function firstLayer(
  spec: ModelSpec,
  weights: TensorMap,
  shape: ImageShape,
  favored: readonly (FavoredClass | undefined)[],
): FirstLayer {
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
  return {
    ...shape,
    units,
    weights: units.map((unit) => rows[unit]),
    favored: units.map((unit) => favored[unit]),
  };
}
