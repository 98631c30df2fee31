/**
 * Decodes pictures in a page to RGBA as stored. src/data/prepare.ts processes them. A canvas keeps
 * colors multiplied by alpha: of half-transparent pixels a color may be off by one or more, of opaque ones never.
 */

import { typeOf } from '../../core/arguments.ts';
import { CoutureError } from '../../core/errors.ts';
import { checkEncodedImage, MAX_IMAGE_BYTES, unreadable } from '../../data/encoded-image.ts';
import { withoutOrientation } from '../../data/image-header.ts';
import { type Picture, refusedSides } from '../../data/prepare/picture.ts';

/** Sources of pictures in a page. */
export type PageImage =
  | Blob
  | Uint8Array<ArrayBuffer>
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas;

/**
 * A picture out of whatever holds one: the bytes of a PNG, JPEG or WebP file, or something that a canvas can draw.
 * @param name what to call the picture in messages
 * @throws CoutureError of kind `data` when it cannot be read, `usage` when it cannot be drawn
 */
export async function pagePicture(source: PageImage, name = 'that was given'): Promise<Picture> {
  // By name and not by `instanceof`: a worker has no HTMLImageElement, and a frame has an ImageData of its own.
  switch (typeOf(source)) {
    case 'ImageData': {
      const { data, width, height } = source as ImageData;
      return { data, width, height };
    }
    case 'Blob':
    case 'File': {
      const blob = source as Blob;
      if (blob.size > MAX_IMAGE_BYTES)
        throw unreadable(name, `it has ${blob.size} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
      return await decodePicture(new Uint8Array(await blob.arrayBuffer()), name);
    }
    case 'Uint8Array':
      return await decodePicture(source as Uint8Array<ArrayBuffer>, name);
    case 'HTMLImageElement': {
      // Its own sides, not those it is shown in.
      const { naturalWidth, naturalHeight } = source as HTMLImageElement;
      return draw(source as HTMLImageElement, naturalWidth, naturalHeight, name);
    }
    case 'HTMLVideoElement': {
      const { videoWidth, videoHeight } = source as HTMLVideoElement;
      return draw(source as HTMLVideoElement, videoWidth, videoHeight, name);
    }
    default: {
      const { width, height } = source as ImageBitmap | HTMLCanvasElement | OffscreenCanvas;
      return draw(source as ImageBitmap, width, height, name);
    }
  }
}

/**
 * Decodes a PNG, JPEG or WebP image as stored: not turned, its color profile not applied. Chromium turns what it decodes even where
 * `imageOrientation` is `none`, so the orientation is removed from the bytes first.
 */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Picture> {
  const header = checkEncodedImage(bytes, name);
  const { orientation, format } = header;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(
      new Blob([withoutOrientation(bytes, header)], { type: `image/${format}` }),
      {
        colorSpaceConversion: 'none',
        premultiplyAlpha: 'none',
      },
    );
  } catch (cause) {
    throw unreadable(name, 'it is damaged or truncated', cause);
  }
  try {
    return { ...draw(bitmap, bitmap.width, bitmap.height, name), orientation };
  } finally {
    bitmap.close();
  }
}

function draw(source: CanvasImageSource, width: number, height: number, name: string): Picture {
  const refused = refusedSides(width, height);
  if (refused !== undefined) throw new CoutureError('usage', `The image ${name} cannot be used: ${refused}.`);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new CoutureError('backend', 'This page cannot decode pictures: it has no 2D canvas.');
  context.drawImage(source, 0, 0);
  try {
    return { data: context.getImageData(0, 0, width, height).data, width, height };
  } catch (cause) {
    throw new CoutureError(
      'data',
      `The image ${name} comes from another site that does not allow reading its pixels.`,
      {
        hint: 'Load it with crossorigin="anonymous" from a site that allows it, or from this site.',
        cause,
      },
    );
  }
}
