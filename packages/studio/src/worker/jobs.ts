/** Work that takes long: it reports how far it is, can be stopped, and is done once at a time. */

import { CoutureError } from '@couture/core';
import type { JobName } from '../protocol-see.ts';
import { say } from './say.ts';

/** What a job is given. */
export interface Job {
  readonly signal: AbortSignal;
  /** Reports what it does now, and the share of the whole that is done; at most ten times a second. */
  progress(stage: string, done: number): void;
}

/** Milliseconds between two reports. */
const PAUSE = 100;

const underWay = new Map<JobName, AbortController>();

/**
 * Does a job. It can be stopped from the first moment, also while its code is loaded.
 * @param load gives the work
 * @throws CoutureError of kind `usage` while the same job is under way, `interrupted` when it was stopped
 */
export async function runJob<Result>(
  name: JobName,
  load: () => Promise<(job: Job) => Promise<Result>>,
): Promise<Result> {
  if (underWay.has(name))
    throw new CoutureError('usage', `The ${name} is being made already.`, { hint: 'Stop it first.' });
  const controller = new AbortController();
  underWay.set(name, controller);
  let [last, at] = ['', 0];
  try {
    const work = await load();
    const { signal } = controller;
    if (signal.aborted) throw new CoutureError('interrupted', `The ${name} was stopped.`);
    return await work({
      signal,
      progress(stage, done) {
        if (stage === last && performance.now() - at < PAUSE) return;
        [last, at] = [stage, performance.now()];
        say({ type: 'job', job: name, stage, done: Math.max(0, Math.min(1, done)) });
      },
    });
  } finally {
    underWay.delete(name);
  }
}

/** Stops a job that is under way. */
export function stopJob(name: JobName): void {
  underWay.get(name)?.abort();
}
