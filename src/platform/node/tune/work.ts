/** The worker of a study: takes trials from the queue, trains them in processes of their own, and asks for the next ones. */

import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { Study } from '../../../study/study.ts';
import { carryOut } from './carry-out.ts';
import type { Database } from './database.ts';
import { jobSchema } from './jobs.ts';
import type { Left, StudyStore } from './study-store.ts';
import { TrialProcesses } from './trial-processes.ts';

/** How often a worker looks whether the study has ended, and asks for a trial that another one left. */
const LOOK_MS = 1000;
/** The same while it could train more trials than it does. */
const LOOK_FREE_MS = 250;

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
  readonly onChange: (study: Study, left: Left) => void;
}

/** Works until all trials have ended or the signal aborts, and returns whether the study is done. */
export async function work(options: WorkOptions): Promise<boolean> {
  const { database, store, root, parallel, threads, onChange } = options;
  // A worker that cannot go on, for example because its study was deleted, stops its trials, too.
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  const { boss, patiently } = database;
  const { queue, dead } = store.queues;
  const processes = new TrialProcesses();
  const active = new Set<Promise<void>>();
  /** With one trial at a time, the next is asked for only after the result of the last one. */
  const free = (): number => parallel - active.size;
  const tell = async (): Promise<void> => {
    const { study, left } = await store.look();
    onChange(study, left);
  };
  let failure: unknown;
  await patiently(
    async () =>
      await boss.work(dead, { batchSize: 1, pollingIntervalSeconds: 5 }, async ([letter]) => {
        const { number, job } = jobSchema.parse(letter.data);
        await store.bury(number, job);
      }),
  );
  await store.reclaim();
  await store.resend();
  await store.ask(free);
  const workerId = await patiently(
    async () =>
      await boss.work(
        queue,
        {
          batchSize: 1,
          localConcurrency: parallel,
          pollingIntervalSeconds: 0.5,
          heartbeatRefreshSeconds: 10,
        },
        async ([job]) => {
          // A job that is not begun goes back to the queue: only a failed one does.
          if (signal.aborted) throw new Error('The worker stops.');
          const { number } = jobSchema.parse(job.data);
          const done = carryOut({ store, processes, root, threads, signal }, number, job.id);
          const settled = done.catch(() => {});
          active.add(settled);
          try {
            await done;
          } finally {
            active.delete(settled);
          }
          if (signal.aborted) return;
          await store.ask(free);
          boss.notifyWorker(workerId);
          await tell();
        },
      ),
  );
  try {
    for (;;) {
      const { study, left } = await store.look();
      onChange(study, left);
      if (left.waiting + left.running + left.unasked === 0) return true;
      if (signal.aborted) return false;
      if (left.running > active.size) await store.reclaim();
      const hungry = free() > 0 && left.waiting + left.unasked > 0;
      if (hungry) await store.ask(free);
      if (hungry) boss.notifyWorker(workerId);
      await pause(hungry ? LOOK_FREE_MS : LOOK_MS, signal);
    }
  } catch (error) {
    failure = error;
    halt.abort();
    throw error;
  } finally {
    // First no new jobs: a job that is fetched and refused loses one of its tries.
    await boss.offWork(queue).catch((error: unknown) => {
      if (failure === undefined) throw error;
    });
    await Promise.all(active);
    processes.close();
    await tell().catch(() => {});
  }
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
