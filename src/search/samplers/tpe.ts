/**
 * The tree-structured Parzen estimator. J. Bergstra and others, "Algorithms for hyper-parameter optimization", NeurIPS 2011:
 * model the good and the other trials by densities l and g, and try the candidate, drawn from l, with the largest l/g.
 * The densities are multivariate, as in S. Falkner and others, "BOHB", ICML 2018. The quantile is within the
 * range that S. Watanabe examines, "Tree-structured Parzen estimator: understanding its algorithm components", arXiv:2304.11127.
 */

import { checkArguments, optional, options as optionsOf } from '../../core/arguments.ts';
import type { RandomStream } from '../../core/philox.ts';
import { aShare, aWholeFrom } from '../option-kinds.ts';
import type { AnyValues, Choice, Space } from '../space.ts';
import { isActive } from '../space.ts';
import { asLoss, type Trial } from '../trial.ts';
import { type Units, unitOf, unitsOf, valueAt } from '../units.ts';
import { firstFeasible } from './feasible.ts';
import { Mixture } from './mixture.ts';
import { sampleRandom } from './random.ts';
import { type Question, type Sampler, streamOf } from './sampler.ts';
import { MOST_DIMENSIONS, sampleSobol } from './sobol.ts';

/** Options of TPE. */
export interface TpeOptions {
  /** Trials before the first model, drawn from a scrambled Sobol sequence. Default: 10. */
  readonly startup?: number;
  /** Candidates for each trial. Default: 24. */
  readonly candidates?: number;
  /** The share of finished trials that counts as good. Default: 0.15, chosen on the functions of docs/tune.md. */
  readonly quantile?: number;
}

/** Most trials that count as good. */
const MOST_GOOD = 25;

/** Draws of which one should be feasible; the good trials are, so most draws near them are as well. */
const FEASIBLE_TRIES = 20;

/** Makes a TPE sampler. */
export function tpe(options: TpeOptions = {}): Sampler {
  const aCount = optional(aWholeFrom(1));
  checkArguments('tpe', {
    options: [options, optionsOf({ startup: aCount, candidates: aCount, quantile: optional(aShare) })],
  });
  const { startup = 10, candidates = 24, quantile = 0.15 } = options;
  return (question) => {
    const ranked = rank(question);
    const finished = ranked.filter(({ state }) => state === 'complete' || state === 'pruned').length;
    if (finished < startup) {
      const small = Object.keys(question.space).length <= MOST_DIMENSIONS;
      return small ? sampleSobol(question) : sampleRandom(question);
    }
    const good = Math.min(MOST_GOOD, Math.ceil(quantile * finished));
    const points = ranked.map(({ values }) => unitsOf(question.space, values));
    const parameters = Object.values(question.space);
    const random = streamOf(question, 'tpe');
    const mixtures = {
      good: new Mixture(parameters, points.slice(0, good)),
      others: new Mixture(parameters, points.slice(good)),
    };
    const draw = (): AnyValues => bestCandidate(question.space, { candidates, random }, mixtures);
    return firstFeasible(question, FEASIBLE_TRIES, draw) ?? sampleRandom(question);
  };
}

/**
 * From best to worst: complete trials by value; pruned ones, of which more steps count more; then failed ones. Running
 * trials are last: the "constant liar" of D. Ginsbourger and others ("Kriging is well-suited to parallelize optimization",
 * 2010) assumes the worst of them, so that workers who ask at the same time get different points.
 */
function rank({ trials, direction }: Question): Trial[] {
  const order = { complete: 0, pruned: 1, failed: 2, running: 3 } as const;
  const lossOf = ({ state, value, reports }: Trial): number =>
    asLoss(state === 'complete' ? value : reports.at(-1)?.value, direction);
  const stepOf = ({ state, reports }: Trial): number =>
    state === 'pruned' ? (reports.at(-1)?.step ?? 0) : 0;
  return trials.toSorted((a, b) => {
    if (a.state !== b.state) return order[a.state] - order[b.state];
    const [lossA, lossB] = [lossOf(a), lossOf(b)];
    // The difference of two infinite losses is NaN, so they are compared.
    return stepOf(b) - stepOf(a) || (lossA < lossB ? -1 : lossA > lossB ? 1 : a.number - b.number);
  });
}

/**
 * Draws the parameters in stages: those that always exist, then each group of parameters with the same condition, given what
 * is drawn already. Otherwise the choice between two branches would depend on how much of each branch is untried: a branch with
 * one more parameter always has a place in it where no trial has been, and would win however bad it is.
 */
function bestCandidate(
  space: Space,
  { candidates, random }: { readonly candidates: number; readonly random: RandomStream },
  { good, others }: { readonly good: Mixture; readonly others: Mixture },
): AnyValues {
  const parameters = Object.entries(space);
  const values: Record<string, Choice> = {};
  const point: (number | undefined)[] = parameters.map(() => undefined);
  for (const stage of stagesOf(space)) {
    if (!isActive(parameters[stage[0]][1], values)) continue;
    let best: { readonly ratio: number; readonly places: Units } | undefined;
    for (let candidate = 0; candidate < candidates; candidate++) {
      const draw = good.draw(random, point);
      const places = point.slice();
      for (const index of stage) {
        const [, parameter] = parameters[index];
        places[index] = unitOf(parameter, valueAt(parameter, draw(index)));
      }
      const ratio = good.density(places) / others.density(places);
      if (best === undefined || ratio > best.ratio) best = { ratio, places };
    }
    for (const index of stage) {
      const [name, parameter] = parameters[index];
      point[index] = best?.places[index] ?? 0.5;
      values[name] = valueAt(parameter, point[index]);
    }
  }
  // In the order of the space.
  return Object.fromEntries(
    parameters.flatMap(([name]) => (Object.hasOwn(values, name) ? [[name, values[name]]] : [])),
  );
}

/** The places of the parameters of each stage. A condition names earlier parameters, which are in earlier stages. */
function stagesOf(space: Space): number[][] {
  const stages = new Map<string, number[]>([['{}', []]]);
  for (const [index, { when = {} }] of Object.values(space).entries()) {
    const condition = JSON.stringify(when);
    stages.set(condition, [...(stages.get(condition) ?? []), index]);
  }
  return [...stages.values()].filter((stage) => stage.length > 0);
}
