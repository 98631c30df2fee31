/** What changes the state of the views that show and explain. */

import { effect } from '@preact/signals';
import { isStill } from './actions/is-still.ts';
import { saveFile } from './actions.ts';
import { listen, request } from './client.ts';
import { problemOf } from './problem-of.ts';
import type { JobName } from './protocol-see.ts';
import * as see from './see-state.ts';
import { judged, judging, model, set } from './state.ts';

/** Begins to follow the worker's jobs, and drops what belongs to another data set. */
export function beginSee(): void {
  listen((event) => {
    if (event.type !== 'job') return;
    const { job, stage, done } = event;
    // A report of a job that has ended comes too late.
    if (see.jobs.value[job] !== undefined) see.jobs.value = { ...see.jobs.value, [job]: { stage, done } };
  });
  let held: string | undefined;
  effect(() => {
    const { value } = set;
    const own = value && JSON.stringify([value.info, value.complete]);
    if (own === held) return;
    held = own;
    see.map.value = undefined;
    see.audited.value = undefined;
    if (value?.complete === true) void findAudit();
  });
  effect(() => {
    if (judging.value || judged.value !== undefined) see.aspect.value = 'tests';
  });
}

/** Does a job, with its progress and its problem. */
async function work(job: JobName, stage: string, ask: () => Promise<void>): Promise<void> {
  if (see.jobs.value[job] !== undefined) return;
  const { [job]: _, ...problems } = see.jobProblems.value;
  see.jobProblems.value = problems;
  see.jobs.value = { ...see.jobs.value, [job]: { stage, done: 0 } };
  try {
    await ask();
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined) see.jobProblems.value = { ...see.jobProblems.value, [job]: problem };
  } finally {
    const { [job]: _, ...others } = see.jobs.value;
    see.jobs.value = others;
  }
}

/** Stops a job. */
export function stop(job: JobName): void {
  void request('stop', { job });
}

/** Makes the map of the test images. */
export async function makeMap(method: 'pca' | 'umap'): Promise<void> {
  const of = set.value;
  await work('map', 'Starting', async () => {
    const map = await request('map', { model: model.value, method });
    if (isStill(of)) see.map.value = map;
  });
}

/** Audits the data set. */
export async function makeAudit(): Promise<void> {
  const of = set.value;
  await work('audit', 'Starting', async () => {
    const audited = await request('audit', {});
    if (isStill(of)) see.audited.value = audited;
  });
}

/** Shows the audit of an earlier visit. */
async function findAudit(): Promise<void> {
  const of = set.value;
  // A damaged file counts as none: the audit is made again.
  const audited = await request('earlierAudit', {}).catch(() => null);
  if (audited !== null && isStill(of)) see.audited.value = audited;
}

/** Writes the report of a study and gives it to the person. */
export async function makeStudyReport(name: string): Promise<void> {
  await work('report', 'Drawing the figures', async () => {
    const { file, name: fileName } = await request('study-report', { name });
    saveFile(file, fileName);
  });
}

/** Writes the report of a run and gives it to the person. */
export async function makeReport(name: string): Promise<void> {
  await work('report', 'Starting', async () => {
    const { file, name: fileName } = await request('report', { name });
    saveFile(file, fileName);
  });
}
