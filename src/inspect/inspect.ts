/** Computes the whole inspection of a finished run. */

import {
  aBoolean,
  aFunction,
  aMap,
  aNumber,
  aSignal,
  aString,
  checkArguments,
  exactly,
  type FieldsOf,
  optional,
  partOf,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import { imageSize } from '../data/image-shape.ts';
import { splitOf } from '../data/split.ts';
import type { TensorMap } from '../model/network.ts';
import { aConfig, aHistory } from '../train/argument-kinds.ts';
import type { EpochMetrics } from '../train/events.ts';
import { publishedAccuracy } from '../train/published.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Classifier } from '../use/classifier.ts';
import { unitActivity } from './activity.ts';
import { augmentationExamples } from './augmentation.ts';
import { classIntervals, confusedPairs } from './class-intervals.ts';
import { calibrate, rejectionCurve } from './confidence.ts';
import { datasetOverview } from './dataset-overview.ts';
import { favoredClasses, firstLayer } from './first-layer.ts';
import type { Inspection, PredictedImage, ProjectedPoints, Saliency } from './inspection.ts';
import { mapImages } from './maps.ts';
import { evaluateLogProbabilities } from './metrics.ts';
import { firstImages, imagesBehindCells, rightWithDoubt, topLosses } from './picks.ts';
import { type Predictions, readPredictions } from './predictions.ts';
import { explainPrediction } from './saliency.ts';
import { describeTraining } from './training.ts';

/** How much is shown. */
export interface InspectOptions {
  /** Sample images of each class. */
  readonly samplesPerClass: number;
  /** Confused pairs of classes. */
  readonly pairs: number;
  readonly topLosses: number;
  /** Images on the page of predictions. */
  readonly examples: number;
  /** Images kept for each cell of the confusion matrix. */
  readonly imagesPerCell: number;
  /** Test images on the maps, drawn by the run's seed; all if there are no more. */
  readonly mapPoints: number;
  /** Whether to make the UMAP map, which takes by far the longest. */
  readonly umap: boolean;
  /**
   * Number of correct predictions to explain, of the first classes; the worst wrong one is explained as well.
   */
  readonly explained: number;
}

const DEFAULTS: InspectOptions = {
  samplesPerClass: 8,
  pairs: 10,
  topLosses: 24,
  examples: 24,
  imagesPerCell: 12,
  mapPoints: 2000,
  umap: true,
  explained: 5,
};

/** Largest number of images of cells, for any number of classes. */
const MOST_CELL_IMAGES = 12_000;
/**
 * Largest size of one kind of images in an inspection, such as those on the map: of large images there are
 * fewer.
 */
const MOST_BYTES = 64_000_000;

/** Number of images of a data set that fit into this size. */
function fitting({ info }: Dataset): number {
  return Math.max(1, Math.floor(MOST_BYTES / imageSize(info.shape)));
}

/** The parts of the work, in their order. */
export const inspectStages = ['data', 'predicting', 'activity', 'saliency', 'map'] as const;

/** The progress of `inspectModel`. */
export interface InspectProgress {
  readonly stage: (typeof inspectStages)[number];
  /** Share of the stage that is done, 0 to 1. */
  readonly done: number;
}

/** A finished run with its data and its network. */
export interface InspectRequest {
  /** The run's name. */
  readonly run: string;
  readonly config: RunConfig;
  /** The training file of the data set, from which the share of the config is held out, and the test file. */
  readonly train: Dataset;
  readonly test: Dataset;
  readonly history: readonly EpochMetrics[];
  /** The network with `weights`. */
  readonly classifier: Pick<Classifier, 'logProbabilities' | 'activations' | 'inputGradients'>;
  readonly weights: TensorMap;
  readonly options?: Partial<InspectOptions> | undefined;
  readonly onProgress?: ((progress: InspectProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const inspectOptions: FieldsOf<InspectOptions> = {
  ...{ samplesPerClass: aNumber, pairs: aNumber, topLosses: aNumber, examples: aNumber },
  ...{ imagesPerCell: aNumber, mapPoints: aNumber, umap: aBoolean, explained: aNumber },
};
const inspectRequest = exactly({
  run: aString,
  config: aConfig,
  train: aDataset,
  test: aDataset,
  history: aHistory,
  classifier: record({ logProbabilities: aFunction, activations: aFunction, inputGradients: aFunction }),
  weights: aMap,
  options: partOf(inspectOptions),
  onProgress: optional(aFunction),
  signal: optional(aSignal),
});

/**
 * Inspects a finished run on the test split. The same run on the same data gives the same inspection.
 * @throws CoutureError of kind `usage` when data and network do not match, `runtime` when the results are not
 * finite, `interrupted` when `signal` aborts
 */
export async function inspectModel(request: InspectRequest): Promise<Inspection> {
  checkArguments('inspectModel', { request: [request, inspectRequest] });
  const { run, config, train, test, history, classifier, weights, onProgress, signal } = request;
  const options: InspectOptions = { ...DEFAULTS, ...request.options };
  const spec = config.model;
  const progress = (stage: InspectProgress['stage']) => (done: number) => {
    if (signal?.aborted) throw new CoutureError('interrupted', 'Stopped before the run was inspected.');
    onProgress?.({ stage, done });
  };

  progress('data')(0);
  const training = describeTraining(run, history, config.settings.select);
  const split = splitOf(config.settings, train.length);
  const perClass = Math.floor(fitting(train) / train.info.classNames.length);
  const samplesPerClass = Math.max(1, Math.min(options.samplesPerClass, perClass));
  const data = datasetOverview(train, test, split, { samplesPerClass });
  const augmentation = augmentationExamples(train, split.train, config);
  progress('data')(1);

  progress('predicting')(0);
  const logProbabilities = await classifier.logProbabilities(test.images, { signal });
  const evaluation = evaluateLogProbabilities(logProbabilities, test.labels, test.info.classNames);
  const predictions = readPredictions(test, logProbabilities);
  const worst = topLosses(predictions, options.topLosses);
  progress('predicting')(1);

  const favored = await favoredClasses(classifier, spec, test, signal);
  const activity = await unitActivity(classifier, spec, test, { onProgress: progress('activity'), signal });
  const explained = [...rightWithDoubt(predictions).slice(0, options.explained), ...worst.slice(0, 1)];
  const saliency = await explainAll(request, explained, progress('saliency'));
  const maps = await drawMaps(request, predictions, options, progress('map'));

  return {
    run,
    recipe: config.recipe ?? undefined,
    published: publishedAccuracy(config),
    seed: config.settings.seed,
    spec,
    data,
    augmentation,
    training,
    evaluation,
    predictions: {
      labels: test.labels,
      predicted: predictions.predicted,
      confidence: Float32Array.from(predictions.confidence),
    },
    classes: classIntervals(evaluation.perClass, evaluation.confusion),
    pairs: confusedPairs(evaluation.confusion, options.pairs),
    topLosses: worst,
    examples: firstImages(predictions, options.examples),
    cells: imagesBehindCells(predictions, {
      perCell: options.imagesPerCell,
      total: Math.min(MOST_CELL_IMAGES, fitting(test)),
    }),
    calibration: calibrate(predictions),
    rejection: rejectionCurve(predictions),
    firstLayer: firstLayer(spec, weights, test.info.shape, favored),
    activity,
    ...maps,
    saliency,
  };
}

async function explainAll(
  { classifier, test, signal }: InspectRequest,
  images: readonly PredictedImage[],
  onProgress: (done: number) => void,
): Promise<Saliency[]> {
  const saliency: Saliency[] = [];
  for (const image of images) {
    onProgress(saliency.length / images.length);
    saliency.push(await explainPrediction(classifier, image, test.info.shape, { signal }));
  }
  onProgress(1);
  return saliency;
}

/** Both maps of the test images, and their pixels. */
async function drawMaps(
  { config, classifier, test, signal }: InspectRequest,
  { predicted }: Predictions,
  options: InspectOptions,
  onProgress: (done: number) => void,
): Promise<Pick<Inspection, 'map' | 'neighborMap' | 'mapImages'>> {
  onProgress(0);
  const { model: spec, settings } = config;
  const shared = { classifier, spec, dataset: test, predicted, seed: settings.seed, signal };
  const most = Math.min(options.mapPoints, fitting(test));
  const map = (await mapImages({ ...shared, most, method: 'pca' })) as ProjectedPoints;
  const neighborMap = options.umap
    ? await mapImages({ ...shared, most, method: 'umap', onProgress })
    : undefined;
  onProgress(1);

  const size = imageSize(test.info.shape);
  const images = new Uint8Array(map.indices.length * size);
  map.indices.forEach((index, i) => {
    images.set(imageAt(test, index), i * size);
  });
  return { map, mapImages: images, ...(neighborMap && { neighborMap }) };
}
