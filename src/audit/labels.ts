/**
 * Finds labels that are probably wrong, by models that did not train on the image.
 *
 * The training images are divided into folds. A model that was trained on the other folds judges each fold,
 * and the mean of all these models judges the test images. A label is suspect if both conditions hold:
 *
 * 1. Confident learning (C. Northcutt, L. Jiang, I. Chuang, JAIR 2021): another class is as probable as it is on
 *    average for images that do have its label. The threshold is per class, so a class with low confidence, like
 *    shirts, does not get too many suspects, and the classes need not be balanced.
 * 2. The model gives the label itself less than 2%. The first rule alone suspects 2,500 of Fashion-MNIST's 70,000
 *    labels, most of them mistakes of the model. With 3% of the labels changed at random, it finds 75% of those at
 *    a precision of 36%; both rules together find 70% at 80%.
 *
 * A suspect is a label to check by eye. The models can be wrong: an unusual image of its class is also
 * suspect, and an error in more than one of fifty images of a class is learned as correct.
 */

import { aFunction, aNumber, aSignal, checkArguments, exactly, optional } from '../core/arguments.ts';
import { countUp } from '../core/count-up.ts';
import { CoutureError } from '../core/errors.ts';
import { fork, type Key, keyFromSeed, shuffledIndices } from '../core/philox.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { type Dataset, selectImages } from '../data/dataset.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import type { TensorMap } from '../model/network.ts';
import { aConfig } from '../train/argument-kinds.ts';
import type { TrainEvent } from '../train/events.ts';
import { lossAndCorrect } from '../train/metrics.ts';
import type { RunConfig } from '../train/settings.ts';
import { train as runTraining } from '../train/train.ts';
import { Classifier } from '../use/classifier.ts';
import { someDuplicates } from './argument-kinds.ts';
import type { Duplicates, LabelAudit, Suspect } from './audit.ts';

/** A label that is suspect has a lower out-of-fold probability. */
export const LABEL_THRESHOLD = 0.02;

/** Models and data for `auditLabels`. */
export interface AuditLabelsOptions {
  readonly backend: Backend;
  readonly train: Dataset;
  readonly test: Dataset;
  /** Config of the model of each fold, which holds out its own validation images from the other folds. */
  readonly config: RunConfig;
  readonly folds: number;
  /** A suspect label has a lower out-of-fold probability than this. */
  readonly threshold?: number;
  /**
   * Copies in the training split go into one fold, so that no model judges an image whose copy it has seen.
   */
  readonly duplicates?: Duplicates;
  readonly signal?: AbortSignal | undefined;
  /** Events of the training of a fold, counted from 1. */
  readonly onEvent?: ((fold: number, event: TrainEvent) => void) | undefined;
}

const wanted = exactly({
  backend: aBackend,
  train: aDataset,
  test: aDataset,
  config: aConfig,
  folds: aNumber,
  threshold: optional(aNumber),
  duplicates: optional(someDuplicates),
  signal: optional(aSignal),
  onEvent: optional(aFunction),
});

/**
 * Trains a model for each fold and finds the labels that are probably wrong. The same images, config and
 * folds give the same suspects.
 * @throws CoutureError of kind `usage` for an invalid number of folds, `interrupted` when the signal aborts,
 * otherwise like `train`
 */
export async function auditLabels(options: AuditLabelsOptions): Promise<LabelAudit> {
  checkArguments('auditLabels', { options: [options, wanted] });
  const { train, test, config, folds, threshold = LABEL_THRESHOLD } = options;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= train.length))
    throw new CoutureError('usage', `${train.length} training images are too few for ${folds} folds.`);
  const judged = await judgeOutOfFold(options);
  const classes = train.info.classNames.length;
  const labels = { train: train.labels, test: test.labels };
  const score = (split: Dataset['split']) => {
    const { loss, correct } = lossAndCorrect(judged[split], labels[split], classes);
    return { loss, accuracy: correct / labels[split].length };
  };
  const suspects = (['train', 'test'] as const).flatMap((split) =>
    findSuspects(judged[split], labels[split], classes, threshold).map((suspect) => ({ split, ...suspect })),
  );
  const { epochs, seed } = config.settings;
  return {
    threshold,
    recipe: config.recipe,
    folds,
    epochs,
    seed,
    outOfFold: { train: score('train'), test: score('test') },
    suspects: suspects.sort((a, b) => b.loss - a.loss),
  };
}

/** Log-probabilities [images, classes] of both splits by models that did not train on the images. */
async function judgeOutOfFold(options: AuditLabelsOptions): Promise<Record<Dataset['split'], Float32Array>> {
  const { backend, train, test, config, folds, duplicates, signal, onEvent } = options;
  const { classNames, shape, preprocessing } = train.info;
  const input = { shape, pixels: preprocessing.pixels };
  const foldOf = dealFolds(train.length, folds, duplicates, keyFromSeed(config.settings.seed));
  const ofTrain = new Float32Array(train.length * classNames.length);
  const ofTest: Float32Array[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const held = indicesWhere(foldOf, (own) => own === fold);
    const rest = indicesWhere(foldOf, (own) => own !== fold);
    const weights = await trainOn(selectImages(train, rest), options, (event) => onEvent?.(fold + 1, event));
    const model = new Classifier({ spec: config.model, input, classNames, weights, backend, shared: true });
    try {
      const ofHeld = await model.logProbabilities(train.images, { indices: held, signal });
      held.forEach((image, i) => {
        const row = ofHeld.subarray(i * classNames.length, (i + 1) * classNames.length);
        ofTrain.set(row, image * classNames.length);
      });
      ofTest.push(await model.logProbabilities(test.images, { signal }));
    } finally {
      await model.dispose();
    }
  }
  return { train: ofTrain, test: logMeanExp(ofTest) };
}

/**
 * The images of one split whose label is suspect, in their order.
 * @param logProbabilities out-of-fold, [labels.length, classes]
 */
export function findSuspects(
  logProbabilities: Float32Array,
  labels: Uint16Array,
  classes: number,
  threshold = LABEL_THRESHOLD,
): Omit<Suspect, 'split'>[] {
  const bars = meanSelfConfidence(logProbabilities, labels, classes);
  const suspects: Omit<Suspect, 'split'>[] = [];
  labels.forEach((label, index) => {
    const row = logProbabilities.subarray(index * classes, (index + 1) * classes);
    const labelProbability = Math.exp(row[label]);
    if (labelProbability >= threshold) return;
    let suggested: number | undefined;
    for (let other = 0; other < classes; other++) {
      const isConfident = other !== label && Math.exp(row[other]) >= bars[other];
      if (isConfident && (suggested === undefined || row[other] > row[suggested])) suggested = other;
    }
    if (suggested === undefined) return;
    const suggestedProbability = Math.min(1, Math.exp(row[suggested]));
    suspects.push({ index, label, suggested, labelProbability, suggestedProbability, loss: -row[label] });
  });
  return suspects;
}

/**
 * Mean probability of each class over the images with its label; NaN, which no value reaches, without any.
 */
function meanSelfConfidence(logProbabilities: Float32Array, labels: Uint16Array, classes: number): number[] {
  const sums = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes).fill(0);
  labels.forEach((label, i) => {
    sums[label] += Math.exp(logProbabilities[i * classes + label]);
    counts[label] += 1;
  });
  return sums.map((sum, label) => sum / counts[label]);
}

/** The weights of the best epoch (see `bestEpoch`) of a training on `dataset`. */
async function trainOn(
  dataset: Dataset,
  { backend, config, signal }: AuditLabelsOptions,
  onEvent: (event: TrainEvent) => void,
): Promise<TensorMap> {
  let best: TensorMap | undefined;
  for await (const event of runTraining(config, { backend, dataset, ...(signal && { signal }) })) {
    onEvent(event);
    if (event.type === 'epoch' && event.isBest) best = event.parameters;
    if (event.type === 'done' && event.reason === 'interrupted')
      throw new CoutureError('interrupted', 'Stopped before every fold was done.');
  }
  if (best === undefined) throw new CoutureError('runtime', 'No epoch had a finite validation loss.');
  return best;
}

/** The fold of each training image: copies share one, otherwise it is drawn at random. */
function dealFolds(length: number, folds: number, duplicates: Duplicates | undefined, key: Key): Uint32Array {
  const parents = countUp(length);
  const rootOf = (image: number): number => {
    let root = image;
    while (parents[root] !== root) root = parents[root];
    return root;
  };
  const groups = [
    ...(duplicates?.exact ?? []),
    ...(duplicates?.near.map(({ first, second }) => [first, second]) ?? []),
  ];
  for (const group of groups) {
    const [first, ...rest] = group.filter(({ split }) => split === 'train');
    for (const { index } of rest) parents[rootOf(index)] = rootOf(first.index);
  }
  const sizes = new Array<number>(folds).fill(0);
  const foldOfRoot = new Map<number, number>();
  const foldOf = new Uint32Array(length);
  for (const image of shuffledIndices(length, fork(key, 'folds'))) {
    const root = rootOf(image);
    const fold = foldOfRoot.get(root) ?? sizes.indexOf(Math.min(...sizes));
    foldOfRoot.set(root, fold);
    foldOf[image] = fold;
    sizes[fold] += 1;
  }
  return foldOf;
}

function indicesWhere(folds: Uint32Array, wanted: (fold: number) => boolean): Uint32Array {
  return Uint32Array.from([...folds.keys()].filter((index) => wanted(folds[index])));
}

/** The logarithm of the mean of probabilities that are given as logarithms, element by element. */
function logMeanExp(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, i) => {
    const values = rows.map((row) => row[i]);
    const largest = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
    return largest + Math.log(sum / rows.length);
  });
}
