/** What stands under a figure: a sentence computed from the run that it shows. */

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

/** By the figure's name; figures that need no words are not here. */
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
