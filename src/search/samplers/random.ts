/** Random search: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012). */

import { valuesAt } from '../units.ts';
import { randomFeasible } from './feasible.ts';
import { type Sampler, streamOf } from './sampler.ts';

/** Draws each parameter independently and uniformly (or uniformly in its logarithm). */
export const sampleRandom: Sampler = (question) => {
  const random = streamOf(question, 'random');
  const names = Object.keys(question.space);
  return randomFeasible(question, () =>
    valuesAt(
      question.space,
      names.map(() => random.nextFloat()),
    ),
  );
};
