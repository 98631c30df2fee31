/** Packs finished runs, and networks of other model files, into one file with a card. */

import { CoutureError } from '../core/errors.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { type Dataset, selectImages } from '../data/dataset.ts';
import { findDataset } from '../data/registry.ts';
import { splitOf } from '../data/split.ts';
import { fitTemperature } from '../inspect/temperature.ts';
import type { Network } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import { cardLine, type Figures, MAX_MEMBERS, type ModelCard, titleSchema } from '../ship/card.ts';
import { foldBatchNorm } from '../ship/fold.ts';
import { encodeModel, type ModelFile } from '../ship/model-file.ts';
import { type Precision, restoreParameters, storeParameters } from '../ship/precision.ts';
import { Ensemble } from '../use/ensemble.ts';
import { plainView, type ViewOptions } from '../use/views.ts';
import { figuresOf } from './card-figures.ts';
import { describeImages } from './describe-images.ts';
import { checkOutput } from './output.ts';
import { openSources, type PackSource } from './pack-sources.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { requireSameImages } from './run-data.ts';
import { MODEL_ENDING } from './shipped.ts';

/** The measurements of `packRuns`, in order; the first only if the runs held out the same images. */
export type PackStage = 'validation' | 'test';

/** Options of packing. */
export interface PackOptions extends EngineOptions, RunDataOptions {
  /** Storage format of matrices; float32 by default. */
  readonly precision?: Precision | undefined;
  /** Views of an image; by default only the image itself. */
  readonly views?: ViewOptions | undefined;
  /** Fit the temperature on the common validation images of the runs; default false. */
  readonly calibrate?: boolean | undefined;
  /** Fold BatchNorm1d into the Linear before it; default true. */
  readonly fold?: boolean | undefined;
  /** One line; made from the networks and the data set by default. */
  readonly title?: string | undefined;
  /** Called with the finished share of a stage, 0 to 1. */
  readonly onProgress?: ((stage: PackStage, share: number) => void) | undefined;
}

/** The written model file. */
export interface WrittenModel {
  readonly path: string;
  readonly bytes: number;
  readonly model: ModelFile;
}

/** The predictions of the networks for some images, before any temperature. */
interface Judged {
  readonly images: Dataset;
  /** All images of the file of the split. */
  readonly whole: Dataset;
  readonly logProbabilities: Float32Array;
}

/**
 * Packs the best weights of runs of the same data: the network of one run, or an ensemble of several.
 * Networks of model files may be added, without their views and temperature. The figures of the card are
 * measured with the weights as stored in the file. The file is written whole or not at all.
 * @param out the file to write; its name must end in .safetensors
 * @throws CoutureError of kind `usage` when runs and files do not match, a run is unfinished, or `calibrate`
 * is set and they held out different images; `data` when files are damaged; `interrupted` when `signal`
 * aborts
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
  await checkOutput(
    platform,
    out,
    sources.map(({ path }) => path),
  );
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
    const validation = held && figuresOf(held.images, held.logProbabilities, temperature);
    const card: ModelCard = {
      title: options.title ?? cardLine(defaultTitle(members, data.name)),
      couture: COUTURE_VERSION,
      split,
      folded: sources.some(({ folded }) => folded) || members.some((member, i) => member !== trained[i]),
      members: sources.flatMap((source) => source.members),
      validation,
      calibration:
        held && validation && options.calibrate
          ? {
              before: confidenceOf(figuresOf(held.images, held.logProbabilities, 1)),
              after: confidenceOf(validation),
            }
          : null,
      test: figuresOf(tested.images, tested.logProbabilities, temperature),
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

/** The common split of the validation images; null if they differ. */
function commonSplit([first, ...others]: readonly PackSource[]): ModelCard['split'] {
  return others.every(({ split }) => JSON.stringify(split) === JSON.stringify(first.split))
    ? first.split
    : null;
}

/** A network with its weights as read back from the file. */
function asKept(network: Network, precision: Precision): Network {
  const { parameters } = planModel(network.spec);
  const stored = storeParameters(parameters, network.weights, precision);
  return {
    ...network,
    weights: restoreParameters(parameters, stored, precision, { file: 'the packed model' }),
  };
}

/** Applies the networks to the test images, or to the validation images of a split. */
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

const confidenceOf = ({ loss, ece }: Figures): Pick<Figures, 'loss' | 'ece'> => ({ loss, ece });

/** `Fashion-MNIST by an ensemble of 5 networks` */
function defaultTitle(members: readonly Network[], dataset: string): string {
  const set = findDataset(dataset)?.title.split(':')[0] ?? dataset;
  if (members.length > 1) return `${set} by an ensemble of ${members.length} networks`;
  const { layers } = planModel(members[0].spec);
  return `${set} by a network of ${[layers[0].in, ...layers.map((layer) => layer.out)].join('-')}`;
}
