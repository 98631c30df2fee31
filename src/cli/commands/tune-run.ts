/** Runs a study on this machine or joins one, with its progress on stderr. Loads the database, which other commands do not need. */

import { CoutureError } from '../../core/errors.ts';
import { nodePlatform } from '../../platform/node/platform.ts';
import type { Database } from '../../platform/node/tune/database.ts';
import { openStudy, refuseElsewhere } from '../../platform/node/tune/open-study.ts';
import { openPglite } from '../../platform/node/tune/pglite.ts';
import { openPostgres } from '../../platform/node/tune/postgres.ts';
import { findStudy, removeStudy, studyFolder, writeStudy } from '../../platform/node/tune/studies.ts';
import { StudyStore } from '../../platform/node/tune/study-store.ts';
import { migrate } from '../../platform/node/tune/tables.ts';
import { interrupted, trialsFolder, work } from '../../platform/node/tune/work.ts';
import type { Study, StudyPlan } from '../../study/study.ts';
import { loadStudyData } from '../../study/train-trial.ts';
import type { CliContext } from '../context.ts';
import { createStudyView } from '../ui/study-live.ts';

/** The database of DATABASE_URL, or that of the study's folder. */
async function openStudyDatabase(name: string, { env }: Pick<CliContext, 'env'>): Promise<Database> {
  const { DATABASE_URL } = env;
  return DATABASE_URL ? await openPostgres(DATABASE_URL) : await openPglite(studyFolder(name));
}

/** The plan of a study in a PostgreSQL database; undefined if it is not there. */
export async function findPlan(url: string, name: string): Promise<StudyPlan | undefined> {
  const database = await openPostgres(url);
  try {
    await migrate(database);
    return (await StudyStore.find(database, name))?.plan;
  } finally {
    await database.close();
  }
}

interface StudyRun {
  readonly plan: StudyPlan;
  /** Whether the study exists. */
  readonly known: boolean;
  /** The number of trials; that of the stored study if undefined. */
  readonly trials: number | undefined;
  /** Milliseconds after which the study stops. */
  readonly time: number | undefined;
  readonly parallel: number;
  readonly threads: number;
  readonly context: CliContext;
}

/**
 * Runs a study until it is done, its time is over, or the signal aborts.
 * @throws CoutureError of kind `interrupted` when the signal aborted: every trial has a checkpoint
 */
export async function runStudy(run: StudyRun): Promise<Study> {
  const { plan, known, trials, time, parallel, threads, context } = run;
  const { DATABASE_URL } = context.env;
  await refuseElsewhere(plan.name, known, DATABASE_URL);
  const database = await openStudyDatabase(plan.name, context);
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = time === undefined ? undefined : setTimeout(abort, time);
  context.signal.addEventListener('abort', abort, { once: true });
  if (context.signal.aborted) abort();
  const view = await createStudyView(context, time);
  let opened = false;
  let release = async (): Promise<void> => {};
  try {
    database.onError((message) => context.err(`database: ${message}`));
    await migrate(database);
    await database.boss.start();
    // Other images would make all trials of this worker wrong, so it stops before its first one.
    await loadStudyData(nodePlatform, plan.data, { signal: stop.signal, env: context.env });
    const store = await openStudy(database, { plan, known, trials, parallel });
    opened = true;
    release = await store.hold();
    const embedded = database.place === studyFolder(plan.name);
    // Nobody else works on an embedded study, so a trial that runs there was left by a process that is gone.
    if (embedded) await store.requeueAll();
    let written = Promise.resolve();
    let last = '';
    await work({
      database,
      store,
      root: trialsFolder(studyFolder(plan.name)),
      parallel,
      threads,
      signal: stop.signal,
      onChange(study, { waiting, running, unasked }) {
        view.show(study, waiting + running + unasked);
        const text = JSON.stringify(study);
        if (text === last) return;
        last = text;
        written = written.then(async () => await writeStudy(study));
        // A full disk stops the study, and its trials write their checkpoints; the error is thrown below.
        written.catch(abort);
      },
    });
    await written;
    const study = await store.read();
    await writeStudy(study);
    if (context.signal.aborted) throw interrupted(plan.name);
    return study;
  } finally {
    view.end();
    clearTimeout(timer);
    context.signal.removeEventListener('abort', abort);
    const vacant = !opened && (await isVacant(database, plan.name));
    await release();
    await database.close();
    if (vacant) await removeStudy(plan.name);
  }
}

/** Whether a study has a folder with a database in which it is not, because its start failed. */
async function isVacant(database: Database, name: string): Promise<boolean> {
  if (database.place !== studyFolder(name) || (await findStudy(name)) !== undefined) return false;
  const names = await StudyStore.names(database).catch(() => undefined);
  return names?.length === 0;
}

/**
 * Works on a study of a PostgreSQL database until it is done.
 * @throws CoutureError of kind `usage` when there is no such study
 */
export async function joinStudy(
  name: string,
  options: { readonly parallel: number; readonly threads: number; readonly context: CliContext },
): Promise<Study> {
  const { DATABASE_URL } = options.context.env;
  if (!DATABASE_URL)
    throw new CoutureError('usage', 'couture tune worker needs DATABASE_URL, the address of the study.', {
      hint: `DATABASE_URL=postgres://user:password@host/database couture tune worker ${name}`,
    });
  const plan = await findPlan(DATABASE_URL, name);
  if (plan === undefined)
    throw new CoutureError('usage', `There is no study ${JSON.stringify(name)} in that database.`, {
      hint: 'Start it on one machine, with the same DATABASE_URL: couture tune --name NAME',
    });
  return await runStudy({ plan, known: true, trials: undefined, time: undefined, ...options });
}
