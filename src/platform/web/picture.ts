/** Pictures as a page has them, decoded by the browser to RGBA bytes. */

import { typeOf } from '../../core/arguments.ts';
import { CoutureError } from '../../core/errors.ts';
import { fileKind, KIND_BYTES } from '../../data/file-kinds.ts';
import { hideOrientation } from '../../data/hide-orientation.ts';
import { imageFormat, readImageHeader } from '../../data/image-header.ts';
import { type Picture, refusedSides } from '../../data/prepare/picture.ts';
import type { Pixels } from '../../use/predictor.ts';

/**
 * What a page may show to a model, beside pixels. Bytes of a PNG, JPEG or WebP file may also be a Uint8Array, which is told
 * from pixels by how it begins.
 */
export type WebPicture =
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | VideoFrame
  | OffscreenCanvas
  | ImageBitmap
  | ImageData
  | Blob
  | ArrayBuffer;

/** A picture that can be drawn on a canvas, with its sides in pixels. */
interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** An encoded image with more bytes is refused. */
const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/** See `DecodePicture`: undefined for what is no picture of a page. */
export function decodeWebPicture(image: WebPicture | Pixels, name: string): Promise<Picture> | undefined {
  if (typeof image !== 'object' || image === null) return undefined;
  switch (typeOf(image)) {
    case 'ImageData': {
      const { data, width, height } = image as ImageData;
      // As it is now: the page may go on drawing.
      return Promise.resolve({ data: asBytes(data).slice(), width, height });
    }
    case 'HTMLImageElement':
      return fromElement(image as HTMLImageElement, name);
    case 'HTMLVideoElement': {
      const video = image as HTMLVideoElement;
      return drawn({ source: video, width: video.videoWidth, height: video.videoHeight }, name);
    }
    case 'VideoFrame': {
      const frame = image as VideoFrame;
      return drawn({ source: frame, width: frame.displayWidth, height: frame.displayHeight }, name);
    }
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap': {
      const source = image as HTMLCanvasElement | OffscreenCanvas | ImageBitmap;
      return drawn({ source, width: source.width, height: source.height }, name);
    }
    case 'Blob':
      return fromBlob(image as Blob, name);
    case 'File':
      return fromBlob(image as File, (image as File).name || name);
    case 'ArrayBuffer':
      return decodeWebFile(new Uint8Array(image as ArrayBuffer), name);
    case 'Uint8Array':
      return imageFormat(image as Uint8Array) === undefined
        ? undefined
        : decodeWebFile(image as Uint8Array, name);
    default:
      return undefined;
  }
}

/**
 * Decodes a PNG, JPEG or WebP file, as stored: not turned.
 * @param name what to call the image in messages
 * @throws CoutureError of kind `data` saying what is wrong with it
 */
export async function decodeWebFile(bytes: Uint8Array, name: string): Promise<Picture> {
  if (bytes.length > MAX_IMAGE_BYTES)
    throw unreadable(name, `it has ${bytes.length} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
  if (imageFormat(bytes) === undefined) {
    const kind = fileKind(bytes.subarray(0, KIND_BYTES));
    throw unreadable(name, kind === undefined ? 'it is not a PNG, JPEG or WebP file' : `it is ${kind}`);
  }
  const header = readImageHeader(bytes);
  if (header === undefined) throw unreadable(name, 'it is cut short or damaged');
  refuse(header.width, header.height, name);
  const { orientation } = header;
  const blob = new Blob([orientation === 1 ? new Uint8Array(bytes) : hideOrientation(bytes)]);
  const options: ImageBitmapOptions = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' };
  const bitmap = await createImageBitmap(blob, options).catch((cause: unknown) => {
    throw unreadable(name, 'it is damaged or cut short', cause);
  });
  try {
    const { width, height } = bitmap;
    return { ...(await drawn({ source: bitmap, width, height }, name)), orientation };
  } finally {
    bitmap.close();
  }
}

async function fromBlob(blob: Blob, name: string): Promise<Picture> {
  if (blob.size > MAX_IMAGE_BYTES)
    throw unreadable(name, `it has ${blob.size} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
  return await decodeWebFile(new Uint8Array(await blob.arrayBuffer()), name);
}

async function fromElement(image: HTMLImageElement, name: string): Promise<Picture> {
  const label = image.alt || name;
  await image.decode().catch((cause: unknown) => {
    throw unreadable(label, 'the browser could not load it', cause);
  });
  return await drawn({ source: image, width: image.naturalWidth, height: image.naturalHeight }, label);
}

async function drawn({ source, width, height }: Drawable, name: string): Promise<Picture> {
  refuse(width, height, name);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new CoutureError('runtime', 'This browser has no canvas to read a picture from.');
  context.drawImage(source, 0, 0, width, height);
  try {
    return { data: asBytes(context.getImageData(0, 0, width, height).data), width, height };
  } catch (cause) {
    throw new CoutureError('data', `The browser does not let the image ${name} be read.`, {
      hint: 'It comes from another origin: load it with crossOrigin="anonymous", from a server that allows it.',
      cause,
    });
  }
}

function asBytes(data: ImageData['data']): Uint8ClampedArray {
  if (data instanceof Uint8ClampedArray) return data;
  throw new CoutureError('usage', 'An ImageData of another kind than bytes cannot be read.', {
    hint: 'Ask for 8 bits a channel, the default of getImageData.',
  });
}

function refuse(width: number, height: number, name: string): void {
  const refused = refusedSides(width, height);
  if (refused !== undefined) throw unreadable(name, refused);
}

function unreadable(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `Cannot read the image ${name}: ${what}.`, { cause });
}
