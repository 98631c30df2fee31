/** `load` in a page. */

import {
  aFunction,
  aSignal,
  checkArguments,
  kind,
  optional,
  options as optionsOf,
  typeOf,
} from '../../core/arguments.ts';
import { CoutureError } from '../../core/errors.ts';
import type { ModelFile } from '../../ship/model-file.ts';
import { type FetchOptions, fetchModel, modelFromBytes, openModel } from '../../ship/model-source.ts';
import { type EngineChoice, engineFields, openEngine } from '../../use/engine-choice.ts';
import type { ImageClassifier } from '../../use/image-classifier.ts';
import { createWebBackend } from './backend.ts';
import { decodeWebPicture, type WebPicture } from './picture.ts';

/** Where a page may have a model file from. */
export type WebModelSource = string | URL | Blob | ArrayBuffer | Uint8Array;

/** How a model is loaded in a page. */
export interface WebLoadOptions extends FetchOptions, EngineChoice {}

const binary = ['URL', 'Blob', 'File', 'ArrayBuffer', 'Uint8Array'];
export const aSource = kind(
  'the address of a model file, or its bytes',
  (value) =>
    typeof value === 'string' ||
    (typeof value === 'object' && value !== null && binary.includes(typeOf(value))),
);
const loadOptions = optionsOf({
  signal: optional(aSignal),
  onProgress: optional(aFunction),
  ...engineFields,
});

/**
 * Loads a model file: `const model = await load('models/compact.safetensors')`, then `await
 * model.predict(canvas)`. The digest of the file is checked.
 * @param source its address, relative to the page or whole, or its bytes
 * @throws CoutureError of kind `data` when it is not available, is not a model file or is damaged,
 * `interrupted` when `signal`
 *   aborts, `backend` where the engine cannot run
 */
export async function load(
  source: WebModelSource,
  options: WebLoadOptions = {},
): Promise<ImageClassifier<WebPicture>> {
  checkArguments('load', { source: [source, aSource], options: [options, loadOptions] });
  const { name, model } = await readSource(source, options);
  const engine = await openEngine(options, createWebBackend, { signal: options.signal });
  try {
    return openModel(model, { name, ...engine, decode: decodeWebPicture });
  } catch (error) {
    if (!engine.shared) await engine.backend.dispose();
    throw error;
  }
}

/** Fetches or reads a model file. */
export async function readSource(
  source: WebModelSource,
  options: FetchOptions,
): Promise<{ readonly name: string; readonly model: ModelFile }> {
  const { signal, onProgress } = options;
  if (typeof source === 'string' || typeOf(source) === 'URL') {
    const url = addressOf(source as string | URL);
    const bytes = await fetchModel(url, { signal, onProgress });
    return { name: url.href, model: await modelFromBytes(bytes, url.href) };
  }
  const blob = source as Blob | ArrayBuffer | Uint8Array;
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'The model';
  const bytes = 'arrayBuffer' in blob ? await blob.arrayBuffer() : blob;
  return { name, model: await modelFromBytes(new Uint8Array(bytes), name) };
}

/** An address, relative to the page where there is one. */
function addressOf(address: string | URL): URL {
  const base = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  try {
    return new URL(address, base);
  } catch (cause) {
    throw new CoutureError('usage', `load: "${String(address).slice(0, 200)}" is not a valid URL.`, {
      hint: 'Give the URL of a model file: https://…/model.safetensors. Only couture/node accepts names and paths.',
      cause,
    });
  }
}
