/** A study as a summary for figures, and its report: one HTML file. */

import type { SearchReportInput } from '../report/search-report.ts';
import { writeSearchReport } from '../report/search-report.ts';
import type { SearchSummary } from '../search/summary.ts';
import { bestOf, directionOf, hasEnded, type Study, searchTrials, spaceOf } from './study.ts';

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

/** The HTML text of a study's report. */
export async function reportOf(study: Study, document: Document): Promise<string> {
  return await writeSearchReport({
    summary: summaryOf(study),
    facts: factsOf(study),
    commands: commandsOf(study),
    document,
  });
}

function factsOf({ plan, trials }: Study): NonNullable<SearchReportInput['facts']> {
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

function commandsOf(study: Study): string[] {
  const { name } = study.plan;
  const ended = study.trials.filter(hasEnded).length;
  const unfinished = ended < study.trials.length;
  const winner = [
    '# the settings of the best trial, and its training over three seeds with the test images',
    `npx couture tune best ${name}`,
    `npx couture train --from-study ${name}`,
  ];
  return [
    ...(unfinished || ended === 0
      ? ['# the trials that are left', `npx couture tune --name ${name}`]
      : ['# more trials', `npx couture tune --name ${name} --trials ${ended * 2}`]),
    ...(bestOf(study) === undefined ? [] : winner),
  ];
}
