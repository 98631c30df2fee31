/** Pictures in Node: paths, bytes of files, Blobs. */

import { fileURLToPath } from 'node:url';
import { typeOf } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { isEncodedImage } from '../../../data/encoded-image.ts';
import type { Picture } from '../../../data/prepare/picture.ts';
import type { Pixels } from '../../../use/predictor.ts';
import { decodePicture } from './decode.ts';
import { readImageFile } from './images.ts';

/**
 * Pictures that a model accepts in Node, besides pixels: the path of a PNG, JPEG or WebP file, its file:
 * address, or its bytes. These may also be a Uint8Array, which is told from pixels by its length and by how it begins and ends;
 * an ArrayBuffer is always a file.
 */
export type NodePicture = string | URL | Blob | ArrayBuffer;

/** See `DecodePicture`: undefined for other values. */
export function decodeNodePicture(
  image: NodePicture | Pixels,
  name: string,
  size?: number,
): Promise<Picture> | undefined {
  if (typeof image === 'string') return fromPath(image);
  if (typeof image !== 'object' || image === null) return undefined;
  switch (typeOf(image)) {
    case 'URL':
      return fromUrl(image as URL);
    case 'Blob':
      return fromBlob(image as Blob, name);
    case 'File':
      return fromBlob(image as File, (image as File).name || name);
    case 'ArrayBuffer':
      return decodePicture(new Uint8Array(image as ArrayBuffer), name);
    case 'Uint8Array':
      return isEncodedImage(image as Uint8Array, size) ? decodePicture(image as Uint8Array, name) : undefined;
    default:
      return undefined;
  }
}

async function fromPath(path: string): Promise<Picture> {
  return await decodePicture(await readImageFile(path), path);
}

async function fromUrl(url: URL): Promise<Picture> {
  if (url.protocol === 'file:') return await fromPath(fileURLToPath(url));
  throw new CoutureError('usage', `The address ${url.href} is not that of a local file.`, {
    hint: 'Fetch it first and pass its Blob or its bytes.',
  });
}

async function fromBlob(blob: Blob, name: string): Promise<Picture> {
  return await decodePicture(new Uint8Array(await blob.arrayBuffer()), name);
}
