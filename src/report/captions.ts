/** Captions: a sentence for a figure, computed from its run. */

import type { Inspection } from '../inspect/inspection.ts';
import {
  activityStory,
  calibrationStory,
  classesStory,
  confusionStory,
  lossesStory,
  mapStory,
  rejectionStory,
  trainingStory,
} from './story.ts';

/** By the name of the figure; other figures have no sentence. */
const captions: Readonly<Record<string, (inspection: Inspection) => string>> = {
  curves: trainingStory,
  confusion: confusionStory,
  classes: classesStory,
  'top-losses': lossesStory,
  calibration: calibrationStory,
  rejection: rejectionStory,
  activity: activityStory,
  'map-pca': mapStory,
};

/** The sentence of a figure, if it has one. */
export function captionOf(figure: string, inspection: Inspection): string | undefined {
  return captions[figure]?.(inspection);
}
