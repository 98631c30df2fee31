/** Random search: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012). */

import { valuesAt } from '../units.ts';
import { type Sampler, streamOf } from './sampler.ts';

/** Draws each parameter independently and uniformly (or uniformly in its logarithm). */
export const sampleRandom: Sampler = (question) => {
  const random = streamOf(question, 'random');
  return valuesAt(
    question.space,
    Object.keys(question.space).map(() => random.nextFloat()),
  );
};
