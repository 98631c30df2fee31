/** Runs the job in a page; see browser.ts. */

import { createWebBackend } from '../../src/platform/web/backend.ts';
import { type Case, type Outcome, runCases } from './job.ts';

export interface PageOutcome {
  readonly browser: string;
  readonly crossOriginIsolated: boolean;
  readonly outcomes: Outcome[];
}

export async function runInPage(cases: readonly Case[]): Promise<PageOutcome> {
  return {
    browser: navigator.userAgent,
    crossOriginIsolated,
    outcomes: await runCases(cases, createWebBackend),
  };
}
