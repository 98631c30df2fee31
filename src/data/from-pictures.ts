/** Makes data sets from pictures that a platform can decode, and from files in class folders or archives. */

import {
  aBoolean,
  aFunction,
  aNumber,
  anArray,
  aSignal,
  aString,
  checkArguments,
  exactly,
  kind,
  oneOf,
  optional,
  options,
  record,
  typeOf,
} from '../core/arguments.ts';
import { Breath } from '../core/breath.ts';
import { CoutureError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Dataset } from './dataset.ts';
import {
  aLabelArray,
  checkShape,
  type DatasetOptions,
  datasetFields,
  type Labels,
  makeDataset,
} from './from-arrays.ts';
import { type ImageShape, imageSize } from './image-shape.ts';
import { type ImportedDatasets, importIntoMemory } from './import/datasets.ts';
import type { ImportOptions } from './import/options.ts';
import { unfit } from './pixels.ts';
import { type Picture, prepareImage } from './prepare.ts';
import { plainSteps } from './preprocessing.ts';
import { blobSource } from './readers/bytes.ts';
import { cleanPath, type FileEntry } from './readers/entries.ts';
import { readFiles, readOneFile } from './readers/read.ts';
import { defaultTools } from './readers/tools.ts';

/** What `datasetFromImages` takes. */
export interface PicturesOptions<Source> extends DatasetOptions {
  /** One picture for each image, of any size. */
  readonly images: readonly Source[];
  /** One for each picture. */
  readonly labels: Labels;
  /** Shape of the images; channels are 1, gray, by default, or 3, color. */
  readonly shape: Pick<ImageShape, 'height' | 'width'> & Partial<ImageShape>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** Decodes a picture; undefined for what is none. */
type Decode<Source> = (picture: Source, name: string) => Promise<Picture> | undefined;

const wholeNumber = kind('a whole number', Number.isInteger);
const picturesOptions = exactly({
  ...datasetFields,
  images: anArray,
  labels: aLabelArray,
  shape: record(
    { height: wholeNumber, width: wholeNumber, channels: optional(wholeNumber) },
    'a shape such as { height: 28, width: 28 }',
  ),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
});

/** `datasetFromImages` on a platform. */
export async function datasetFromPictures<Source>(
  request: PicturesOptions<Source>,
  decode: Decode<Source>,
): Promise<Dataset> {
  const caller = 'datasetFromImages';
  checkArguments(caller, { request: [request, picturesOptions] });
  const { images, labels, signal, onProgress, ...rest } = request;
  const shape = checkShape({ channels: 1, ...request.shape }, caller);
  if (images.length !== labels.length)
    throw new CoutureError(
      'data',
      `${caller}: there are ${images.length} images, but ${labels.length} labels.`,
    );
  const steps = { ...plainSteps, ...rest.picture };
  const size = imageSize(shape);
  const bytes = new Uint8Array(images.length * size);
  // Reports wrong labels or steps before any work.
  makeDataset(caller, bytes, labels, shape, rest);
  const breath = new Breath();
  for (const [i, image] of images.entries()) {
    await breath.take();
    if (signal?.aborted) throw stopped(signal);
    const name = `images[${i}]`;
    const decoded = await decode(image, name);
    if (decoded === undefined) throw unfit(image, `${caller}: ${name}`);
    bytes.set(prepareImage(decoded, shape, steps).pixels, i * size);
    onProgress?.((i + 1) / images.length);
  }
  return makeDataset(caller, bytes, labels, shape, rest);
}

/** How files become a data set. */
export interface FilesOptions extends ImportOptions {
  /** What the set is to be called. Default: the name of the folder or of the file. */
  readonly name?: string | undefined;
}

/** The used part of a `File`; a page's files in a folder have a path. */
export type FileLike = Blob & { readonly name: string; readonly webkitRelativePath?: string };

const filesOptions = options({
  name: optional(aString),
  size: optional(aNumber),
  channels: optional(kind('1 or 3', (value) => value === 1 || value === 3)),
  invert: optional(oneOf(['auto', 'yes', 'no'])),
  trim: optional(aBoolean),
  strict: optional(aBoolean),
  testShare: optional(aNumber),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
});
const someFiles = kind(
  'a file, or a list of files',
  (value) =>
    isFile(value) ||
    (typeof value === 'object' && value !== null && Symbol.iterator in value && !ArrayBuffer.isView(value)),
);

function isFile(value: unknown): value is FileLike {
  return typeof value === 'object' && value !== null && ['File', 'Blob'].includes(typeOf(value));
}

/** `datasetFromFiles` on a platform. */
export async function datasetsFromFiles(
  files: FileLike | Iterable<FileLike>,
  wishes: FilesOptions,
  decode: (bytes: Uint8Array, name: string) => Promise<Picture>,
): Promise<ImportedDatasets> {
  const caller = 'datasetFromFiles';
  checkArguments(caller, { files: [files, someFiles], options: [wishes, filesOptions] });
  const list = isFile(files) ? [files] : [...files];
  const stray = list.findIndex((file) => !isFile(file));
  if (stray >= 0) throw new CoutureError('usage', `${caller}: files[${stray}] is not a file.`);
  const { name, ...options } = wishes;
  const tools = { ...defaultTools, signal: options.signal };
  const alone = list.length === 1 && (list[0].webkitRelativePath ?? '') === '' ? list[0] : undefined;
  const found =
    alone !== undefined
      ? await readOneFile(blobSource(alone, fileName(alone)), tools)
      : await readFiles(list.map(entryOf), caller, tools);
  return await importIntoMemory(found, name ?? nameOf(list), decode, options);
}

/** A file as the readers take it: by its path in the folder that was chosen, or by its name. */
function entryOf(file: FileLike): FileEntry {
  const path = cleanPath(file.webkitRelativePath || fileName(file), 'datasetFromFiles');
  return {
    path,
    size: file.size,
    read: async () => new Uint8Array(await file.arrayBuffer()),
    open: async () => blobSource(file, path),
  };
}

function fileName({ name }: FileLike): string {
  return typeof name === 'string' && name !== '' ? name : 'the file';
}

/** The folder that was chosen, or the file without its ending. */
function nameOf([first, ...others]: readonly FileLike[]): string {
  const path = first?.webkitRelativePath ?? '';
  const alone = others.length === 0 && first !== undefined;
  const name = path !== '' ? path.split('/')[0] : alone ? fileName(first).replace(/\.[^.]+$/, '') : '';
  return printable(name).slice(0, 100) || 'own images';
}

function stopped({ reason }: AbortSignal): CoutureError {
  return new CoutureError('interrupted', 'Stopped before all pictures were read.', { cause: reason });
}
