/**
 * Unpacks gzip and raw deflate by the platform's own DecompressionStream, in Node as in a page, with a limit
 * on the output: a small file that unpacks to gigabytes is refused at the first chunk past the limit.
 */

import { CoutureError } from '../core/errors.ts';

/** Options for unpacking. */
export interface GunzipOptions {
  /** Name of the file in errors: a path or a name. */
  readonly name: string;
  /** Largest number of output bytes. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the bytes begin with the gzip signature. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Small slices keep the decompressor from being fed far ahead of the limit. */
const SLICE = 1 << 16;
/** Beyond this many bytes, a file may unpack to at most this many times its size. */
const BOMB_BYTES = 256 << 20;
const BOMB_RATIO = 400;
/** A gzip file ends with the unpacked length modulo 2^32, little-endian. */
const TRAILER = 4;

/** Passes bytes on in slices, and keeps what is needed to check the file at its end. */
class Source {
  first: number[] = [];
  last: number[] = [];
  total = 0;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(input: Uint8Array | ReadableStream<Uint8Array>) {
    this.stream = input instanceof Uint8Array ? this.#fromBytes(input) : this.#fromStream(input);
  }

  #see(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.first.length < 2) this.first.push(...chunk.subarray(0, 2 - this.first.length));
    this.last = [...this.last, ...chunk.subarray(-TRAILER)].slice(-TRAILER);
    this.total += chunk.length;
    // The decompressor does not accept views of shared memory; a view of plain memory costs nothing.
    return chunk.buffer instanceof ArrayBuffer ? (chunk as Uint8Array<ArrayBuffer>) : new Uint8Array(chunk);
  }

  #fromBytes(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream(
      {
        pull: (controller) => {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(this.#see(bytes.subarray(at, at + SLICE)));
          at += SLICE;
        },
      },
      { highWaterMark: 0 },
    );
  }

  #fromStream(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
    const reader = stream.getReader();
    let chunk: Uint8Array = new Uint8Array(0);
    return new ReadableStream(
      {
        pull: async (controller) => {
          while (chunk.length === 0) {
            const { done, value } = await reader.read();
            if (done) return controller.close();
            chunk = value;
          }
          controller.enqueue(this.#see(chunk.subarray(0, SLICE)));
          chunk = chunk.subarray(SLICE);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }
}

function refuse(message: string, hint: string, cause?: unknown): never {
  throw new CoutureError('data', message, { hint, cause });
}

/**
 * Unpacks one gzip file.
 * @param input the packed file, whole or as a stream; a stream is cancelled on failure
 * @returns the unpacked bytes, at most `limit`
 * @throws CoutureError of kind `data` when the input is not a gzip file, is truncated or damaged, has bytes
 * after
 *   its end, or holds more than `limit` bytes; of kind `interrupted` when the signal aborts
 */
export async function gunzip(
  input: Uint8Array | ReadableStream<Uint8Array>,
  options: GunzipOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return await collect(gunzipChunks(input, options));
}

/** As {@link gunzip}, piece by piece; what is wrong with the end of the file shows after its last piece. */
export async function* gunzipChunks(
  input: Uint8Array | ReadableStream<Uint8Array>,
  options: GunzipOptions,
): AsyncGenerator<Uint8Array> {
  const source = new Source(input);
  let length = 0;
  for await (const chunk of decompress(source, 'gzip', options)) {
    length += chunk.length;
    yield chunk;
  }
  checkTrailer(source, length, options.name);
}

/**
 * Unpacks deflate without a header, as it lies in ZIP archives.
 * @throws CoutureError of kind `data` when it is damaged or holds more than `limit` bytes
 */
export async function inflateRaw(input: Uint8Array, options: GunzipOptions): Promise<Uint8Array> {
  return await collect(decompress(new Source(input), 'deflate-raw', options));
}

async function* decompress(
  source: Source,
  format: 'gzip' | 'deflate-raw',
  { name, limit, signal }: GunzipOptions,
): AsyncGenerator<Uint8Array> {
  const reader = source.stream.pipeThrough(new DecompressionStream(format)).getReader();
  let length = 0;
  let ended = false;
  try {
    for (;;) {
      if (signal?.aborted) throw new CoutureError('interrupted', `${name}: unpacking was interrupted.`);
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > limit) {
        refuse(
          `${name}: the file unpacks to more than the expected ${limit} bytes.`,
          'This is not the expected file; get it again from its source.',
        );
      }
      if (length > BOMB_BYTES && length > source.total * BOMB_RATIO) {
        refuse(
          `${name}: the file unpacks to more than ${BOMB_RATIO} times its size.`,
          'Images never compress this much; the file was probably made to fill the memory.',
        );
      }
      yield value;
    }
    ended = true;
  } catch (error) {
    if (error instanceof CoutureError) throw error;
    explain(error, source, format, name);
  } finally {
    // Nobody waits for what the decompressor still holds, and it may fail while it is cancelled.
    if (!ended) reader.cancel().catch(() => undefined);
  }
}

/** Turns the platform's error, whose wording differs from one to the next, into what is wrong with the file. */
function explain(error: unknown, source: Source, format: string, name: string): never {
  if (format === 'deflate-raw')
    refuse(`${name}: the compressed data is damaged.`, 'Get the archive again from its source.', error);
  if (!isGzip(Uint8Array.from(source.first))) {
    const found = source.first.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing';
    refuse(
      `${name}: not a gzip file: it begins with ${found}, but 1f 8b was expected.`,
      'Give the plain file, or one compressed by gzip.',
      error,
    );
  }
  refuse(
    `${name}: the gzip file is truncated, damaged or has bytes after its end (read up to byte ${source.total}).`,
    'Get it again from its source.',
    error,
  );
}

/** Some platforms pass over bytes after the end of the file; the stored length gives them away. */
function checkTrailer(source: Source, length: number, name: string): void {
  let stored = 0;
  for (let i = TRAILER - 1; i >= 0; i--) stored = stored * 256 + (source.last[i] ?? 0);
  if (stored !== length % 2 ** 32) {
    refuse(
      `${name}: the gzip file has bytes after its end: its last four bytes say ${stored}, but it unpacks to ${length} bytes.`,
      'A gzip file may have only one member; get the file again from its source.',
    );
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of pieces) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
