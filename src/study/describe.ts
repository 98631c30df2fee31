/** A study in words and figures, for whatever shows it: a report, a page. */

import { anArray, anObject, checkArguments, record } from '../core/arguments.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { bestTrials } from '../figures/search/best-trials.ts';
import { valueText } from '../figures/search/common.ts';
import { type SpaceRow, spaceRows } from '../figures/search/space-words.ts';
import type { SearchSummary } from '../search/summary.ts';
import type { RunConfig } from '../train/settings.ts';
import {
  bestOf,
  bestSoFar,
  configOf,
  directionOf,
  hasEnded,
  type StoredTrial,
  type Study,
  searchTrials,
  spaceOf,
  storedStates,
} from './study.ts';

/** A study at a glance: what a list of studies shows. */
export interface StudyGlance {
  readonly name: string;
  /** Null for a study of settings without a recipe. */
  readonly recipe: string | null;
  /** The name of the data set. */
  readonly data: string;
  /** What the values are: `validation loss` or `validation accuracy`. */
  readonly objective: string;
  /** The number of trials in each state. */
  readonly states: Readonly<Record<StoredTrial['state'], number>>;
  /** The best complete trial, with its value as text. */
  readonly best: { readonly number: number; readonly value: string } | undefined;
  /** The best value after each complete trial, in the order of the numbers. */
  readonly bestSoFar: readonly number[];
}

/** A command with which to go on. */
export interface StudyCommand {
  readonly kind: 'continue' | 'best' | 'train' | 'report';
  /** What it does, as a phrase. */
  readonly purpose: string;
  readonly command: string;
}

/** One of the best trials. */
export interface RankedTrial {
  readonly number: number;
  /** Text for each of the heads. */
  readonly cells: readonly string[];
  /** The config that trains it again. */
  readonly config: RunConfig;
}

/** A study with all that a page or a report shows of it. */
export interface StudyDescription extends StudyGlance {
  /** What the figures of `couture/figures` and the report of `couture/report` are made of. */
  readonly summary: SearchSummary;
  /** The data set, with the digests of its training split. */
  readonly dataset: DatasetInfo;
  /** What was searched and how: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The space in words. */
  readonly space: readonly SpaceRow[];
  readonly commands: readonly StudyCommand[];
  /** The heads of the table of the best trials. */
  readonly heads: readonly string[];
  /** The best complete trials, the best one first. */
  readonly ranked: readonly RankedTrial[];
}

const aStudy = record({ plan: anObject, trials: anArray }, 'a study, from decodeStudy');

/** The study as plain data for figures. */
export function summaryOf({ plan, trials }: Study): SearchSummary {
  return {
    name: plan.name,
    space: spaceOf(plan),
    direction: directionOf(plan),
    objective: `validation ${plan.objective}`,
    percent: plan.objective === 'accuracy',
    step: 'epoch',
    trials: searchTrials(trials),
  };
}

/** A study at a glance. */
export function glanceAtStudy(study: Study): StudyGlance {
  checkArguments('glanceAtStudy', { study: [study, aStudy] });
  return glance(study, summaryOf(study));
}

/**
 * All that a page shows of a study.
 * @throws CoutureError of kind `usage` when its settings are not those of this version
 */
export function describeStudy(study: Study): StudyDescription {
  checkArguments('describeStudy', { study: [study, aStudy] });
  const { plan, trials } = study;
  const summary = summaryOf(study);
  const { heads, rows } = bestTrials(summary);
  const valuesOf = new Map(trials.map(({ number, values }) => [number, values]));
  return {
    ...glance(study, summary),
    summary,
    dataset: plan.data,
    facts: factsOf(study),
    space: spaceRows(summary.space),
    commands: commandsOf(study),
    heads,
    ranked: rows.map(({ number, cells }) => ({
      number,
      cells,
      config: configOf(plan, valuesOf.get(number) ?? {}),
    })),
  };
}

function glance(study: Study, summary: SearchSummary): StudyGlance {
  const { plan, trials } = study;
  const best = bestOf(study);
  const count = (wanted: StoredTrial['state']): number =>
    trials.filter(({ state }) => state === wanted).length;
  return {
    name: plan.name,
    recipe: plan.recipe,
    data: plan.data.name,
    objective: summary.objective,
    states: Object.fromEntries(storedStates.map((state) => [state, count(state)])) as StudyGlance['states'],
    best:
      best === undefined || best.value === null
        ? undefined
        : { number: best.number, value: valueText(summary, best.value) },
    bestSoFar: bestSoFar(study),
  };
}

/** What was searched and how. */
export function factsOf({ plan, trials }: Study): StudyDescription['facts'] {
  const { recipe, settings, data, objective, sampler, pruner, seed, maxBytes, maxSeconds } = plan;
  const seconds = trials.reduce((sum, trial) => sum + (trial.seconds ?? 0), 0);
  const own = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    ['data set', data.name],
    ['recipe', recipe ?? 'none'],
    ...(own.length > 0 ? [['settings of all trials', own.join(', ')] as const] : []),
    ['objective', `validation ${objective}`],
    ['sampler', sampler],
    ['pruner', pruner],
    ['seed', String(seed)],
    ...(maxBytes === null ? [] : [['most bytes of weights', String(maxBytes)] as const]),
    ...(maxSeconds === null ? [] : [['most seconds of a trial', String(maxSeconds)] as const]),
    ['training of all trials', `${Math.round(seconds)} s`],
    ['training images, SHA-256', data.splits.train?.imagesSha256 ?? ''],
  ];
}

/** How to go on on the command line: continue the study, train its winner, report it. */
export function commandsOf(study: Study): StudyCommand[] {
  const { name } = study.plan;
  const ended = study.trials.filter(hasEnded).length;
  const unfinished = ended < study.trials.length;
  const more: StudyCommand =
    unfinished || ended === 0
      ? { kind: 'continue', purpose: 'the trials that are left', command: `npx couture tune --name ${name}` }
      : {
          kind: 'continue',
          purpose: 'more trials',
          command: `npx couture tune --name ${name} --trials ${ended * 2}`,
        };
  const winner: StudyCommand[] = [
    { kind: 'best', purpose: 'the settings of the best trial', command: `npx couture tune best ${name}` },
    {
      kind: 'train',
      purpose: 'its training over three seeds, with the test images',
      command: `npx couture train --from-study ${name}`,
    },
  ];
  return [
    more,
    ...(bestOf(study) === undefined ? [] : winner),
    {
      kind: 'report',
      purpose: 'one HTML file with the figures',
      command: `npx couture report --study ${name}`,
    },
  ];
}
