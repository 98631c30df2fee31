/** Argument checks for runs and models. */

import { anObject, aString, either, kind, listOf, oneOf, optional, record } from '../../core/arguments.ts';
import { Run } from '../../runs/run.ts';

const isRun = (value: unknown): boolean => value instanceof Run;
export const anOpenRun = kind('a run, as returned by openRun', isRun);
export const aRun = kind(
  'a run, or the path or name of one',
  (value) => typeof value === 'string' || isRun(value),
);
export const someRuns = listOf(aRun, 'an array of runs');
export const aModel = either(
  aString,
  record({ kind: aString, path: aString, data: anObject }, 'a model, as returned by findModel'),
);
export const aSplit = oneOf(['val', 'test']);
export const someOptions = optional(anObject);
