/** Distinguishes pictures of a page from pixels. */

import { typeOf } from '../../core/arguments.ts';
import { isEncodedImage, unreadable } from '../../data/encoded-image.ts';
import type { Picture } from '../../data/prepare/picture.ts';
import type { Pixels } from '../../use/predictor.ts';
import { type PageImage, pagePicture } from './decode.ts';

/**
 * Pictures that a model accepts in a page, besides pixels. Bytes of a PNG, JPEG or WebP file may also be a
 * Uint8Array, which is told from pixels by its length and by how it begins and ends; an ArrayBuffer is always a file.
 */
export type WebPicture = Exclude<PageImage, Uint8Array> | ArrayBuffer;

const drawables = ['HTMLCanvasElement', 'HTMLVideoElement', 'OffscreenCanvas', 'ImageBitmap', 'Blob'];

/**
 * Decodes a picture of a page, for `prepareImage`; undefined for other values, such as pixels. A canvas is read at the
 * time of the call.
 * @param name its name in messages; files keep their name
 * @param size values of the image of a model: so many bytes are pixels, unless they are a whole file
 * @throws CoutureError of kind `data` for a picture that cannot be read
 */
export function decodeWebPicture(
  image: WebPicture | Pixels,
  name: string,
  size?: number,
): Promise<Picture> | undefined {
  if (typeof image !== 'object' || image === null) return undefined;
  const type = typeOf(image);
  if (drawables.includes(type)) return pagePicture(image as PageImage, name);
  switch (type) {
    case 'File':
      return pagePicture(image as File, (image as File).name || name);
    case 'ImageData': {
      const { data, width, height } = image as ImageData;
      // A copy, because the page may continue drawing.
      return Promise.resolve({ data: data.slice(), width, height });
    }
    case 'HTMLImageElement':
      return whenLoaded(image as HTMLImageElement, name);
    case 'ArrayBuffer':
      return pagePicture(new Uint8Array(image as ArrayBuffer), name);
    case 'Uint8Array':
      return isEncodedImage(image as Uint8Array, size)
        ? pagePicture(new Uint8Array(image as Uint8Array), name)
        : undefined;
    default:
      return undefined;
  }
}

async function whenLoaded(image: HTMLImageElement, name: string): Promise<Picture> {
  const label = image.alt || name;
  await image.decode().catch((cause: unknown) => {
    throw unreadable(label, 'the browser could not load it', cause);
  });
  return await pagePicture(image, label);
}
