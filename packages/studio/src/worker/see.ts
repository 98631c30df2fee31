/** Answers of the views that show and explain. What is large comes with the first request that needs it. */

import type { SeeRequests } from '../protocol-see.ts';
import { currentSet } from './data.ts';
import { topLosses } from './evaluate.ts';
import { runJob, stopJob } from './jobs.ts';
import { filtersOf, walk } from './layers.ts';
import { nearest } from './nearest.ts';
import { mixedTiles } from './tiles.ts';
import { unitOf } from './units.ts';

/** How each request is answered. */
export const seeAnswers: {
  readonly [Name in keyof SeeRequests]: (
    ask: SeeRequests[Name]['ask'],
  ) => Promise<SeeRequests[Name]['answer']>;
} = {
  walk: async ({ model, picture }) => await walk(model, picture),
  filters: async ({ model, units }) => await filtersOf(model, units),
  unit: async (ask) => await unitOf(ask),
  nearest: async ({ model, picture, most }) => await nearest(model, picture, most),
  losses: async ({ most }) => await topLosses(most),
  map: async ({ model, method }) =>
    await runJob('map', async () => {
      const { mapOf } = await import('./map.ts');
      return async (job) => await mapOf(job, model, method);
    }),
  audit: async () => await runJob('audit', async () => (await import('./audit.ts')).audit),
  earlierAudit: async () => await (await import('./audit.ts')).earlierAudit(),
  images: async ({ images, columns }) => await mixedTiles(currentSet().sets, images, columns),
  report: async ({ name }) =>
    await runJob('report', async () => {
      const { reportOf } = await import('./report.ts');
      return async (job) => await reportOf(job, name);
    }),
  stop: async ({ job }) => {
    stopJob(job);
    return null;
  },
};
