/**
 * The preparation of a picture as data: how it becomes an image of the right size, and how the bytes become
 * numbers. Data sets, runs and models contain it, so that pictures for prediction are prepared like the
 * training images. prepare.ts has the steps; the engine's `gather` makes the numbers.
 */

import * as z from 'zod';
import { checkArguments, kind } from '../core/arguments.ts';

const level = z.int().min(0).max(255);

/** How a picture becomes an image. */
export interface PictureSteps {
  /** Turn a photograph upright by its EXIF orientation. */
  readonly upright: boolean;
  /**
   * The color behind transparent pixels: red, green and blue from 0 to 255, or `auto`, which is black or white, whichever
   * contrasts with the object.
   */
  readonly ground: 'auto' | readonly [number, number, number];
  /** Swap light and dark; `auto` swaps if the object is darker than its background. */
  readonly invert: 'auto' | 'yes' | 'no';
  /** Crop the picture to the object and center it. */
  readonly trim: boolean;
  /** How the picture gets the image's shape: whole with a background, filled and cropped, or stretched. */
  readonly fit: 'pad' | 'crop' | 'stretch';
}

/** @internal */
export const pictureStepsSchema = z.strictObject({
  upright: z.boolean(),
  ground: z.union([z.literal('auto'), z.tuple([level, level, level]).readonly()]),
  invert: z.enum(['auto', 'yes', 'no']),
  trim: z.boolean(),
  fit: z.enum(['pad', 'crop', 'stretch']),
}) satisfies z.ZodType<PictureSteps>;

/** How bytes become numbers: (p / 255 - offset) / scale in float32, one offset and one scale for each channel. */
export interface PixelScaling {
  readonly offset: readonly number[];
  readonly scale: readonly number[];
}

/** @internal */
export const pixelScalingSchema = z.strictObject({
  offset: z.array(z.number().min(-1000).max(1000)).min(1).max(3).readonly(),
  scale: z.array(z.number().min(1e-6).max(1000)).min(1).max(3).readonly(),
}) satisfies z.ZodType<PixelScaling>;

/** Everything between a decoded picture and a network's input. */
export interface Preprocessing {
  /** Version of the format. */
  readonly version: 1;
  readonly picture: PictureSteps;
  readonly pixels: PixelScaling;
}

/** @internal */
export const preprocessingSchema = z.strictObject({
  version: z.literal(1),
  picture: pictureStepsSchema,
  pixels: pixelScalingSchema,
}) satisfies z.ZodType<Preprocessing>;

/** From -1 to 1, as in the published networks: (p / 255 - 0.5) / 0.5. */
export function centeredScaling(channels: 1 | 3): PixelScaling {
  checkArguments('centeredScaling', {
    channels: [channels, kind('1 or 3', (value) => value === 1 || value === 3)],
  });
  return { offset: new Array<number>(channels).fill(0.5), scale: new Array<number>(channels).fill(0.5) };
}

/** How a run may scale pixels: as its data set says, or with black at 0, so that products skip the background. */
export const pixelScalings = ['data', 'from-zero'] as const;

/** The scaling of a run: that of its data set, or the same with offset 0. */
export function scaledAs(scaling: PixelScaling, wanted: (typeof pixelScalings)[number]): PixelScaling {
  return wanted === 'data' ? scaling : { ...scaling, offset: scaling.offset.map(() => 0) };
}

/** For your own pictures: unchanged, scaled to fit, on a background. */
export const plainSteps: PictureSteps = {
  upright: true,
  ground: 'auto',
  invert: 'no',
  trim: false,
  fit: 'pad',
};

/** For sets with light objects on black that fill the image, like Fashion-MNIST. */
export const objectSteps: PictureSteps = { ...plainSteps, invert: 'auto', trim: true };
