/** Many images at once, and one: a trained model B. */

import { type Bench, progress } from '../bench.ts';
import type { Contender } from '../contender.ts';
import type { Result, Trial } from '../measure.ts';
import { modelB } from '../models.ts';

export async function measureUses(bench: Bench, contenders: readonly Contender[]): Promise<Result[]> {
  const trials: Trial[] = [];
  const after = bench.options.trainedEpochs;
  for (const contender of contenders) {
    progress(`warming up ${contender.name}`);
    const evaluate = { ask: 'evaluate', model: modelB, after } as const;
    const predict = { ask: 'predict', model: modelB, after, count: 500 } as const;
    await contender.ask(evaluate);
    await contender.ask(predict);
    trials.push({ contender, label: 'evaluate', scale: 1, question: evaluate });
    trials.push({ contender, label: 'predict', scale: 1, question: predict });
  }
  return await bench.measure(trials, 'Evaluation and prediction');
}
