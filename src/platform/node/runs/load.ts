/** A trained run or a model file as a classifier that also takes image files. */

import { fileURLToPath } from 'node:url';
import {
  aFunction,
  aSignal,
  aString,
  checkArguments,
  kind,
  oneOf,
  optional,
  options as optionsOf,
  typeOf,
} from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { type FetchOptions, modelFromBytes, modelFromUrl, openModel } from '../../../ship/model-source.ts';
import { inputOf } from '../../../train/config.ts';
import { Classifier } from '../../../use/classifier.ts';
import { type Engine, type EngineChoice, engineFields, openEngine, type StartOptions } from '../../../use/engine-choice.ts';
import { ImageClassifier } from '../../../use/image-classifier.ts';
import { createNodeBackend } from '../engine/backend.ts';
import { decodeNodePicture, type NodePicture } from '../images/picture.ts';
import { type FileModel, type FindModelOptions, type FoundModel, findModel, readModelFile } from './find-model.ts';
import { Run, type WeightsChoice } from './run-folder.ts';

/** Which weights, and on what they run. */
export interface LoadOptions extends Omit<StartOptions, 'fast'> {
  /** Of a run; a model file has one set. */
  readonly weights?: WeightsChoice | undefined;
}

/** How `load` finds a model, and what it runs on. */
export interface LoadModelOptions
  extends Pick<LoadOptions, 'weights'>,
    EngineChoice,
    FindModelOptions,
    FetchOptions {}

const loadOptions = optionsOf({
  weights: optional(oneOf(['best', 'last'])),
  root: optional(aString),
  models: optional(aString),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
  ...engineFields,
});
const binary = ['URL', 'Blob', 'File', 'ArrayBuffer', 'Uint8Array'];
const aModel = kind(
  'the name or path of a run or a model, the address of a model file, or its bytes',
  (value) =>
    typeof value === 'string' ||
    value instanceof Run ||
    (typeof value === 'object' &&
      value !== null &&
      (binary.includes(typeOf(value)) || Reflect.get(value, 'kind') === 'run' || Reflect.get(value, 'kind') === 'file')),
);

/** What Node may load a model from. */
export type NodeModelSource = Run | FoundModel | string | URL | Blob | ArrayBuffer | Uint8Array;

/**
 * Loads a model: `const model = await load('runs/train/baseline-seed1')`, then `await model.predict('shoe.png')`.
 * @param model a run (its folder, or its bare name under runs/train), a model file (a path that ends in .safetensors, an
 *   https: or file: address, or the bytes of one), or the name of a model that comes with the package
 * @throws CoutureError of kind `usage` when there is no such model, `data` when its files are damaged or cannot be had,
 *   `interrupted` when `signal` aborts
 */
export async function load(
  model: NodeModelSource,
  options: LoadModelOptions = {},
): Promise<ImageClassifier<NodePicture>> {
  checkArguments('load', { model: [model, aModel], options: [options, loadOptions] });
  const { weights } = options;
  const found = await findSource(model, options);
  if (found instanceof Run || ('kind' in found && found.kind === 'run')) {
    const run = found instanceof Run ? found : found.run;
    const predictor = await loadNetwork(run, options);
    return new ImageClassifier({ predictor, data: run.config.data, decode: decodeNodePicture });
  }
  if (weights === 'last')
    throw new CoutureError('usage', `${found.path} has one set of weights: "last" is for runs.`);
  return await onEngine(options, (engine) =>
    openModel(found.model, { name: found.path, ...engine, decode: decodeNodePicture }),
  );
}

/** A model file, wherever it is from. */
type SourceFile = Pick<FileModel, 'path' | 'model'>;

async function findSource(
  model: NodeModelSource,
  options: FindModelOptions & FetchOptions,
): Promise<Run | FoundModel | SourceFile> {
  if (typeof model === 'string') {
    const address = /^(https?|file):/i.test(model) ? URL.parse(model) : null;
    return address === null ? await findModel(model, placesOf(options)) : await fromAddress(address, options);
  }
  if (model instanceof Run || 'kind' in model) return model;
  if ('href' in model) return await fromAddress(model, options);
  const name = 'name' in model && typeof model.name === 'string' ? model.name : 'The model';
  const bytes = 'arrayBuffer' in model ? await model.arrayBuffer() : model;
  return { path: name, model: await modelFromBytes(new Uint8Array(bytes), name) };
}

function placesOf({ root, models }: FindModelOptions): FindModelOptions {
  return { root, models };
}

async function fromAddress(url: URL, { signal, onProgress }: FetchOptions): Promise<SourceFile> {
  if (url.protocol === 'file:') return await readModelFile(fileURLToPath(url));
  return { path: url.href, model: await modelFromUrl(url, { signal, onProgress }) };
}

/** The network of a run by itself, of which activations and gradients can be asked as well. */
export async function loadNetwork(
  run: Run,
  options: Pick<LoadOptions, 'weights'> & EngineChoice = {},
): Promise<Classifier> {
  const { weights = 'best' } = options;
  const values = await run.loadWeights(weights);
  const { model: spec, data } = run.config;
  const { classNames } = data;
  const input = inputOf(run.config);
  return await onEngine(
    options,
    (engine) => new Classifier({ spec, input, classNames, weights: values, name: run.path, ...engine }),
  );
}

/** What `make` makes on an engine, which is stopped where that fails. */
async function onEngine<Made>(choice: EngineChoice, make: (engine: Engine) => Made): Promise<Made> {
  const engine = await openEngine(choice, createNodeBackend);
  try {
    return make(engine);
  } catch (error) {
    if (!engine.shared) await engine.backend.dispose();
    throw error;
  }
}
