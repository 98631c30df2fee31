/** How Couture's cost grows with width, depth, batch size and threads. */

import { type Bench, progress } from '../bench.ts';
import type { Contender } from '../contender.ts';
import type { Result, Trial } from '../measure.ts';
import { BATCH_SIZE, type Model, modelB, TRAIN_IMAGES } from '../models.ts';
import { cores, couture } from '../starts.ts';

/** How many images a measurement trains on, from the state after an epoch. */
const IMAGES = 6400;

export async function measureGrowth(bench: Bench): Promise<Result[]> {
  const all = await bench.startAll(Array.from({ length: cores }, (_, i) => couture(i + 1)));
  const most = all.at(-1);
  const trials: Trial[] = [];
  const add = async (contender: Contender, label: string, model: Model, batchSize: number) => {
    const steps = Math.max(5, Math.floor(IMAGES / batchSize));
    const question = { ask: 'train', model, batchSize, steps, after: 1 } as const;
    progress(`warming up ${label}`);
    await contender.ask(question);
    trials.push({ contender, label, scale: TRAIN_IMAGES / batchSize / steps, question });
  };
  if (most) {
    for (const width of [32, 64, 128, 256, 512, 1024])
      await add(most, `width ${width}`, grown([width, width]), BATCH_SIZE);
    for (const depth of [1, 2, 3, 4, 6, 8])
      await add(most, `depth ${depth}`, grown(Array.from({ length: depth }, () => 256)), BATCH_SIZE);
    for (const batchSize of [8, 16, 32, 64, 128, 256, 512])
      await add(most, `batch ${batchSize}`, modelB, batchSize);
  }
  for (const [i, contender] of all.entries()) await add(contender, `threads ${i + 1}`, modelB, BATCH_SIZE);
  const results = await bench.measure(trials, 'Growth');
  bench.stopAll();
  return results;
}

/** A network that grows. */
export function grown(hidden: readonly number[]): Model {
  return { name: 'growth', hidden, dropout: [], learningRate: 0.0007 };
}
