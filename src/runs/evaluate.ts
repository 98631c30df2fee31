/** Evaluates a trained model on a whole split. */

import { type AuditedAccuracy, accuracyWithout } from '../audit/summary.ts';
import { countUp } from '../core/count-up.ts';
import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { relabel, requireShape } from '../data/relabel.ts';
import { splitOf } from '../data/split.ts';
import { calibrate, confidencesOf } from '../inspect/confidence.ts';
import { type Evaluation, evaluateLogProbabilities } from '../inspect/metrics.ts';
import { predictedClasses } from '../train/metrics.ts';
import type { ImageChoice } from '../use/predictor.ts';
import { usableAudit } from './audit.ts';
import type { WeightsChoice } from './check-weights.ts';
import { type FoundModel, findModel, modelOfRun } from './find-model.ts';
import { type LoadOptions, loadPredictor } from './load.ts';
import type { RunDataOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { requireSameImages } from './run-data.ts';
import { openRun } from './run-folder.ts';

/** The figures of a model on a split. */
export interface ModelEvaluation extends Evaluation {
  readonly split: 'val' | 'test';
  /** Expected calibration error over 15 bins. */
  readonly ece: number;
  /** Wall time of the inference, seconds. */
  readonly seconds: number;
  /** On the test split of audited data: also the accuracy without the findings of the audit. */
  readonly audited?: AuditedAccuracy;
}

/** The figures of a run on a split, and the weights used. */
export interface RunEvaluation extends ModelEvaluation {
  readonly weights: WeightsChoice;
}

/** Options of `evaluateRun`. */
export interface EvaluateOptions extends LoadOptions, RunDataOptions, Pick<ImageChoice, 'onProgress'> {
  /** Other labeled images to evaluate on, with class names of the model. */
  readonly other?: Dataset | undefined;
}

/** Evaluates a run on the test split or on the validation images that it held out. */
export async function evaluateRun(
  platform: RunPlatform,
  run: Run | string,
  split: 'val' | 'test',
  options: EvaluateOptions = {},
): Promise<RunEvaluation> {
  const opened = typeof run === 'string' ? await openRun(platform, run) : run;
  const { weights = 'best' } = options;
  return { weights, ...(await evaluateModel(platform, modelOfRun(opened), split, options)) };
}

/**
 * Evaluates a run, a model file or a shipped model on the test split or on the validation images of its runs.
 * @throws CoutureError of kind `usage` when there are no validation images: its runs held out different ones
 */
export async function evaluateModel(
  platform: RunPlatform,
  model: FoundModel | string,
  split: 'val' | 'test',
  options: EvaluateOptions = {},
): Promise<ModelEvaluation> {
  const found = typeof model === 'string' ? await findModel(platform, model) : model;
  if (split === 'val' && found.split === null) {
    throw new CoutureError(
      'usage',
      `${found.path} has no validation images: its runs held out different ones.`,
      {
        hint: 'Evaluate it on the test split.',
      },
    );
  }
  const { other } = options;
  const dataset =
    other === undefined ? await ownSplit(platform, found, split, options) : ofModel(other, found);
  const predictor = await loadPredictor(platform, found, options);
  try {
    const indices =
      other === undefined && split === 'val' && found.split !== null
        ? splitOf(found.split, dataset.length).validation
        : countUp(dataset.length);
    const { signal, onProgress } = options;
    const start = performance.now();
    const logProbabilities = await predictor.logProbabilities(dataset.images, {
      indices,
      signal,
      onProgress,
    });
    const seconds = (performance.now() - start) / 1000;
    const labels = Uint16Array.from(indices, (index) => dataset.labels[index]);
    const { classNames } = dataset.info;
    const evaluation = evaluateLogProbabilities(logProbabilities, labels, classNames);
    const audited =
      split === 'test' && other === undefined
        ? await audit(platform, found, logProbabilities, labels, options)
        : undefined;
    const { ece } = calibrate(confidencesOf(logProbabilities, labels, classNames.length));
    return { split, seconds, ...evaluation, ece, ...(audited && { audited }) };
  } finally {
    await predictor.dispose();
  }
}

async function ownSplit(
  platform: RunPlatform,
  { data, path }: FoundModel,
  split: 'val' | 'test',
  options: RunDataOptions,
): Promise<Dataset> {
  const dataset = await platform.loadSplit(data, split === 'val' ? 'train' : 'test', options);
  await requireSameImages(data, dataset, path);
  return dataset;
}

/** Other images, with the model's classes. */
function ofModel(dataset: Dataset, { data }: FoundModel): Dataset {
  requireShape(data, dataset);
  return relabel(dataset, data.classNames);
}

/** Also the accuracy without the findings of an audit, if there is one. */
async function audit(
  platform: RunPlatform,
  model: FoundModel,
  logProbabilities: Float32Array,
  labels: Uint16Array,
  { onData }: EvaluateOptions,
): Promise<AuditedAccuracy | undefined> {
  const found = await usableAudit(platform, model, onData);
  if (found === undefined) return undefined;
  return accuracyWithout(found, predictedClasses(logProbabilities, found.classNames.length), labels);
}
