/** Detects training that never got beyond chance: a network that predicts only class frequencies. */

import { aNumber, checkArguments, record } from '../core/arguments.ts';
import { numberText, percent } from '../core/format.ts';
import { Pace } from '../core/pace.ts';
import type { Backend, DeviceImages } from '../engine/backend.ts';
import { inferenceSession } from '../engine/inference-session.ts';
import type { Network } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import type { EpochMetrics, Stuck } from './events.ts';

/** Standard errors within which accuracies count as equal: one of many epochs may be far off by chance. */
const ERRORS = 3;
/** Share of the class entropy; the loss of a network that learned something falls below it. */
const ENTROPY_SHARE = 0.98;

/**
 * Whether no epoch was better than always predicting the most frequent class, in accuracy (within sampling
 * error) or in loss. With very uneven classes, only the loss shows that a network learned. Validation images of a single
 * class cannot show it.
 * @param counts validation images of each class
 */
export function isAtChance(history: readonly EpochMetrics[], counts: Uint32Array): boolean {
  const { share, images, entropy } = guessing(counts);
  const accuracy = share + ERRORS * Math.sqrt((share * (1 - share)) / images);
  return (
    history.length > 0 &&
    share < 1 &&
    history.every(
      ({ validationAccuracy, validationLoss }) =>
        validationAccuracy <= accuracy && !(validationLoss < ENTROPY_SHARE * entropy),
    )
  );
}

/** Entropy of the class frequencies. */
function guessing(counts: Uint32Array): { share: number; images: number; entropy: number } {
  const images = counts.reduce((sum, count) => sum + count, 0);
  const shares = Array.from(counts, (count) => count / images);
  const entropy = shares.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);
  return { share: Math.max(...shares), images, entropy };
}

/** The figures of a run that is at chance. */
export function stuckFigures(
  history: readonly EpochMetrics[],
  counts: Uint32Array,
  deadShare: number | null,
): Stuck {
  const bestAccuracy = Math.max(...history.map((row) => row.validationAccuracy));
  const learningRate = Math.max(...history.map((row) => row.learningRate));
  return { bestAccuracy, largestShare: guessing(counts).share, deadShare, learningRate };
}

/** The same as a sentence. */
export function stuckNotice(stuck: Stuck): string {
  checkArguments('stuckNotice', { stuck: [stuck, record({ bestAccuracy: aNumber, largestShare: aNumber })] });
  const { bestAccuracy, largestShare, deadShare, learningRate } = stuck;
  const hasDead = deadShare !== null && deadShare > 0;
  // Units die of steps that are too large. Without dead units, the rate may as well be too small.
  const wanted = hasDead ? 'a lower learning rate' : 'another learning rate';
  return [
    `Training did not get beyond chance: in no epoch are more than ${percent(bestAccuracy)} of the validation images correct, and the largest class has ${percent(largestShare)} of them.`,
    ...(hasDead
      ? [`${percent(deadShare)} of the hidden units are dead: they output 0 for every validation image.`]
      : []),
    `Use ${wanted}${learningRate === undefined ? '' : ` than ${numberText(learningRate)}`}; \`couture lr-find\` suggests one.`,
  ].join(' ');
}

/** Images of any piece: each has an activation for every unit. */
const LARGEST_PIECE = 1024;

/** Images on a backend. */
export interface HeldImages {
  readonly backend: Backend;
  readonly images: DeviceImages;
  readonly indices: Uint32Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Share of the hidden units whose activation is 0 for all of these images. With ReLU no gradient passes such
 * units, so training cannot revive them. Null for a network without hidden layers, and after an abort.
 */
export async function deadShareOf(network: Network, held: HeldImages): Promise<number | null> {
  const hidden = planModel(network.spec).layers.slice(0, -1);
  let dead = 0;
  for (const [layer, { out }] of hidden.entries()) {
    const active = await activeUnits(network, held, layer, out);
    if (active === undefined) return null;
    dead += out - active;
  }
  const units = hidden.reduce((sum, { out }) => sum + out, 0);
  return units === 0 ? null : dead / units;
}

/** Number of units of a layer that are not 0 for at least one image. */
async function activeUnits(
  network: Network,
  { backend, images, indices, signal }: HeldImages,
  layer: number,
  width: number,
): Promise<number | undefined> {
  const { session } = await inferenceSession(network, backend, { of: 'activations', layer });
  try {
    const active = new Uint8Array(width);
    const look = async (from: number, to: number): Promise<void> => {
      const values = await session.infer(images, indices.subarray(from, to));
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) active[i % width] = 1;
    };
    const all = await new Pace({ most: LARGEST_PIECE }).each(indices.length, look, { signal });
    return all ? active.reduce((sum, is) => sum + is, 0) : undefined;
  } finally {
    session.dispose();
  }
}
