/** Reads model files from a URL or from bytes, in a page and in Node. */

import { CoutureError, isInterruption } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { fileKind, SAFETENSORS } from '../data/file-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import { Ensemble } from '../use/ensemble.ts';
import { type DecodePicture, ImageClassifier } from '../use/image-classifier.ts';
import { decodeModel, type ModelFile } from './model-file.ts';

/** The largest model file that is read. */
export const MAX_MODEL_BYTES = 2 ** 30;

/** Options for reading a URL. */
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the received share of the file, if the server sends its length. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Decodes the bytes of a model file and checks its digest.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` saying what is wrong
 */
export async function modelFromBytes(bytes: Uint8Array, name: string): Promise<ModelFile> {
  const kind = fileKind(bytes);
  if (kind === undefined || kind === SAFETENSORS) return await decodeModel(bytes, name);
  throw new CoutureError('data', `${name} is ${kind}, not a model file.`, {
    hint: 'Make a model file: npx couture pack RUN --out FILE',
  });
}

/**
 * Fetches the bytes of a model file.
 * @throws CoutureError of kind `data` when they cannot be fetched, `interrupted` when `signal` aborts
 */
export async function fetchModel(url: URL, options: FetchOptions = {}): Promise<Uint8Array> {
  const name = printable(url.href.length > 200 ? `${url.href.slice(0, 200)}…` : url.href);
  return await fetchBytes(url, name, options).catch((cause: unknown) => {
    if (isInterruption(cause, options.signal))
      throw new CoutureError('interrupted', `Stopped before ${name} was loaded.`, { cause });
    if (cause instanceof CoutureError) throw cause;
    throw new CoutureError('data', `${name} could not be loaded: ${reasonOf(cause)}.`, {
      hint: 'Check the address, and that the server allows requests from here (CORS).',
      cause,
    });
  });
}

async function fetchBytes(url: URL, name: string, { signal, onProgress }: FetchOptions): Promise<Uint8Array> {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new CoutureError('data', `${name} could not be loaded: the server answered ${response.status}.`);
  }
  const announced = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of partsOf(response)) {
    length += part.length;
    if (length > MAX_MODEL_BYTES)
      throw new CoutureError('data', `${name} is longer than the limit of ${MAX_MODEL_BYTES} bytes.`);
    parts.push(part);
    if (announced > 0) onProgress?.(Math.min(1, length / announced));
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Not every browser can iterate over a stream. */
async function* partsOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const words = cause instanceof Error && cause.message !== '' ? cause.message : message;
  return printable(words.replace(/\.$/, ''));
}

/** Options for making a classifier from a model file. */
export interface OpenOptions<Source> {
  /** Its name in messages. */
  readonly name: string;
  readonly backend: Backend;
  /** The backend belongs to the caller, so disposing of the classifier leaves it running. */
  readonly shared?: boolean;
  readonly decode: DecodePicture<Source>;
}

/** Makes a classifier of pictures and pixels from a decoded model. */
export function openModel<Source>(
  { members, data, views, temperature }: ModelFile,
  { name, backend, shared = false, decode }: OpenOptions<Source>,
): ImageClassifier<Source> {
  const { classNames } = data;
  const predictor = new Ensemble({ members, classNames, views, temperature, name, backend, shared });
  return new ImageClassifier({ predictor, data, decode });
}
