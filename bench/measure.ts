/** Taking turns: every measurement of a round follows the one before it, and each round starts elsewhere. */

import type { Contender } from './contender.ts';
import { median, type Question } from './protocol.ts';

/** Steps before those that are timed. */
const WARM_STEPS = 10;

/** One thing to measure on one contender. */
export interface Trial {
  readonly contender: Contender;
  readonly question: Question;
  /** Seconds of the answer to the unit that is reported, e.g. of 200 steps to an epoch. */
  readonly scale: number;
  readonly label: string;
}

/** What came of a trial. */
export interface Result {
  readonly label: string;
  readonly family: string;
  readonly setting: string;
  /** In the reported unit, one per round. */
  readonly values: readonly number[];
  /** NaN where there is none. */
  readonly median: number;
  readonly error: string | undefined;
}

/**
 * Runs every trial once a round, for `repeats` rounds.
 * @param progress is told what is being measured
 */
export async function measure(
  trials: readonly Trial[],
  repeats: number,
  progress: (text: string) => void,
): Promise<Result[]> {
  const values: number[][] = trials.map(() => []);
  const errors: (string | undefined)[] = trials.map(() => undefined);
  for (let round = 0; round < repeats; round++) {
    for (let turn = 0; turn < trials.length; turn++) {
      // Half of the rounds go backwards, so that no one always follows the same one.
      const place = (turn + round * 3) % trials.length;
      const i = round % 2 === 0 ? place : trials.length - 1 - place;
      const trial = trials[i];
      if (errors[i] !== undefined) continue;
      progress(`round ${round + 1} of ${repeats}: ${trial.contender.name}, ${trial.label}`);
      const { question } = trial;
      // A training is measured under way: the caches, which the others have used since, are its own again.
      if (question.ask === 'train')
        await trial.contender.ask({ ...question, steps: Math.min(question.steps, WARM_STEPS) });
      const { seconds, error } = await trial.contender.ask(question);
      if (seconds === undefined) errors[i] = error ?? 'no answer';
      else values[i].push(seconds * trial.scale);
    }
  }
  return trials.map(({ label, contender }, i) => ({
    label,
    family: contender.family,
    setting: contender.setting,
    values: values[i],
    median: values[i].length > 0 && errors[i] === undefined ? median(values[i]) : Number.NaN,
    error: errors[i],
  }));
}

/** The fastest setting of a family for a label. */
export function best(results: readonly Result[], family: string, label: string): Result | undefined {
  return results
    .filter((result) => result.family === family && result.label === label && !Number.isNaN(result.median))
    .sort((a, b) => a.median - b.median)
    .at(0);
}

/** The shortest of all rounds of all settings: what a quiet moment of the machine allows. */
export function shortest(results: readonly Result[], family: string, label: string): number | undefined {
  const values = results
    .filter((result) => result.family === family && result.label === label && !Number.isNaN(result.median))
    .flatMap((result) => result.values);
  return values.length > 0 ? Math.min(...values) : undefined;
}
