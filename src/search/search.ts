/** A search in memory: asks for trials, takes their reports and results, and knows the best. */

import {
  aFunction,
  aNumber,
  anObject,
  checkArguments,
  either,
  exactly,
  oneOf,
  optional,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aWholeFrom } from './option-kinds.ts';
import { type PrunerName, prunerNames, pruners } from './pruners/index.ts';
import type { Pruner } from './pruners/pruner.ts';
import { type SamplerName, samplerNames, samplers } from './samplers/index.ts';
import type { Sampler } from './samplers/sampler.ts';
import { type AnyValues, checkSpace, type Space, type Values } from './space.ts';
import type { SearchSummary } from './summary.ts';
import { bestTrial, type Direction, type Trial } from './trial.ts';

/** Options of a search. */
export interface SearchOptions<S extends Space> {
  /** The space, best from `defineSpace`. */
  readonly space: S;
  /** A sampler by name, or a custom one. Default: `tpe`. */
  readonly sampler?: SamplerName | Sampler;
  /** A pruner by name, or a custom one. Default: `none`. */
  readonly pruner?: PrunerName | Pruner;
  /** Default: `minimize`. */
  readonly direction?: Direction;
  /** Seed of all draws. Default: 1. */
  readonly seed?: number;
  /**
   * Whether values meet a constraint that is known before a trial, such as the size of a network. Only such values are asked for.
   * A constraint that only a trial can measure is one for `fail`.
   */
  readonly feasible?: (values: Values<S>) => boolean;
  /** Steps of a complete trial, if all have the same: no trial is pruned at its last step. */
  readonly steps?: number;
}

/** The words of a summary. */
export type SummaryWords = Partial<Pick<SearchSummary, 'name' | 'objective' | 'step'>>;

const searchOptions = exactly({
  space: anObject,
  sampler: optional(either(oneOf(samplerNames), aFunction)),
  pruner: optional(either(oneOf(prunerNames), aFunction)),
  direction: optional(oneOf(['minimize', 'maximize'])),
  seed: optional(aWholeFrom(0)),
  feasible: optional(aFunction),
  steps: optional(aWholeFrom(1)),
});

/**
 * A search that lives in memory and works anywhere, also in a page. Several trials may run at once: ask again before the
 * first result. With the same seed and the same results in the same order, it asks for the same values on every machine.
 *
 * @example
 *
 *     const search = new Search({ space, pruner: 'asha', seed: 7 });
 *     for (let i = 0; i < 50; i++) {
 *       const trial = search.ask();
 *       search.tell(trial.number, loss(trial.values));
 *     }
 *     console.log(search.best?.values);
 */
export class Search<S extends Space> {
  readonly space: S;
  readonly direction: Direction;
  readonly seed: number;
  readonly #sampler: Sampler;
  readonly #pruner: Pruner;
  readonly #feasible: ((values: AnyValues) => boolean) | undefined;
  readonly #steps: number | undefined;
  readonly #trials: Trial<AnyValues>[] = [];

  constructor(options: SearchOptions<S>) {
    checkArguments('new Search', { options: [options, searchOptions] });
    const { space, sampler = 'tpe', pruner = 'none', direction = 'minimize', seed = 1 } = options;
    const { feasible, steps } = options;
    checkSpace(space);
    this.space = space;
    this.direction = direction;
    this.seed = seed;
    this.#sampler = typeof sampler === 'string' ? samplers[sampler] : sampler;
    this.#feasible = feasible as ((values: AnyValues) => boolean) | undefined;
    this.#steps = steps;
    this.#pruner = typeof pruner === 'string' ? pruners[pruner] : pruner;
  }

  /** All trials so far, by number. */
  get trials(): readonly Trial<Values<S>>[] {
    return this.#trials as readonly Trial<unknown>[] as readonly Trial<Values<S>>[];
  }

  /** The complete trial with the best value, if there is one. */
  get best(): Trial<Values<S>> | undefined {
    return bestTrial(this.trials, this.direction);
  }

  /** Starts the next trial. */
  ask(): Trial<Values<S>> {
    const { space, direction, seed } = this;
    const number = this.#trials.length;
    const values = this.#sampler({
      space,
      direction,
      seed,
      number,
      trials: this.#trials,
      feasible: this.#feasible,
    });
    this.#trials.push({ number, values, state: 'running', reports: [] });
    return this.trials[number];
  }

  /**
   * Records a value of the objective after a step, for example the validation loss after an epoch. A pruned trial has ended.
   * @returns whether the trial goes on
   * @throws CoutureError of kind `usage` if the trial is not running, or the step is not after the last one
   */
  report(number: number, step: number, value: number): 'continue' | 'prune' {
    checkArguments('Search.report', {
      number: [number, aNumber],
      step: [step, aNumber],
      value: [value, aNumber],
    });
    const trial = this.#running(number);
    const last = trial.reports.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
    if (!(step > last))
      throw new CoutureError('usage', `Trial ${number}: step ${step} was reported after step ${last}.`, {
        hint: 'Report each step once, in ascending order.',
      });
    const reported = { ...trial, reports: [...trial.reports, { step, value }] };
    const others = this.#trials.filter((each) => each.number !== number);
    const prune = this.#pruner({ trial: reported, others, direction: this.direction, lastStep: this.#steps });
    this.#trials[number] = { ...reported, state: prune ? 'pruned' : 'running' };
    return prune ? 'prune' : 'continue';
  }

  /**
   * Ends a trial with its value.
   * @throws CoutureError of kind `usage` if the trial is not running
   */
  tell(number: number, value: number): void {
    checkArguments('Search.tell', { number: [number, aNumber], value: [value, aNumber] });
    this.#trials[number] = { ...this.#running(number), state: 'complete', value };
  }

  /**
   * Ends a trial that has no value, because it failed or broke a constraint. Samplers avoid its surroundings.
   * @throws CoutureError of kind `usage` if the trial is not running
   */
  fail(number: number): void {
    checkArguments('Search.fail', { number: [number, aNumber] });
    this.#trials[number] = { ...this.#running(number), state: 'failed' };
  }

  /** The search as plain data, from which figures are drawn. */
  summary({ name = 'search', objective = 'value', step = 'step' }: SummaryWords = {}): SearchSummary {
    const { space, direction } = this;
    return { name, objective, step, space, direction, trials: [...this.#trials] };
  }

  #running(number: number): Trial<AnyValues> {
    const trial = this.#trials[number];
    if (trial?.state === 'running') return trial;
    const what = trial === undefined ? 'was never asked for' : `is already ${trial.state}`;
    throw new CoutureError('usage', `Trial ${number} ${what}.`, {
      hint: 'Use the number of a trial that ask returned, and end each trial once.',
    });
  }
}
