/**
 * Makes the image that a network sees from a decoded picture: the single place for it, in a page and in Node,
 * for training and for prediction. Pure functions over RGBA bytes in whole numbers and float64 without
 * transcendental functions: the same picture gives the same bytes everywhere. Only decoding is done by the
 * platform.
 *
 * - Upright: turned by EXIF's number.
 * - Ground: transparent pixels get a color behind them, white or black by itself (transparency.ts).
 * - A picture of the image's own size is not moved, resized or trimmed.
 * - Trim: the object is found against a model of its ground (find-object.ts), cut out and centered as the images of
 *   Fashion-MNIST are: its longer side fills the image, the rest is black.
 * - Size: shrinking takes the mean of the area behind a pixel, enlarging is bicubic (planes.ts).
 * - Gray: Pillow's formula (gray.ts).
 * - Invert: where the object is darker than its ground, or, where no object was looked for, where the border is bright.
 */

import { checkArguments, exactly } from '../core/arguments.ts';
import { aPicture, aShape, stepFields } from './argument-kinds.ts';
import type { ImageShape } from './image-shape.ts';
import { borderColor, borderGray } from './prepare/border.ts';
import { drawPart, wholeOf } from './prepare/draw.ts';
import { type FoundObject, findObject, workingPicture } from './prepare/find-object.ts';
import { exactLuma, luma } from './prepare/gray.ts';
import { type Box, type Color, checkPicture, type Picture } from './prepare/picture.ts';
import { chooseGround, flatten, hasTransparency, meanLuma, visibleBox } from './prepare/transparency.ts';
import { upright } from './prepare/upright.ts';
import type { PictureSteps } from './preprocessing.ts';

export type { Box, Color, Picture } from './prepare/picture.ts';

/** The applied steps. */
export interface PreparationFacts {
  /** Sides of the upright picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** Light and dark were swapped. */
  readonly inverted: boolean;
  /**
   * The rectangle around the object, in pixels of the upright picture; null if the whole picture was used.
   */
  readonly crop: Box | null;
  /** Whether no object was found against the background. */
  readonly nothingFound: boolean;
  /** The color behind transparent pixels; null if there are none. */
  readonly ground: Color | null;
}

/** A picture as the network sees it. */
export interface PreparedImage {
  /** `height * width * channels` bytes of the image. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly facts: PreparationFacts;
}

/** Above this gray a border is bright. */
const MIDDLE = 127;
/**
 * Of a picture that has the image's size, three quarters of the border have to be bright before it is inverted. A quarter of the
 * border of every training image of Fashion-MNIST is darker than 12: none of them is ever changed.
 */
const DARK_SHARE = 0.25;

/**
 * Prepares a picture for a network.
 * @param shape of the image that is made
 * @throws CoutureError of kind `usage` when the bytes do not match the sides
 */
export function prepareImage(picture: Picture, shape: ImageShape, steps: PictureSteps): PreparedImage {
  checkArguments('prepareImage', {
    picture: [picture, aPicture],
    shape: [shape, aShape],
    steps: [steps, exactly(stepFields)],
  });
  checkPicture(picture);
  const whole = steps.upright ? upright(picture) : picture;
  const ground = hasTransparency(whole)
    ? steps.ground === 'auto'
      ? chooseGround(whole, shape.channels)
      : steps.ground
    : null;
  const flat = ground === null ? whole : flatten(whole, ground);
  const { width, height } = whole;
  const facts = { width, height, ground, crop: null, nothingFound: false };
  if (width === shape.width && height === shape.height) {
    const inverted = wantsInversion(steps, () => borderGray(flat, DARK_SHARE) > MIDDLE);
    return { pixels: asItIs(flat, shape, inverted), facts: { ...facts, inverted } };
  }
  if (steps.trim && ground !== null) return trimTransparent(whole, flat, ground, shape, steps);
  const found = steps.trim ? findObject(workingPicture(flat)) : undefined;
  if (found !== undefined) return cutOut(flat, found, shape, steps);
  const inverted = wantsInversion(steps, () => borderGray(flat, 0.5) > MIDDLE);
  const around = ground ?? borderColor(flat);
  const pixels = drawPart(flat, { shape, fit: steps.fit, box: wholeOf(flat), around, inverted });
  return { pixels, facts: { ...facts, inverted, nothingFound: steps.trim } };
}

function wantsInversion({ invert }: PictureSteps, looksDark: () => boolean): boolean {
  return invert === 'yes' || (invert === 'auto' && looksDark());
}

/** A picture of the right size, pixel by pixel. */
function asItIs({ data }: Picture, { channels, height, width }: ImageShape, inverted: boolean) {
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0, to = 0; i < data.length; i += 4) {
    if (channels === 1) pixels[to++] = luma(data[i], data[i + 1], data[i + 2]);
    else for (let c = 0; c < 3; c++) pixels[to++] = data[i + c];
  }
  return inverted ? pixels.map((value) => 255 - value) : pixels;
}

/**
 * The object of an opaque photograph, on black if inversion is automatic, otherwise on its own background.
 */
function cutOut(flat: Picture, found: FoundObject, shape: ImageShape, steps: PictureSteps): PreparedImage {
  const inverted = wantsInversion(steps, () => !found.lighter);
  const { width, height } = flat;
  const { box, mask } = found;
  const black: Color = inverted ? [255, 255, 255] : [0, 0, 0];
  const around = steps.invert === 'auto' ? black : borderColor(flat);
  const pixels = drawPart(flat, { shape, fit: steps.fit, box, around, inverted, mask });
  return { pixels, facts: { width, height, inverted, crop: box, ground: null, nothingFound: false } };
}

/** The object of a transparent picture, which its alpha shows. */
function trimTransparent(
  whole: Picture,
  flat: Picture,
  ground: Color,
  shape: ImageShape,
  steps: PictureSteps,
): PreparedImage {
  const { width, height } = whole;
  const box = visibleBox(whole);
  const inverted = wantsInversion(steps, () => meanLuma(whole) < exactLuma(...ground));
  const pixels = drawPart(flat, {
    ...{ shape, inverted },
    fit: steps.fit,
    box: box ?? wholeOf(whole),
    around: ground,
  });
  const facts = { width, height, inverted, ground, crop: box ?? null, nothingFound: box === undefined };
  return { pixels, facts };
}
