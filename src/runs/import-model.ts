/** Imports a network that another program trained, as a model file. */

import { CoutureError } from '../core/errors.ts';
import { list, quoted } from '../core/format.ts';
import { inQuotes } from '../core/printable.ts';
import { sha256 } from '../core/sha256.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { describeShape, type ImageShape, imageSize } from '../data/image-shape.ts';
import type { Network } from '../model/network.ts';
import { classCount, inputWidth } from '../model/spec.ts';
import { type CardMember, cardCommand, cardLine, type Figures } from '../ship/card.ts';
import type { LayerWishes } from '../ship/imports/arrange.ts';
import { type ImportedNetwork, needsActivation, networksOf, normsToName } from '../ship/imports/networks.ts';
import { type ForeignTensors, readForeign } from '../ship/imports/read-foreign.ts';
import { encodeModel, type ModelFile } from '../ship/model-file.ts';
import { networkSha256 } from '../ship/network.ts';
import { Ensemble } from '../use/ensemble.ts';
import { plainView } from '../use/views.ts';
import { figuresOf } from './card-figures.ts';
import { dataOf, type ImportedImages } from './import-data.ts';
import { checkOutput } from './output.ts';
import type { WrittenModel } from './pack.ts';
import type { EngineOptions, RunPlatform } from './platform.ts';
import { MODEL_ENDING } from './shipped.ts';

const MAX_FILE_BYTES = 2 ** 30;
/** Files by which a folder is imported, such as one of Hugging Face. */
const WEIGHT_FILES = ['model.safetensors', 'pytorch_model.bin', 'model.pt'];

const WEIGHTS = /\.(safetensors|pt|pth|bin)$/i;
/** What the trainer of Hugging Face writes beside the weights. */
const STATE_OF_TRAINING = /^(optimizer|scheduler|scaler|rng_state\w*|training_args)\./i;

/** What a file of tensors may not say. A file that Couture exported says all of it. */
export interface ImportOptions extends LayerWishes, EngineOptions, ImportedImages {
  /** The key of the weights in a checkpoint that has several, such as `ema_state_dict`. */
  readonly key?: string | undefined;
  readonly title?: string | undefined;
  /** The command of the import, for the card. */
  readonly command?: string | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** An imported model. */
export interface ImportedModel extends WrittenModel {
  /** For each network, the names in the file of its modules, in their order. */
  readonly modules: readonly (readonly string[])[];
  /** Where the weights lie in a checkpoint, such as `model_state_dict`; empty if they are the whole file. */
  readonly key: string;
  /** Norms in front of a Linear, by their names in the file, that were folded into that Linear. */
  readonly folded: ImportedNetwork['folded'];
}

/**
 * Reads a file of PyTorch's tensors and writes a model file. Nothing in the file is executed.
 * @param path a safetensors file, a file of `torch.save`, or a folder with one
 * @param out the model file to write
 * @throws CoutureError of kind `usage` when something is missing that the file does not say, naming all of it; `data` when the
 *   file is damaged or holds no fully connected network
 */
export async function importModel(
  platform: RunPlatform,
  path: string,
  out: string,
  options: ImportOptions = {},
): Promise<ImportedModel> {
  if (!out.endsWith(MODEL_ENDING))
    throw new CoutureError(
      'usage',
      `The name of a model file must end in ${MODEL_ENDING}, but it is "${out}".`,
    );
  const { store } = platform;
  const file = await weightsFile(platform, path);
  const bytes = await store.read(file, MAX_FILE_BYTES);
  if (bytes === undefined) throw new CoutureError('usage', `There is no file "${file}".`);
  const foreign = await readForeign(bytes, file, options.key);
  const { description } = foreign;
  requireKnown(foreign, options, file);
  const data = await dataOf(platform, description, options, file);
  const imported = networksOf(foreign, options, file);
  const input = { shape: data.shape, pixels: data.preprocessing.pixels };
  const members = imported.map(({ spec, weights }) => ({ spec, weights, input }));
  for (const { spec } of members) checkFit(inputWidth(spec), classCount(spec), data, file);
  await checkOutput(platform, out, [file]);
  const views = description?.views ?? plainView;
  const temperature = description?.temperature ?? 1;
  const test = await measure(platform, { members, data, views, temperature }, options);
  const digest = await sha256(bytes);
  const name = store.paths.basename(file);
  const model: ModelFile = {
    ...{ data, temperature, views, precision: 'float32', members },
    card: {
      title: options.title ?? description?.title ?? cardLine(`${data.name} by ${name}`),
      couture: COUTURE_VERSION,
      split: null,
      folded: false,
      members: await Promise.all(
        members.map(async (member) => await memberOf(member, { name, digest }, options.command)),
      ),
      validation: null,
      calibration: null,
      test,
    },
  };
  const encoded = await encodeModel(model);
  await store.write(out, encoded);
  const folded = imported.flatMap((network) => network.folded);
  const modules = imported.map((network) => network.modules);
  return { path: out, bytes: encoded.length, model, modules, key: foreign.key, folded };
}

/** The file of tensors of a path, which may be a folder. */
async function weightsFile({ store }: RunPlatform, path: string): Promise<string> {
  const kind = await store.kind(path);
  if (kind === 'file') return path;
  if (kind === undefined)
    throw new CoutureError('usage', `There is no file or folder "${path}".`, {
      hint: 'Give a safetensors file, a .pt file, or a folder with one of them.',
    });
  const names = await store.list(path);
  const found = WEIGHT_FILES.find((name) => names.includes(name));
  const others = names.filter((name) => WEIGHTS.test(name) && !STATE_OF_TRAINING.test(name));
  if (found !== undefined && others.length > 1)
    throw new CoutureError(
      'usage',
      `The folder ${path} has several files of weights: ${list(others.sort().map(inQuotes), 8)}.`,
      { hint: 'Give the path of the file itself.' },
    );
  if (found !== undefined) return store.paths.join(path, found);
  throw new CoutureError('usage', `The folder ${path} has no ${WEIGHT_FILES.join(', ')}.`, {
    hint: 'Give the path of the file itself.',
  });
}

/** @throws CoutureError of kind `usage` naming everything at once that only the user can know */
function requireKnown(foreign: ForeignTensors, options: ImportOptions, file: string): void {
  const { key, layers, activation, dropout, norm, pixels, data, shape, classNames } = options;
  if (foreign.description !== undefined) {
    const images = { shape, classes: classNames, 'mean and --std': pixels };
    const given = { key, layers, activation, dropout, norm, ...images };
    refuseGiven(given, `${file} was exported by Couture and says this itself`);
    return;
  }
  if (layers !== undefined) refuseGiven({ activation, dropout }, '--layers names every layer');
  const missing: [what: string, flags: string][] = [];
  if (layers === undefined && activation === undefined && needsActivation(foreign, file))
    missing.push(['its activation', '--activation relu']);
  const unclear = normsToName(foreign, file);
  if (norm !== undefined && !unclear.some)
    refuseGiven({ norm }, `${file} has no norm without running statistics`);
  if (norm === undefined && unclear.names.length > 0)
    missing.push([
      `whether ${list(unclear.names.map(inQuotes), 4)} ${unclear.names.length === 1 ? 'is' : 'are'} LayerNorm`,
      '--norm layer (a GroupNorm, or a BatchNorm1d without running statistics, cannot be imported)',
    ]);
  if (pixels === undefined)
    missing.push(['how pixels become numbers', '--mean 0.5 --std 0.5 (0 and 1 for ToTensor alone)']);
  if (data === undefined && (shape === undefined || classNames === undefined))
    missing.push([
      'its images and classes',
      '--data SET or --shape 28x28 --classes NAME,NAME,… (or --classes-file FILE)',
    ]);
  if (missing.length === 0) return;
  throw new CoutureError('usage', `${file} does not say ${list(missing.map(([what]) => what))}.`, {
    hint: `Add ${missing.map(([, flags]) => flags).join(', ')}.`,
  });
}

/** @throws CoutureError of kind `usage` for flags that would have no effect */
function refuseGiven(flags: Readonly<Record<string, unknown>>, why: string): void {
  const given = Object.keys(flags).filter((name) => flags[name] !== undefined);
  if (given.length === 0) return;
  const names = list(given.map((name) => `--${name}`));
  throw new CoutureError('usage', `${names} cannot be used: ${why}.`, { hint: `Leave out ${names}.` });
}

function checkFit(
  inputs: number,
  classes: number,
  { shape, classNames, name }: DatasetInfo,
  file: string,
): void {
  if (inputs === imageSize(shape) && classes === classNames.length) return;
  throw new CoutureError(
    'usage',
    `The network of ${file} takes ${inputs} values and has ${classes} classes, but an image of ${name} (${describeShape(shape)}) has ${imageSize(shape)} values, and there are ${classNames.length} class names.`,
    { hint: 'Give the data set, or the shape and the classes, that the network was trained for.' },
  );
}

/** Figures on the test images; null where there are none. */
async function measure(
  platform: RunPlatform,
  { members, data, views, temperature }: Pick<ModelFile, 'data' | 'views' | 'temperature' | 'members'>,
  options: ImportOptions,
): Promise<Figures | null> {
  // Images of an export may not be on this machine, and nobody asked for them.
  if (options.data === undefined) return null;
  const { onProgress, backend: choice, threads } = options;
  const images = await platform.loadSplit(data, 'test', options);
  const backend = await platform.createBackend({ backend: choice, threads });
  try {
    const { classNames } = data;
    const ensemble = new Ensemble({ members, classNames, views, backend, shared: true });
    const { signal } = options;
    const logProbabilities = await ensemble.logProbabilities(images.images, {
      signal,
      ...(onProgress && { onProgress }),
    });
    return figuresOf(images, logProbabilities, temperature);
  } finally {
    await backend.dispose();
  }
}

async function memberOf(
  network: Network,
  { name, digest }: { readonly name: string; readonly digest: string },
  command: string | undefined,
): Promise<CardMember> {
  return {
    run: cardLine(name),
    recipe: null,
    couture: COUTURE_VERSION,
    settings: {},
    command: cardCommand(command),
    imported: { file: cardLine(name), sha256: digest },
    bestEpoch: 0,
    epochs: 0,
    weightsSha256: await networkSha256(network),
  };
}

/** Flags of `couture import` that say what a file does not. */
const commandFlags = [
  'key',
  'activation',
  'layers',
  'dropout',
  'norm',
  'mean',
  'std',
  'data',
  'shape',
  'classes',
  'classes-file',
  'title',
] as const;

/** The command of an import, without `--out`. */
export function importCommand(
  path: string,
  flags: Readonly<Partial<Record<(typeof commandFlags)[number], unknown>>>,
): string {
  const given = commandFlags.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name} ${quoted(textOf(value))}`];
  });
  return ['npx couture import', quoted(path), ...given].join(' ');
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value);
  const { height, width, channels } = value as ImageShape;
  return `${height}x${width}${channels === 3 ? 'x3' : ''}`;
}
