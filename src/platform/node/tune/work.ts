/** The worker of a study: takes trials from the queue, trains each in a process of its own, and asks for the next ones. */

import { hostname } from 'node:os';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { pruners } from '../../../search/pruners/index.ts';
import { asLoss } from '../../../search/trial.ts';
import { configOf, directionOf, type Study, searchTrials, storedTrialSchema } from '../../../study/study.ts';
import type { EpochMetrics } from '../../../train/events.ts';
import type { Database } from './database.ts';
import { type Ending, jobSchema, type StudyStore } from './study-store.ts';
import { startTrial, type TrialEnd } from './trial-process.ts';

/** How often a worker looks whether the study has ended, and asks for a trial that another one left. */
const LOOK_MS = 1000;

/** Options of a worker. */
export interface WorkOptions {
  readonly database: Database;
  readonly store: StudyStore;
  /** Folder of the trials. */
  readonly root: string;
  /** Trials at once. */
  readonly parallel: number;
  /** Threads of each trial. */
  readonly threads: number;
  /** Stops after checkpoints; the study can be resumed. */
  readonly signal: AbortSignal;
  /** Called after each change of a trial. */
  readonly onChange: (study: Study) => void;
}

/** Works until all trials have ended or the signal aborts, and returns whether the study is done. */
export async function work(options: WorkOptions): Promise<boolean> {
  const { database, store, parallel, signal, onChange } = options;
  const { boss } = database;
  let failure: unknown;
  const change = async (): Promise<void> => onChange(await store.read());
  const active = new Set<Promise<void>>();
  await database.patiently(
    async () =>
      await boss.work(
        `${store.queue}-dead`,
        { batchSize: 1, pollingIntervalSeconds: 1 },
        async ([job]) => await store.bury(jobSchema.parse(job.data).number),
      ),
  );
  await store.ask(parallel);
  const workerId = await boss.work(
    store.queue,
    { batchSize: 1, localConcurrency: parallel, pollingIntervalSeconds: 0.5, heartbeatRefreshSeconds: 10 },
    async ([job]) => {
      // A job that is not begun goes back to the queue: only a failed one does.
      if (signal.aborted) throw new Error('The worker stops.');
      const { number } = jobSchema.parse(job.data);
      const done = carryOut(options, number, job.id);
      const settled = done.then(
        () => {},
        () => {},
      );
      active.add(settled);
      try {
        await done;
      } finally {
        active.delete(settled);
      }
      if (signal.aborted) return;
      await store.ask(1);
      await change();
      boss.notifyWorker(workerId);
    },
  );
  try {
    for (;;) {
      const { waiting, running, unasked } = await store.left();
      if (waiting + running + unasked === 0) return true;
      if (signal.aborted) return false;
      // A trial that failed with its process asked for no other one.
      if (waiting === 0 && running < parallel && unasked > 0) await store.ask(1);
      await change();
      await pause(LOOK_MS, signal);
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // First no new jobs: a job that is fetched and refused loses one of its tries.
    await boss.offWork(store.queue).catch((error: unknown) => {
      if (failure === undefined) throw error;
    });
    await Promise.all(active);
    await change().catch(() => {});
  }
}

/** Trains one trial, if it is still to be trained. */
async function carryOut(options: WorkOptions, number: number, job: string): Promise<void> {
  const { store, root, threads, signal, onChange } = options;
  const { plan } = store;
  const claimed = await store.claim(number, job, `${hostname()}:${process.pid}`);
  if (claimed === undefined) return;
  const { attempt, values } = claimed;
  const config = configOf(plan, storedTrialSchema.shape.values.parse(values));
  let why: 'pruned' | 'slow' | 'lost' | undefined;
  let seconds = 0;
  let best: EpochMetrics | undefined;
  // One report after the other: the pruner must see them in their order.
  let reporting = Promise.resolve();
  const objectiveOf = (metrics: EpochMetrics): number =>
    plan.objective === 'loss' ? metrics.validationLoss : metrics.validationAccuracy;
  const trial = startTrial(
    { type: 'order', config, root, name: nameOf(number), threads },
    (metrics: EpochMetrics) => {
      seconds += metrics.seconds;
      if (plan.maxSeconds !== null && seconds > plan.maxSeconds) {
        why ??= 'slow';
        trial.stop();
      }
      const direction = directionOf(plan);
      if (
        best === undefined ||
        asLoss(objectiveOf(metrics), direction) < asLoss(objectiveOf(best), direction)
      )
        best = metrics;
      reporting = reporting
        .then(async () => {
          if (why !== undefined) return;
          why = await report(options, number, attempt, { step: metrics.epoch, value: objectiveOf(metrics) });
          if (why !== undefined) trial.stop();
        })
        .catch(() => {
          // A lost report costs at most a later decision of the pruner; the end of the trial is written or thrown.
        });
    },
  );
  const stop = (): void => trial.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const end = await trial.ended;
    await reporting;
    const ending = endingOf(end, { why, best, seconds, maxSeconds: plan.maxSeconds, objectiveOf });
    if (ending === undefined) await store.requeue({ number, attempt });
    else await store.finish(number, attempt, ending);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  onChange(await store.read());
}

/** Stores a report and asks the pruner. */
async function report(
  { store }: WorkOptions,
  number: number,
  attempt: number,
  at: { readonly step: number; readonly value: number },
): Promise<'pruned' | 'lost' | undefined> {
  // JSON and SQL have no common NaN; a diverged epoch counts as the worst finite number.
  const value = Number.isFinite(at.value) ? at.value : Number.MAX_VALUE;
  if (!(await store.report(number, attempt, { step: at.step, value }))) return 'lost';
  if (store.plan.pruner === 'none') return undefined;
  const trials = searchTrials((await store.read()).trials);
  const trial = trials.find((each) => each.number === number);
  if (trial === undefined) return 'lost';
  // A trial that continues from its checkpoint tells its epochs again; each is judged as it was then.
  const known = { ...trial, reports: trial.reports.filter(({ step }) => step <= at.step) };
  const others = trials.filter((each) => each.number !== number);
  return pruners[store.plan.pruner]({ trial: known, others, direction: directionOf(store.plan) })
    ? 'pruned'
    : undefined;
}

interface Outcome {
  readonly why: 'pruned' | 'slow' | 'lost' | undefined;
  readonly best: EpochMetrics | undefined;
  readonly seconds: number;
  readonly maxSeconds: number | null;
  readonly objectiveOf: (metrics: EpochMetrics) => number;
}

/** What to store of a trial; undefined for one that was interrupted. */
function endingOf(
  end: TrialEnd,
  { why, best, seconds, maxSeconds, objectiveOf }: Outcome,
): Ending | undefined {
  if (end.type === 'refused') return { state: 'failed', error: end.message, seconds };
  const figures = best && {
    accuracy: best.validationAccuracy,
    loss: Number.isFinite(best.validationLoss) ? best.validationLoss : undefined,
  };
  if (why === 'slow')
    return { state: 'failed', error: `Training took longer than --max-seconds ${maxSeconds}.`, seconds };
  if (why === 'pruned') return { state: 'pruned', ...figures, seconds };
  if (end.end === 'stopped') return undefined;
  const value = end.best === null || best === undefined ? Number.NaN : objectiveOf(best);
  if (!Number.isFinite(value))
    return { state: 'failed', error: 'Training diverged: no epoch had a finite validation loss.', seconds };
  return { state: 'complete', value, ...figures, seconds };
}

/** The folder of a trial: `0007`. */
export function nameOf(number: number): string {
  return String(number).padStart(4, '0');
}

/** Where the trials of a study are. */
export function trialsFolder(folder: string): string {
  return join(folder, 'trials');
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
  });
}

/** @throws CoutureError of kind `interrupted` */
export function interrupted(name: string): CoutureError {
  return new CoutureError('interrupted', `The study ${name} was interrupted.`, {
    hint: `Go on with: couture tune --name ${name}`,
  });
}
