/** How many steps a measurement of training takes. */

import { progress } from '../bench.ts';
import type { Contender } from '../contender.ts';
import { BATCH_SIZE, type Model, TRAIN_IMAGES } from '../models.ts';
import type { Options } from '../options.ts';

const STEPS_PER_EPOCH = TRAIN_IMAGES / BATCH_SIZE;

/** Warms a contender up, and finds the steps that take it about `budget` seconds. */
export async function stepsFor(
  contender: Contender,
  model: Model,
  { steps, budget }: Pick<Options, 'steps' | 'budget'>,
): Promise<number> {
  progress(`warming up ${contender.name}, model ${model.name}`);
  const ask = { ask: 'train', model, batchSize: BATCH_SIZE } as const;
  await contender.ask({ ...ask, steps: 5 });
  const { seconds } = await contender.ask({ ...ask, steps: 20 });
  if (seconds === undefined) return 1;
  // A fast one needs more to be warm: V8 takes its time to optimize the kernels.
  if (seconds < budget / 5) await contender.ask({ ...ask, steps: Math.min(steps, 150) });
  return Math.max(10, Math.min(steps, Math.round((budget * 20) / seconds)));
}

/** The trial of an epoch: `steps` steps of it are measured. */
export function epochTrial(
  contender: Contender,
  model: Model,
  steps: number,
  { label = `epoch ${model.name}`, after }: { readonly label?: string; readonly after?: number } = {},
) {
  return {
    contender,
    label,
    scale: STEPS_PER_EPOCH / steps,
    question: {
      ...({ ask: 'train', model, batchSize: BATCH_SIZE, steps } as const),
      ...(after === undefined ? {} : { after }),
    },
  };
}
