/** How often each hidden unit is active, and which units never are. */

import type { Dataset } from '../data/dataset.ts';
import { imageSize } from '../data/image-shape.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { Classifier } from '../use/classifier.ts';
import type { LayerActivity } from './inspection.ts';

/** Largest number of activations in memory: a wide layer over a whole split would not fit. */
const VALUES_AT_ONCE = 4_000_000;

export interface ActivityOptions {
  /** Called after each part of the work, with the share of it that is done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * For each hidden layer with ReLU or Root, the share of the images for which a unit's output is above 0,
 * without dropout. A dead unit, active for none of the images, also passes no gradient, so training cannot
 * revive it.
 */
export async function unitActivity(
  classifier: Pick<Classifier, 'activations'>,
  spec: ModelSpec,
  dataset: Dataset,
  { onProgress, signal }: ActivityOptions = {},
): Promise<LayerActivity[]> {
  const size = imageSize(dataset.info.shape);
  const hidden = planModel(spec).layers.slice(0, -1);
  const activity: LayerActivity[] = [];
  for (const [layer, { name, out, activation }] of hidden.entries()) {
    if (activation !== 'relu' && activation !== 'root') continue;
    const counts = new Uint32Array(out);
    const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / out));
    for (let start = 0; start < dataset.length; start += atOnce) {
      const end = Math.min(start + atOnce, dataset.length);
      const images = dataset.images.subarray(start * size, end * size);
      const values = await classifier.activations(images, { layer, signal });
      for (let i = 0; i < values.length; i++) if (values[i] > 0) counts[i % out] += 1;
      onProgress?.((layer + end / dataset.length) / hidden.length);
    }
    activity.push({
      layer: name,
      active: Float32Array.from(counts, (count) => count / dataset.length),
      dead: [...counts.keys()].filter((unit) => counts[unit] === 0),
    });
  }
  return activity;
}
