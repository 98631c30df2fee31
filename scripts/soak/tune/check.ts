/** Whether a study that was disturbed has exactly one true result for every trial. */

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nodePlatform } from '../../../src/platform/node/platform.ts';
import { configOf, type StoredTrial, type Study } from '../../../src/study/study.ts';
import { loadStudyData, trainTrial } from '../../../src/study/train-trial.ts';

/** What must not depend on what happened to a study of one worker. Attempts and seconds may. */
export function outcomeOf({ trials }: Study): unknown[] {
  return trials.map(({ number, state, value, accuracy, loss, values, reports, error }) => ({
    number,
    state,
    value,
    accuracy,
    loss,
    values,
    reports,
    error,
  }));
}

/** Sentences about trials that are missing, unfinished or failed. */
export function faultsOf({ plan: { name }, trials }: Study, count: number): string[] {
  const faults: string[] = [];
  if (trials.length !== count) faults.push(`${name}: ${trials.length} trials, not ${count}`);
  for (const [place, { number, state, value, error, reports }] of trials.entries()) {
    if (number !== place) faults.push(`${name}: trial ${number} at place ${place}`);
    if (state !== 'complete' && state !== 'pruned')
      faults.push(`${name}: trial ${number}: ${state} ${error}`);
    if (state === 'complete' && value === null) faults.push(`${name}: trial ${number} has no value`);
    if (reports.some(({ step }, i) => step !== i + 1))
      faults.push(`${name}: trial ${number}: gaps in its reports`);
  }
  return faults;
}

/** Remembers the results of finished trials: one that changes later was written twice. */
export class Watch {
  readonly #results = new Map<number, string>();
  readonly faults: string[] = [];

  look({ plan: { name }, trials }: Study): void {
    for (const trial of trials) {
      const { number, state, value, accuracy, loss, seconds, attempt } = trial;
      const known = this.#results.get(number);
      const ended = state === 'complete' || state === 'pruned' || state === 'failed';
      const result = JSON.stringify({ state, value, accuracy, loss, seconds, attempt });
      if (known !== undefined && known !== result)
        this.faults.push(`${name}: the result of trial ${number} changed from ${known} to ${result}`);
      if (ended) this.#results.set(number, result);
    }
  }
}

/**
 * Trains trials again without a study, in this process, and compares every epoch to the bit.
 * @returns a sentence for each that differs
 */
export async function retrain(
  study: Study,
  trials: readonly StoredTrial[],
  { root, cache }: { readonly root: string; readonly cache: string },
): Promise<string[]> {
  const faults: string[] = [];
  const folder = await mkdtemp(join(root, 'again-'));
  const { signal } = new AbortController();
  const dataset = await loadStudyData(nodePlatform, study.plan.data, {
    env: { ...process.env, COUTURE_CACHE: cache },
  });
  const backend = await nodePlatform.createBackend({ backend: 'cpu', threads: 2 });
  try {
    for (const { number, values, reports } of trials) {
      const config = configOf(study.plan, values);
      const losses: number[] = [];
      const stop = new AbortController();
      await trainTrial(nodePlatform, {
        ...{ config, dataset, backend, root: folder, name: String(number) },
        signal: AbortSignal.any([signal, stop.signal]),
        onEpoch({ validationLoss }) {
          losses.push(validationLoss);
          if (losses.length >= reports.length) stop.abort();
        },
      });
      const same = reports.every(({ value }, i) => value === losses[i]);
      if (!same)
        faults.push(
          `${study.plan.name}: trial ${number} reported ${reports.map(({ value }) => value)}, and again ${losses}`,
        );
    }
  } finally {
    await backend.dispose();
    await rm(folder, { recursive: true, force: true });
  }
  return faults;
}
