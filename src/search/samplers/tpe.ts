/**
 * The tree-structured Parzen estimator. J. Bergstra and others, "Algorithms for hyper-parameter optimization", NeurIPS 2011:
 * model the good and the other trials by densities l and g, and try the candidate, drawn from l, with the largest l/g.
 * The densities are multivariate, as in S. Falkner and others, "BOHB", ICML 2018; the quantile follows
 * S. Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components", arXiv:2304.11127.
 */

import { aNumber, checkArguments, optional, options as optionsOf } from '../../core/arguments.ts';
import type { AnyValues, Choice } from '../space.ts';
import { isActive } from '../space.ts';
import { asLoss, type Trial } from '../trial.ts';
import { type Units, unitOf, unitsOf, valueAt } from '../units.ts';
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
  /** The share of finished trials that counts as good. Default: 0.15, as Watanabe recommends. */
  readonly quantile?: number;
}

/** Most trials that count as good. */
const MOST_GOOD = 25;

/** Makes a TPE sampler. */
export function tpe(options: TpeOptions = {}): Sampler {
  const anOption = optional(aNumber);
  checkArguments('tpe', {
    options: [options, optionsOf({ startup: anOption, candidates: anOption, quantile: anOption })],
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
    return bestCandidate(question, candidates, {
      good: new Mixture(parameters, points.slice(0, good)),
      others: new Mixture(parameters, points.slice(good)),
    });
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

function bestCandidate(
  question: Question,
  candidates: number,
  { good, others }: { readonly good: Mixture; readonly others: Mixture },
): AnyValues {
  const random = streamOf(question, 'tpe');
  const parameters = Object.entries(question.space);
  let best: { readonly ratio: number; readonly values: AnyValues } | undefined;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const draw = good.draw(random);
    const values: Record<string, Choice> = {};
    const point: Units = parameters.map(([name, parameter], index) => {
      if (!isActive(parameter, values)) return undefined;
      values[name] = valueAt(parameter, draw(index));
      return unitOf(parameter, values[name]);
    });
    const ratio = good.density(point) / others.density(point);
    if (best === undefined || ratio > best.ratio) best = { ratio, values };
  }
  return best?.values ?? sampleRandom(question);
}
