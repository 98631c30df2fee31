/** Gets a published file from beside the page, plain or gzipped, and checks its length and SHA-256. */

import { CoutureError } from '@couture/core';
import type { DataFile } from 'couture/data';
import { piecesOf } from './stream.ts';

/** What has come so far: the first `length` bytes hold data. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * A file, unpacked.
 * @throws CoutureError of kind `data` when it is not there, or not the published one
 */
export async function fetchFile(
  url: URL,
  file: DataFile,
  onPart?: (part: Part) => void,
): Promise<Uint8Array> {
  const name = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const response = await fetch(url).catch((cause: unknown) => {
    throw new CoutureError('data', `The file ${name} could not be loaded: there is no connection.`, {
      cause,
    });
  });
  if (!response.ok || response.body === null) {
    throw new CoutureError(
      'data',
      `The file ${name} could not be loaded: the server answered ${response.status}.`,
      {
        hint: 'Bring your own images, or put the files of Fashion-MNIST beside the page.',
      },
    );
  }
  const bytes = new Uint8Array(file.bytes);
  let length = 0;
  for await (const part of piecesOf(await unpacked(response.body))) {
    if (length + part.length > bytes.length) throw wrong(name, `it has more than ${bytes.length} bytes`);
    bytes.set(part, length);
    length += part.length;
    onPart?.({ bytes, length });
  }
  if (length < bytes.length) throw wrong(name, `it has ${length} of ${bytes.length} bytes`);
  if (file.sha256 !== null && (await sha256(bytes)) !== file.sha256)
    throw wrong(name, 'its SHA-256 is another');
  return bytes;
}

/** The stream, unpacked where it begins like gzip: hosts differ in whether they unpack it themselves. */
async function unpacked(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<ReadableStream<Uint8Array>> {
  const reader = body.getReader();
  const { value: first = new Uint8Array() } = await reader.read();
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async (reason) => await reader.cancel(reason),
  });
  return first[0] === 0x1f && first[1] === 0x8b ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function wrong(name: string, what: string): CoutureError {
  return new CoutureError('data', `The file ${name} is not the published one: ${what}.`, {
    hint: 'Replace it: couture data get fashion-mnist has the right one.',
  });
}
