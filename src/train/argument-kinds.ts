/** Argument checks for the configs and histories of runs. */

import { aNumber, anArray, anObject, listOf, record } from '../core/arguments.ts';
import { aShape } from '../data/argument-kinds.ts';
import { aSpec } from '../model/argument-kinds.ts';

export const aConfig = record(
  {
    settings: anObject,
    data: record({
      shape: aShape,
      classNames: anArray,
      preprocessing: record({ pixels: record({ offset: anArray, scale: anArray }) }),
    }),
    model: aSpec,
  },
  'a config, as returned by resolveConfig',
);
export const aHistory = listOf(
  record({ epoch: aNumber, validationLoss: aNumber, validationAccuracy: aNumber }),
  'a history, an array of epochs',
);
