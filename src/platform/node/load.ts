/** A trained run or a model file as a classifier that also takes image files. */

import { fileURLToPath } from 'node:url';
import {
  aFunction,
  aSignal,
  aString,
  checkArguments,
  either,
  kind,
  listOf,
  oneOf,
  optional,
  options as optionsOf,
  typeOf,
} from '../../core/arguments.ts';
import {
  type FileModel,
  type FindModelOptions,
  type FoundModel,
  findModel,
  modelOfRun,
  readModelFile,
} from '../../runs/find-model.ts';
import { loadPredictor, type LoadModelOptions as PredictorOptions } from '../../runs/load.ts';
import { Run } from '../../runs/run.ts';
import { type FetchOptions, fetchModel, modelFromBytes } from '../../ship/model-source.ts';
import { engineFields } from '../../use/engine-choice.ts';
import { ImageClassifier } from '../../use/image-classifier.ts';
import { decodeNodePicture, type NodePicture } from './images/picture.ts';
import { nodePlatform } from './platform.ts';

/** Options of `load`. */
export interface LoadModelOptions extends PredictorOptions, FindModelOptions, FetchOptions {}

/** What Node may load a model from. */
export type NodeModelSource = Run | FoundModel | string | URL | Blob | ArrayBuffer | Uint8Array;

const loadOptions = optionsOf({
  weights: optional(oneOf(['best', 'last'])),
  root: optional(aString),
  models: optional(either(aString, listOf(aString, 'an array of folders'))),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
  ...engineFields,
});
const binary = ['URL', 'Blob', 'File', 'ArrayBuffer', 'Uint8Array'];
export const aModel = kind(
  'the name or path of a run or a model, the address of a model file, or its bytes',
  (value) =>
    typeof value === 'string' ||
    (typeof value === 'object' &&
      value !== null &&
      (value instanceof Run || binary.includes(typeOf(value)) || isFound(value))),
);

function isFound(value: object): value is FoundModel {
  return 'kind' in value && (value.kind === 'run' || value.kind === 'file');
}

/**
 * Loads a model: `const model = await load('runs/train/baseline-seed1')`, then `await model.predict('shoe.png')`.
 * @param model a run (its folder, or its bare name under runs/train), a model file (a path that ends in .safetensors, an
 *   https: or file: address, or the bytes of one), or the name of a model that comes with the package
 * @throws CoutureError of kind `usage` when the model does not exist, `data` when its files are damaged or
 * not available, `backend` when the backend of `options` cannot start, `interrupted` when `signal` aborts
 */
export async function load(
  model: NodeModelSource,
  options: LoadModelOptions = {},
): Promise<ImageClassifier<NodePicture>> {
  checkArguments('load', { model: [model, aModel], options: [options, loadOptions] });
  const found = await findSource(model, options);
  const predictor = await loadPredictor(nodePlatform, found, options);
  return new ImageClassifier({ predictor, data: found.data, decode: decodeNodePicture });
}

/** Finds or reads a model. */
export async function findSource(model: NodeModelSource, options: LoadModelOptions): Promise<FoundModel> {
  if (typeof model === 'string') {
    const address = /^(https?|file):/i.test(model) ? URL.parse(model) : null;
    if (address !== null) return await fromAddress(address, options);
    const { root, models } = options;
    return await findModel(nodePlatform, model, { root, models });
  }
  if (model instanceof Run) return modelOfRun(model);
  if ('href' in model) return await fromAddress(model, options);
  if (isFound(model)) return model;
  const name = 'name' in model && typeof model.name === 'string' ? model.name : 'The model';
  return await fromBytes(new Uint8Array('arrayBuffer' in model ? await model.arrayBuffer() : model), name);
}

async function fromAddress(url: URL, { signal, onProgress }: FetchOptions): Promise<FileModel> {
  if (url.protocol === 'file:') return await readModelFile(nodePlatform, fileURLToPath(url));
  return await fromBytes(await fetchModel(url, { signal, onProgress }), url.href);
}

async function fromBytes(bytes: Uint8Array, path: string): Promise<FileModel> {
  const model = await modelFromBytes(bytes, path);
  return { kind: 'file', path, model, bytes: bytes.length, data: model.data, split: model.card.split };
}
