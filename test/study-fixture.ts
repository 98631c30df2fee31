/** A made-up study over tiny images, with trials in given states. */

import type { StoredTrial, Study } from '../src/study/study.ts';
import { tinyTrain } from './tiny-data.ts';

const plan: Study['plan'] = {
  name: 'widths',
  recipe: null,
  settings: { hidden: [8], dropout: [] },
  data: tinyTrain.info,
  space: { learningRate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  objective: 'loss',
  sampler: 'tpe',
  pruner: 'none',
  seed: 1,
  maxBytes: 40_000,
  maxSeconds: null,
};
/** A trial in a state. */
export const trialOf = (number: number, state: StoredTrial['state'], attempt = 1): StoredTrial => ({
  ...{
    number,
    state,
    attempt,
    values: { learningRate: 0.01 },
    accuracy: null,
    loss: null,
    seconds: 1,
    reports: [],
  },
  value: state === 'complete' ? 0.5 : null,
  error: state === 'failed' ? 'The weights have 80000 bytes.' : null,
});

/** A study with these trials. */
export function studyOf(trials: readonly StoredTrial[], changes: Partial<Study['plan']> = {}): Study {
  return { version: 1, plan: { ...plan, ...changes }, trials: [...trials] };
}
