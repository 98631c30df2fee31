/** Finished runs, and networks of other model files, packed into one, with the card that says what they are worth together. */

import { CoutureError } from '../core/errors.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { type Dataset, selectImages } from '../data/dataset.ts';
import { findDataset } from '../data/registry.ts';
import { splitOf } from '../data/split.ts';
import { confusedPairs } from '../inspect/class-intervals.ts';
import { calibrate, confidencesOf } from '../inspect/confidence.ts';
import { evaluateLogProbabilities } from '../inspect/metrics.ts';
import { fitTemperature } from '../inspect/temperature.ts';
import type { Network } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import { type Figures, MAX_MEMBERS, type ModelCard, titleSchema } from '../ship/card.ts';
import { foldBatchNorm } from '../ship/fold.ts';
import { encodeModel, type ModelFile } from '../ship/model-file.ts';
import { type Precision, restoreParameters, storeParameters } from '../ship/precision.ts';
import { Ensemble } from '../use/ensemble.ts';
import { temper } from '../use/mixture.ts';
import { plainView, type ViewOptions } from '../use/views.ts';
import { describeImages } from './describe-images.ts';
import { checkOutput } from './output.ts';
import { openSources, type PackSource } from './pack-sources.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { requireSameImages } from './run-data.ts';
import { MODEL_ENDING } from './shipped.ts';

/** What `packRuns` measures on, in this order; the first only where the runs held out the same images. */
export type PackStage = 'validation' | 'test';

/** How runs are packed, where data is found, and who watches. */
export interface PackOptions extends EngineOptions, RunDataOptions {
  /** How matrices are kept; float32 by default. */
  readonly precision?: Precision | undefined;
  /** Views of an image; the image as it is by default. */
  readonly views?: ViewOptions | undefined;
  /** Fit the temperature on the validation images that the runs have in common; default false. */
  readonly calibrate?: boolean | undefined;
  /** Fold BatchNorm1d into the Linear before it; default true. */
  readonly fold?: boolean | undefined;
  /** One line; made from the networks and the data set by default. */
  readonly title?: string | undefined;
  /** Told which share of a stage is done, 0 to 1. */
  readonly onProgress?: ((stage: PackStage, share: number) => void) | undefined;
}

/** A model file as it was written. */
export interface WrittenModel {
  readonly path: string;
  readonly bytes: number;
  readonly model: ModelFile;
}

/** What the networks say of some images, before any temperature. */
interface Judged {
  readonly images: Dataset;
  /** All images of the split's file, of which these are some. */
  readonly whole: Dataset;
  readonly logProbabilities: Float32Array;
}

/**
 * Packs the best weights of runs of the same data: of one run its network, of several an ensemble, which the networks of model
 * files may join, as these have them, without their views and temperature. What is measured for the card is measured with
 * the weights as the file keeps them. The file is written whole or not at all.
 * @param out where to; the name ends in .safetensors
 * @throws CoutureError of kind `usage` when runs and files do not go together, or a run is not finished, or when `calibrate`
 *   is asked for and they held out different images; `data` when files are damaged; `interrupted` when `signal` aborts
 */
export async function packRuns(
  platform: RunPlatform,
  runs: readonly (Run | string)[],
  out: string,
  options: PackOptions = {},
): Promise<WrittenModel> {
  const { store } = platform;
  const { precision = 'float32', views = plainView, fold = true } = options;
  checkRequest(runs, out, options.title);
  const sources = await openSources(platform, runs, precision);
  const split = commonSplit(sources);
  if (options.calibrate && split === null) {
    throw new CoutureError(
      'usage',
      'No temperature can be fitted: the runs held out different images, so no images are held out by all of them.',
      { hint: 'Train them with the same --split-seed, or leave out --calibrate.' },
    );
  }
  const trained = sources.flatMap(({ networks }) => networks);
  if (trained.length > MAX_MEMBERS) {
    throw new CoutureError(
      'usage',
      `A model can have at most ${MAX_MEMBERS} networks, but these are ${trained.length}.`,
    );
  }
  await checkOutput(platform, out);
  const members = fold ? trained.map(foldBatchNorm) : trained;
  const [first] = sources;
  const { data } = first;
  const kept = members.map((member) => asKept(member, precision));
  const backend = await platform.createBackend({ backend: options.backend, threads: options.threads });
  try {
    const ensemble = new Ensemble({
      members: kept,
      classNames: data.classNames,
      views,
      backend,
      shared: true,
    });
    const held = split && (await judge(platform, ensemble, first, split, options));
    const temperature = held && options.calibrate ? fitOn(held) : 1;
    const tested = await judge(platform, ensemble, first, null, options);
    const validation = held && figuresAt(held, temperature);
    const card: ModelCard = {
      title: options.title ?? defaultTitle(members, data.name),
      couture: COUTURE_VERSION,
      split,
      folded: sources.some(({ folded }) => folded) || members.some((member, i) => member !== trained[i]),
      members: sources.flatMap((source) => source.members),
      validation,
      calibration:
        held && validation && options.calibrate
          ? { before: confidenceOf(figuresAt(held, 1)), after: confidenceOf(validation) }
          : null,
      test: figuresAt(tested, temperature),
    };
    const unlike = held && split && describeImages(held.whole, split);
    const model: ModelFile = {
      data,
      temperature,
      views,
      precision,
      card,
      members,
      ...(unlike && { unlike }),
    };
    const bytes = await encodeModel(model);
    await store.write(out, bytes);
    return { path: out, bytes: bytes.length, model: { ...model, members: kept } };
  } finally {
    await backend.dispose();
  }
}

function checkRequest(runs: readonly unknown[], out: string, title: string | undefined): void {
  if (!out.endsWith(MODEL_ENDING))
    throw new CoutureError(
      'usage',
      `The name of a model file must end in ${MODEL_ENDING}, but it is "${out}".`,
    );
  if (runs.length === 0) throw new CoutureError('usage', 'Give at least one run or model.');
  if (title !== undefined && !titleSchema.safeParse(title).success)
    throw new CoutureError('usage', 'The title must be one line of at most 200 characters.');
}

/** What all drew their held-out images by; null where they differ. */
function commonSplit([first, ...others]: readonly PackSource[]): ModelCard['split'] {
  return others.every(({ split }) => JSON.stringify(split) === JSON.stringify(first.split))
    ? first.split
    : null;
}

/** A network with its weights as the file will give them back. */
function asKept(network: Network, precision: Precision): Network {
  const { parameters } = planModel(network.spec);
  const stored = storeParameters(parameters, network.weights, precision);
  return {
    ...network,
    weights: restoreParameters(parameters, stored, precision, { file: 'the packed model' }),
  };
}

/** Asks the networks about the test images, or those held out by a split of the training images. */
async function judge(
  platform: RunPlatform,
  ensemble: Ensemble,
  { path, data }: PackSource,
  held: ModelCard['split'],
  options: PackOptions,
): Promise<Judged> {
  const stage = held === null ? 'test' : 'validation';
  const whole = await platform.loadSplit(data, held === null ? 'test' : 'train', options);
  await requireSameImages(data, whole, path);
  const images = held === null ? whole : selectImages(whole, splitOf(held, whole.length).validation);
  const logProbabilities = await ensemble.logProbabilities(images.images, {
    signal: options.signal,
    onProgress: (share) => options.onProgress?.(stage, share),
  });
  return { images, whole, logProbabilities };
}

function fitOn({ images, logProbabilities }: Judged): number {
  return fitTemperature(logProbabilities, images.labels, images.info.classNames.length);
}

function figuresAt({ images, logProbabilities }: Judged, temperature: number): Figures {
  const { labels, info } = images;
  const { classNames } = info;
  const tempered = temper(logProbabilities, classNames.length, temperature);
  const evaluation = evaluateLogProbabilities(tempered, labels, classNames);
  const { ece } = calibrate(confidencesOf(tempered, labels, classNames.length));
  return {
    images: evaluation.images,
    accuracy: evaluation.accuracy,
    interval: evaluation.interval,
    loss: Math.max(0, evaluation.loss),
    ece,
    perClass: [...evaluation.perClass],
    confused: confusedPairs(evaluation.confusion, 5).map(({ actual, predicted, count, share }) => ({
      actual: classNames[actual],
      predicted: classNames[predicted],
      count,
      share,
    })),
  };
}

const confidenceOf = ({ loss, ece }: Figures): Pick<Figures, 'loss' | 'ece'> => ({ loss, ece });

/** `Fashion-MNIST by an ensemble of 5 networks` */
function defaultTitle(members: readonly Network[], dataset: string): string {
  const set = findDataset(dataset)?.title.split(':')[0] ?? dataset;
  if (members.length > 1) return `${set} by an ensemble of ${members.length} networks`;
  const { layers } = planModel(members[0].spec);
  return `${set} by a network of ${[layers[0].in, ...layers.map((layer) => layer.out)].join('-')}`;
}
