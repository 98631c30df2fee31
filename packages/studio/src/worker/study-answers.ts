/** Answers about studies. Their code comes with the first study, and the drawing code with the first one that is opened. */

import type { StudyRequests } from '../protocol-studies.ts';
import { serves } from './host.ts';
import { runJob } from './jobs.ts';

/** How each request is answered. */
export const studyAnswers: {
  readonly [Name in keyof StudyRequests]: (
    ask: StudyRequests[Name]['ask'],
  ) => Promise<StudyRequests[Name]['answer']>;
} = {
  studies: async ({ ifChanged }) => {
    // A host that does not answer is asked again the next time.
    if (!(await serves('studies').catch(() => false))) return null;
    const { listStudies } = await import('./studies.ts');
    return await listStudies(ifChanged);
  },
  study: async ({ name }) => await (await import('./study-drawn.ts')).detailsOf(name),
  'study-figure': async ({ study, figure, width, theme }) =>
    await (await import('./study-drawn.ts')).drawFigure(study, figure, { width, theme }),
  'study-report': async ({ name }) =>
    await runJob('report', async () => {
      const { reportOf } = await import('./study-drawn.ts');
      return async () => await reportOf(name);
    }),
};
