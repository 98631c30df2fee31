/** Warns about models that have seen images which a training holds out. */

import { type SplitSource, splitSourceOf } from '../data/split.ts';
import type { TrainSettings } from './train-settings.ts';

/** A model and what is known of its training. */
export interface TrainedBefore {
  /** As it was given. */
  readonly path: string;
  /** The split of its validation images; null if its networks held out different ones. */
  readonly split: SplitSource | null;
  /** Whether another program trained it. */
  readonly imported: boolean;
}

/**
 * The notice that a teacher or an origin of the same data set was trained on images which the run holds out: the run then
 * learns about these images, and its validation figures are too optimistic. The same seed holds out the same images first,
 * so the other model may hold out more. Undefined if there is nothing to say.
 */
export function overlapNotice(
  role: 'teacher' | 'model',
  { path, split, imported }: TrainedBefore,
  settings: Pick<TrainSettings, 'seed' | 'splitSeed' | 'validation'>,
): string | undefined {
  const own = splitSourceOf(settings);
  if (split !== null && split.seed === own.seed && split.validation >= own.validation) return undefined;
  if (imported)
    return `It is not known on which images the ${role} ${path} was trained. If this run holds out some of them, its validation figures are too optimistic.`;
  const remedy =
    split === null
      ? 'its own networks held out different images'
      : `use --split-seed ${split.seed} --validation ${split.validation} to hold out the same images`;
  return `The ${role} ${path} was trained on images that this run holds out, so the validation figures of this run are too optimistic: ${remedy}.`;
}
