/** A part of a picture drawn as an image. */

import type { ImageShape } from '../image-shape.ts';
import type { PictureSteps } from '../preprocessing.ts';
import { exactLuma } from './gray.ts';
import type { Box, Color, Picture } from './picture.ts';
import { type Plane, resample, resampler, toByte } from './planes.ts';

/** What is drawn, and how. */
export interface Drawing {
  readonly shape: ImageShape;
  readonly fit: PictureSteps['fit'];
  /** The part, in the picture's pixels. */
  readonly box: Box;
  /** The color outside the part and the mask; inverted with the rest. */
  readonly around: Color;
  readonly inverted: boolean;
  /** Coverage of each pixel, 0 to 1, for the whole picture in any size. */
  readonly mask?: Plane | undefined;
}

/** All of a picture. */
export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): Box {
  return { left: 0, top: 0, width, height };
}

/** The bytes of the image: height, width, channel. */
export function drawPart(picture: Picture, drawing: Drawing): Uint8Array<ArrayBuffer> {
  const { shape, around, inverted, mask } = drawing;
  const { box, left, top, width, height } = layOut(drawing);
  const draw = resampler(picture, box, width, height);
  const sides = { width: picture.width, height: picture.height };
  const planes = [0, 1, 2].map((offset) => draw({ ...sides, values: picture.data, stride: 4, offset }));
  const shares = mask && resample(mask, scaledBox(box, picture, mask), width, height);
  const pixels = new Uint8Array(shape.height * shape.width * shape.channels);
  const put = (i: number, color: Color): void => {
    const values = shape.channels === 1 ? [exactLuma(...color)] : color;
    values.forEach((value, c) => {
      pixels[i * shape.channels + c] = toByte(inverted ? 255 - value : value);
    });
  };
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const [u, v] = [x - left, y - top];
      const inside = u >= 0 && v >= 0 && u < width && v < height;
      const from = v * width + u;
      const share = !inside ? 0 : shares === undefined ? 1 : Math.max(0, Math.min(1, shares[from]));
      const mixed = (c: number): number =>
        share === 0 ? around[c] : planes[c][from] * share + around[c] * (1 - share);
      put(y * shape.width + x, [mixed(0), mixed(1), mixed(2)]);
    }
  }
  return pixels;
}

/** Which part of the picture is drawn where in the image. */
function layOut({ shape, fit, box }: Drawing) {
  const across = shape.width / box.width;
  const down = shape.height / box.height;
  if (fit === 'stretch') return { box, left: 0, top: 0, width: shape.width, height: shape.height };
  if (fit === 'crop') {
    const scale = Math.max(across, down);
    const [width, height] = [shape.width / scale, shape.height / scale];
    const middle = {
      ...{ width, height },
      left: box.left + (box.width - width) / 2,
      top: box.top + (box.height - height) / 2,
    };
    return { box: middle, left: 0, top: 0, width: shape.width, height: shape.height };
  }
  const scale = Math.min(across, down);
  const width = Math.max(1, Math.min(shape.width, Math.round(box.width * scale)));
  const height = Math.max(1, Math.min(shape.height, Math.round(box.height * scale)));
  // For an odd rest, the larger half comes first, as in Fashion-MNIST.
  const [left, top] = [Math.ceil((shape.width - width) / 2), Math.ceil((shape.height - height) / 2)];
  return { box, left, top, width, height };
}

function scaledBox(
  box: Box,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Box {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return {
    left: box.left * across,
    top: box.top * down,
    width: box.width * across,
    height: box.height * down,
  };
}
