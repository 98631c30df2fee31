/**
 * Trains one trial into a run folder without the test split: an interrupted trial goes on from its checkpoint. The
 * folder has no metrics.json, because a trial has no test figures.
 */

import { canonicalJson } from '../core/canonical-json.ts';
import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { Backend } from '../engine/backend.ts';
import { describeEnvironment } from '../runs/environment.ts';
import type { RunDataOptions, RunPlatform } from '../runs/platform.ts';
import type { Run } from '../runs/run.ts';
import { requireSameImages } from '../runs/run-data.ts';
import { createRun, openRun } from '../runs/run-folder.ts';
import { bestEpoch } from '../train/best.ts';
import { checkTrainable } from '../train/check-data.ts';
import type { EpochMetrics } from '../train/events.ts';
import type { RunConfig } from '../train/settings.ts';
import { train } from '../train/train.ts';

const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 250;

/** A trial to train. */
export interface TrialOrder {
  readonly config: RunConfig;
  /** The images of the study, from `loadStudyData`. */
  readonly dataset: Dataset;
  /** The CPU, where the settings and the seed give the same bits on every machine. */
  readonly backend: Backend;
  /** The folder of the study's trials. */
  readonly root: string;
  /** The trial's folder in it. */
  readonly name: string;
  /** Aborts training after a checkpoint. */
  readonly signal: AbortSignal;
  /** Called after each epoch, also for the epochs that an earlier attempt trained. */
  readonly onEpoch: (metrics: EpochMetrics) => void;
}

/** How the training of a trial ended. */
export interface TrialResult {
  readonly end: 'finished' | 'stopped';
  /** The best epoch by the setting `select`; undefined if no epoch had a finite loss. */
  readonly best: EpochMetrics | undefined;
}

/**
 * The training split of a study, the same for all its trials.
 * @throws CoutureError of kind `data` when the images are not those of the study
 */
export async function loadStudyData(
  platform: Pick<RunPlatform, 'loadSplit'>,
  data: DatasetInfo,
  options: RunDataOptions,
): Promise<Dataset> {
  const dataset = await platform.loadSplit(data, 'train', options);
  await requireSameImages(data, dataset, 'the study');
  return dataset;
}

/** Trains a trial. Several may use one backend, one after the other. */
export async function trainTrial(platform: RunPlatform, order: TrialOrder): Promise<TrialResult> {
  const { config, dataset, backend, signal } = order;
  checkTrainable(config, dataset);
  const run = await openTrial(platform, order, describeEnvironment(platform.describeMachine(), backend.info));
  try {
    const resume = await run.loadState();
    for (const metrics of resume?.history ?? []) order.onEpoch(metrics);
    const events = train(run.config, { backend, dataset, signal, ...(resume && { resume }) });
    for await (const event of events) {
      await run.consume(event);
      if (event.type === 'epoch') order.onEpoch(event.metrics);
      if (event.type !== 'done') continue;
      const end = event.reason === 'interrupted' ? 'stopped' : 'finished';
      return { end, best: event.history.find(({ epoch }) => epoch === bestOf(event.history, config)) };
    }
    throw new CoutureError('runtime', 'Training ended without a result.');
  } finally {
    await run.close();
  }
}

function bestOf(history: readonly EpochMetrics[], { settings }: RunConfig): number | undefined {
  return bestEpoch(history, settings.select)?.epoch;
}

/**
 * The trial's run, new or from an earlier attempt, locked. A run of other settings was left by another study of that name,
 * and is replaced.
 */
async function openTrial(
  platform: RunPlatform,
  { config, root, name }: TrialOrder,
  env: ReturnType<typeof describeEnvironment>,
): Promise<Run> {
  const path = platform.store.paths.join(root, name);
  const begun = await platform.store.kind(platform.store.paths.join(path, 'config.json'));
  if (begun === undefined) return await createRun(platform, { config, env, root, name });
  const run = await openRun(platform, path);
  await lockSoon(run);
  if (canonicalJson(run.config) === canonicalJson(config)) return run;
  await run.close();
  return await createRun(platform, { config, env, root, name, overwrite: true });
}

/** The process of an earlier attempt ends when it notices that its study is gone, which takes a moment. */
async function lockSoon(run: Run): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await run.lock();
      return;
    } catch (error) {
      if (tries >= LOCK_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
  }
}
