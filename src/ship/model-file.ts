/**
 * A model file: a complete classifier in one safetensors file. The tensors have the names of PyTorch's
 * state_dict (fc1.weight, …), behind `members.0.` and so on where there are several networks; everything else is JSON
 * under one key of the metadata. docs/architecture.md shows the whole.
 */

import * as z from 'zod';
import { aString, checkArguments, listOf, record, bytes as someBytes } from '../core/arguments.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { inQuotes } from '../core/printable.ts';
import { checkDatasetInfo, type DatasetInfo, datasetInfoSchema } from '../data/dataset-info.ts';
import { describeShape, imageSize } from '../data/image-shape.ts';
import { TEMPERATURES } from '../inspect/temperature.ts';
import { aNetwork } from '../model/argument-kinds.ts';
import type { Network } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import { checkModelSpec, classCount, inputWidth, type ModelSpec, modelSpecSchema } from '../model/spec.ts';
import { type UnlikeDescription, UnlikeScorer, unlikeSchema } from '../use/unlike.ts';
import { MAX_VIEW_SHIFT, type ViewOptions } from '../use/views.ts';
import { cardSchema, MAX_MEMBERS, type ModelCard } from './card.ts';
import { type Precision, precisions, restoreParameters, storedNames, storeParameters } from './precision.ts';
import { decodeStoredTensors, MAX_TENSORS, type StoredTensor } from './safetensors.ts';
import { decodeSealed, encodeSealed } from './sealed.ts';

/** Key of the description in the metadata. */
export const MODEL_KEY = 'couture.model';
const VERSION = 2;
/** Largest number of characters of the JSON: 64 members take about 100,000. */
const MAX_DESCRIPTION = 2 ** 20;

/** The metadata besides the version. */
interface Description extends Omit<ModelFile, 'members'> {
  readonly members: readonly ModelSpec[];
}

const descriptionSchema = z.strictObject({
  data: datasetInfoSchema,
  members: z.array(modelSpecSchema).min(1).max(MAX_MEMBERS),
  temperature: z.number().min(TEMPERATURES.least).max(TEMPERATURES.most),
  views: z.strictObject({ flip: z.boolean(), shift: z.int().min(0).max(MAX_VIEW_SHIFT) }),
  precision: z.enum(precisions),
  card: cardSchema,
  unlike: unlikeSchema.optional(),
}) satisfies z.ZodType<Description>;

/** A classifier from a file; with a backend it makes an `Ensemble`. */
export interface ModelFile {
  /** The data set: shape, classes, preprocessing, and checksums of both splits. */
  readonly data: DatasetInfo;
  /** Divides the log of the mean probability, before log_softmax. */
  readonly temperature: number;
  /** Test-time augmentation: the views whose predictions are averaged. */
  readonly views: ViewOptions;
  /** Precision of the matrices in the file. */
  readonly precision: Precision;
  readonly card: ModelCard;
  /** A description of the training images; absent in files of earlier versions. */
  readonly unlike?: UnlikeDescription | undefined;
  /** With float32 weights, whatever the precision of the file. */
  readonly members: readonly Network[];
}

/**
 * The bytes of a model file. Same model, same bytes.
 * @throws CoutureError of kind `usage` when a limit is exceeded, a weight is not finite, or the networks do
 * not match each other
 */
export async function encodeModel(model: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  checkArguments('encodeModel', {
    model: [model, record({ members: listOf(aNetwork, 'an array of networks') })],
  });
  const { members, ...rest } = model;
  const checked = checkSchema(
    descriptionSchema,
    { ...rest, members: members.map(({ spec }) => spec) },
    ({ what }) => new CoutureError('usage', `The model cannot be packed: ${what}.`),
  );
  const misfit = findMisfit(checked);
  if (misfit !== undefined) throw new CoutureError('usage', `The model cannot be packed: ${misfit}.`);
  const tensors = new Map<string, StoredTensor>();
  members.forEach(({ spec, weights }, i) => {
    const { parameters } = planModel(spec);
    const stored = storeParameters(parameters, weights, rest.precision, prefixOf(i, members.length));
    for (const [name, tensor] of stored) tensors.set(name, tensor);
  });
  if (tensors.size > MAX_TENSORS)
    throw new CoutureError(
      'usage',
      `The model cannot be packed: it has ${tensors.size} tensors, over the limit of ${MAX_TENSORS}.`,
      { hint: 'Pack fewer networks, or networks with fewer layers.' },
    );
  const description = JSON.stringify({ version: VERSION, ...checked });
  // PyTorch's tools expect `format: pt`.
  return await encodeSealed(tensors, { format: 'pt', [MODEL_KEY]: description });
}

/**
 * Reads a model file, believing nothing that it says before it is checked.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` saying what is wrong
 */
export async function decodeModel(bytes: Uint8Array, name: string): Promise<ModelFile> {
  checkArguments('decodeModel', { bytes: [bytes, someBytes], name: [name, aString] });
  const { tensors, metadata } = decodeStoredTensors(bytes, name);
  const { members, ...rest } = readDescription(metadata[MODEL_KEY], name);
  // After the description: what is no model of Couture is called that, and not damaged.
  await decodeSealed(bytes, name);
  const specs = members.map((spec, i) => checkSpec(spec, i, name));
  const misfit = findMisfit({ ...rest, members: specs });
  if (misfit !== undefined) throw new CoutureError('data', `${name}: ${misfit}.`);
  const wanted = new Set(
    specs.flatMap((spec, i) =>
      storedNames(planModel(spec).parameters, rest.precision, prefixOf(i, specs.length)),
    ),
  );
  const stray = [...tensors.keys()].find((key) => !wanted.has(key));
  if (stray !== undefined)
    throw new CoutureError(
      'data',
      `${name} contains a tensor ${inQuotes(stray)} that belongs to no network.`,
    );
  checkUnlike(rest.unlike, name);
  const { data } = rest;
  const input = { shape: data.shape, pixels: data.preprocessing.pixels };
  const networks = specs.map((spec, i): Network => {
    const place = { file: name, prefix: prefixOf(i, specs.length) };
    const { parameters } = planModel(spec);
    return { spec, input, weights: restoreParameters(parameters, tensors, rest.precision, place) };
  });
  return { ...rest, members: networks };
}

/** What goes before a member's tensors: nothing where there is one, so that PyTorch loads it as it is. */
function prefixOf(member: number, members: number): string {
  return members === 1 ? '' : `members.${member}.`;
}

function readDescription(text: string | undefined, name: string): Description {
  const wrong = (what: string, hint: string, cause?: unknown): CoutureError =>
    new CoutureError('data', `${name} ${what}.`, { hint, cause });
  const damaged = 'The file is damaged; pack it again from its runs.';
  if (text === undefined) {
    throw wrong(
      `contains tensors, but not a model of Couture: its metadata has no "${MODEL_KEY}"`,
      'Bare weights do not describe their network. Pack their run, or import them: npx couture import FILE --out MODEL',
    );
  }
  if (text.length > MAX_DESCRIPTION)
    throw wrong(
      `has a description of ${text.length} characters, over the limit of ${MAX_DESCRIPTION}`,
      damaged,
    );
  const value = parseJson(text, `${name}: its description`, 'data', damaged);
  const versioned = z.looseObject({ version: z.unknown().optional() }).safeParse(value);
  if (!versioned.success)
    throw wrong('is not a readable model: its description is not a JSON object', damaged);
  const { version, ...description } = versioned.data;
  if (version !== VERSION) {
    throw wrong(
      `is a model file of version ${JSON.stringify(version)?.slice(0, 20)}, but only version ${VERSION} can be read`,
      'Another version of Couture wrote it. Use that version, or pack its runs again.',
    );
  }
  const checked = checkSchema(descriptionSchema, description, ({ what }) =>
    wrong(`is not a readable model: ${what}`, damaged),
  );
  checkDatasetInfo(checked.data, name);
  return checked;
}

function checkSpec(spec: ModelSpec, member: number, name: string): ModelSpec {
  try {
    return checkModelSpec(spec);
  } catch (cause) {
    if (!(cause instanceof CoutureError)) throw cause;
    throw new CoutureError('data', `${name}: network ${member}: ${cause.message}`, { cause });
  }
}

/** That the description of the training images holds together. */
function checkUnlike(unlike: Description['unlike'], name: string): void {
  try {
    if (unlike !== undefined) new UnlikeScorer(unlike);
  } catch (cause) {
    if (!(cause instanceof CoutureError)) throw cause;
    throw new CoutureError('data', `${name}: ${cause.message}`, { cause });
  }
}

/** What does not fit between networks, images, classes and card; undefined where all does. */
function findMisfit({ members, data: { shape, classNames }, card, unlike }: Description): string | undefined {
  const stranger = members.findIndex(
    (spec) => inputWidth(spec) !== imageSize(shape) || classCount(spec) !== classNames.length,
  );
  if (stranger >= 0) {
    const spec = members[stranger];
    return `network ${stranger} takes ${inputWidth(spec)} values and has ${classCount(spec)} classes, but the images are ${describeShape(shape)} and there are ${classNames.length} class names`;
  }
  if (card.members.length !== members.length)
    return `there are ${members.length} networks, but the card lists ${card.members.length}`;
  if (unlike !== undefined && unlike.grid.channels !== shape.channels)
    return `the images are ${describeShape(shape)}, but the description of the training images has ${unlike.grid.channels} channels`;
  return undefined;
}
