/** Captions: a sentence for a figure, computed from its run, where the figure does not say it itself. */

import type { Inspection } from '../inspect/inspection.ts';
import { activityStory, lossesStory, mapStory, rejectionStory, trainingStory } from './story.ts';

/** By the name of the figure; other figures have no sentence. */
const captions: Readonly<Record<string, (inspection: Inspection) => string>> = {
  curves: trainingStory,
  'top-losses': lossesStory,
  rejection: rejectionStory,
  activity: activityStory,
  'map-pca': mapStory,
};

/** The sentence of a figure, if it has one. */
export function captionOf(figure: string, inspection: Inspection): string | undefined {
  return captions[figure]?.(inspection);
}
