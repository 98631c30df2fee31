/** Carries out one job of a worker: claims its trial, trains it, asks the pruner after each epoch, and stores the result. */

import { pruners } from '../../../search/pruners/index.ts';
import { asLoss } from '../../../search/trial.ts';
import { configOf, directionOf, searchTrials } from '../../../study/study.ts';
import type { EpochMetrics } from '../../../train/events.ts';
import type { Ending, StudyStore } from './study-store.ts';
import type { TrialEnd, TrialProcesses } from './trial-processes.ts';

/** What a trial needs of its worker. */
export interface TrialPlace {
  readonly store: StudyStore;
  readonly processes: TrialProcesses;
  /** Folder of the trials. */
  readonly root: string;
  readonly threads: number;
  /** Stops after a checkpoint; the trial waits again. */
  readonly signal: AbortSignal;
}

/** Why this worker stopped a trial: the pruner, --max-seconds, or another worker that has it now. */
type Reason = 'pruned' | 'slow' | 'lost';

/**
 * Trains one trial, if it is still to be trained.
 * @throws CoutureError of kind `runtime` when its process died: the trial waits for the next try of its job
 */
export async function carryOut(place: TrialPlace, number: number, job: string): Promise<void> {
  const { store, processes, root, threads, signal } = place;
  const { plan } = store;
  const claimed = await store.claim(number, job);
  if (claimed === undefined) return;
  const { attempt, values } = claimed;
  const config = configOf(plan, values);
  let why: Reason | undefined;
  let seconds = 0;
  let best: EpochMetrics | undefined;
  // One report after the other: the pruner must see them in their order.
  let reporting = Promise.resolve();
  const objectiveOf = (metrics: EpochMetrics): number =>
    plan.objective === 'loss' ? metrics.validationLoss : metrics.validationAccuracy;
  const lossOf = (metrics: EpochMetrics): number => asLoss(objectiveOf(metrics), directionOf(plan));
  const trial = processes.start({ type: 'order', config, root, name: nameOf(number), threads }, (metrics) => {
    seconds += metrics.seconds;
    if (plan.maxSeconds !== null && seconds > plan.maxSeconds) {
      why ??= 'slow';
      trial.stop();
    }
    reporting = reporting
      .then(async () => {
        // Training goes on until it hears of the pruner's decision; what it trains meanwhile does not count.
        if (why !== undefined) return;
        if (best === undefined || lossOf(metrics) < lossOf(best)) best = metrics;
        const at = { step: metrics.epoch, value: objectiveOf(metrics) };
        why = await report(store, { number, attempt, lastStep: config.settings.epochs }, at);
        if (why !== undefined) trial.stop();
      })
      .catch(() => {
        // A lost report costs at most a later decision of the pruner; the end of the trial is written or thrown.
      });
  });
  const stop = (): void => trial.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const end = await trial.ended;
    await reporting;
    const ending = endingOf(end, { why, best, seconds, maxSeconds: plan.maxSeconds, objectiveOf });
    if (ending === undefined) await store.requeue(number, attempt);
    else await store.finish(number, attempt, ending);
  } catch (error) {
    await reporting;
    await store.release(number, attempt);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Stores a report and asks the pruner. */
async function report(
  store: StudyStore,
  { number, attempt, lastStep }: Readonly<Record<'number' | 'attempt' | 'lastStep', number>>,
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
  const prune = pruners[store.plan.pruner];
  return prune({ trial: known, others, direction: directionOf(store.plan), lastStep }) ? 'pruned' : undefined;
}

interface Outcome {
  readonly why: Reason | undefined;
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
