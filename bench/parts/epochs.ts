/** Training epochs of all contenders, in turns. */

import type { Bench } from '../bench.ts';
import type { Contender } from '../contender.ts';
import type { Result, Trial } from '../measure.ts';
import { models } from '../models.ts';
import { epochTrial, stepsFor } from './steps.ts';

/** Couture leaves out what is 0, so that it is measured twice: in its first epoch, and after some. */
export async function measureEpochs(bench: Bench, contenders: readonly Contender[]): Promise<Result[]> {
  const trials: Trial[] = [];
  for (const model of models) {
    for (const contender of contenders) {
      const steps = await stepsFor(contender, model, bench.options);
      if (!contender.family.startsWith('Couture')) {
        trials.push(epochTrial(contender, model, steps));
        continue;
      }
      const first = { after: 0, label: `first epoch ${model.name}` };
      if (contender.family === 'Couture') trials.push(epochTrial(contender, model, steps, first));
      trials.push(epochTrial(contender, model, steps, { after: bench.options.trainedEpochs }));
    }
  }
  return await bench.measure(trials, 'Training epochs');
}
