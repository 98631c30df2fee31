/** A trained run asked again, over a whole split. */

import type { Dataset } from '../../data/dataset.ts';
import { splitOf } from '../../data/split.ts';
import { type AuditedAccuracy, accuracyWithout } from '../../inspect/audit-summary.ts';
import { type Evaluation, evaluateLogProbabilities } from '../../inspect/metrics.ts';
import { predictedClasses } from '../../train/metrics.ts';
import type { Classifier } from '../../use/classifier.ts';
import { usableAudit } from './audit.ts';
import { type LoadOptions, load } from './load.ts';
import { loadSplit, type RunDataOptions, requireSameData } from './run-data.ts';
import { openRun, type Run } from './run-folder.ts';

/** What a run scores on a split, and with which weights. */
export interface RunEvaluation extends Evaluation {
  readonly split: 'val' | 'test';
  readonly weights: 'best' | 'last';
  /** Wall time of the inference, seconds. */
  readonly seconds: number;
  /** On the test split of data that has been audited: the accuracy also without what the audit found. */
  readonly audited?: AuditedAccuracy;
}

/** Where `evaluateRun` finds things. */
export interface EvaluateOptions extends LoadOptions, RunDataOptions {}

/** Evaluates a run on the test split or on the validation images that it held out. */
export async function evaluateRun(
  run: Run | string,
  split: 'val' | 'test',
  options: EvaluateOptions = {},
): Promise<RunEvaluation> {
  const opened = typeof run === 'string' ? await openRun(run) : run;
  const dataset = await loadSplit(opened.config, split === 'val' ? 'train' : 'test', options);
  await requireSameData(opened, dataset);
  const model = await load(opened, options);
  try {
    const indices =
      split === 'val'
        ? splitOf(opened.config.settings, dataset.length).validation
        : Uint32Array.from({ length: dataset.length }, (_, i) => i);
    const { signal, weights = 'best' } = options;
    const start = performance.now();
    const logProbabilities = await model.logProbabilities(dataset.images, { indices, signal });
    const seconds = (performance.now() - start) / 1000;
    const labels = Uint8Array.from(indices, (index) => dataset.labels[index]);
    const evaluation = evaluateLogProbabilities(logProbabilities, labels, dataset.classNames);
    const audited = split === 'test' ? await audit(opened, logProbabilities, labels, options) : undefined;
    return { split, weights, seconds, ...evaluation, ...(audited && { audited }) };
  } finally {
    await model.dispose();
  }
}

/** The accuracy also without what an audit found, where there is one. */
async function audit(
  run: Run,
  logProbabilities: Float32Array,
  labels: Uint8Array,
  { onData }: EvaluateOptions,
): Promise<AuditedAccuracy | undefined> {
  const found = await usableAudit(run, onData);
  if (found === undefined) return undefined;
  return accuracyWithout(found, predictedClasses(logProbabilities, found.classNames.length), labels);
}

/** The figures of a classifier on some images of a data set. */
export async function evaluateOn(
  model: Classifier,
  dataset: Dataset,
  indices: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const logProbabilities = await model.logProbabilities(dataset.images, { indices, signal });
  const labels = Uint8Array.from(indices, (index) => dataset.labels[index]);
  return evaluateLogProbabilities(logProbabilities, labels, dataset.classNames);
}
