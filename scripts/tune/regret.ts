/** The regret of samplers: how far the best of some trials is from the minimum, over seeds. */

import type { SamplerName } from '../../src/search/samplers/index.ts';
import type { Sampler } from '../../src/search/samplers/sampler.ts';
import { Search } from '../../src/search/search.ts';
import type { Objective } from './objectives.ts';

/** What is measured. */
export interface Contest {
  readonly objective: Objective;
  readonly sampler: SamplerName | Sampler;
  readonly trials: number;
  /** Trials that run at the same time. Default: 1. */
  readonly workers?: number;
  readonly seeds: number;
}

/** The regret after the last trial, for each of the seeds 1, 2, …, ascending. */
export function regrets({ objective, sampler, trials, workers = 1, seeds }: Contest): number[] {
  const { space, evaluate, minimum } = objective;
  const found = Array.from({ length: seeds }, (_, index) => {
    const search = new Search({ space, sampler, seed: index + 1 });
    for (let done = 0; done < trials; done += workers) {
      const asked = Array.from({ length: Math.min(workers, trials - done) }, () => search.ask());
      for (const { number, values } of asked) search.tell(number, evaluate(values));
    }
    return (search.best?.value ?? Number.POSITIVE_INFINITY) - minimum;
  });
  return found.sort((a, b) => a - b);
}

/** First quartile, median and third quartile of sorted numbers, between neighbors where needed. */
export function quartiles(sorted: readonly number[]): readonly [number, number, number] {
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place - Math.floor(place));
  };
  return [at(0.25), at(0.5), at(0.75)];
}
