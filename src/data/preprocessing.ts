/**
 * What happens to a picture before a network sees it, as data: how it becomes an image of the right size, and how the
 * image's bytes become numbers. It travels with a data set, a run and a model, so that whoever asks the network prepares
 * pictures as its training images were prepared. The steps themselves are in prepare.ts; the numbers are made by the
 * engine's `gather`.
 */

import * as z from 'zod';
import { checkArguments, kind } from '../core/arguments.ts';

const level = z.int().min(0).max(255);

/** How a picture becomes an image. */
export const pictureStepsSchema = z.strictObject({
  /** Turn a photograph upright by its EXIF orientation. */
  upright: z.boolean(),
  /** The color behind transparent pixels; `auto` takes black or white, whichever the object stands out from. */
  ground: z.union([z.literal('auto'), z.tuple([level, level, level]).readonly()]),
  /** Swap light and dark; `auto` does where the object is darker than its ground. */
  invert: z.enum(['auto', 'yes', 'no']),
  /** Cut the picture down to the object that stands out from its ground, and center it. */
  trim: z.boolean(),
  /** How what is left gets the image's shape: whole with ground around it, filled and cut off, or stretched. */
  fit: z.enum(['pad', 'crop', 'stretch']),
});
export type PictureSteps = Readonly<z.infer<typeof pictureStepsSchema>>;

/** How bytes become numbers: (p / 255 - offset) / scale in float32, one offset and one scale for each channel. */
export const pixelScalingSchema = z.strictObject({
  offset: z.array(z.number().min(-1000).max(1000)).min(1).max(3).readonly(),
  scale: z.array(z.number().min(1e-6).max(1000)).min(1).max(3).readonly(),
});
export type PixelScaling = Readonly<z.infer<typeof pixelScalingSchema>>;

/** Everything between a decoded picture and a network's input. */
export const preprocessingSchema = z.strictObject({
  version: z.literal(1),
  picture: pictureStepsSchema,
  pixels: pixelScalingSchema,
});
export type Preprocessing = Readonly<z.infer<typeof preprocessingSchema>>;

/** From -1 to 1, as the published networks have it: (p / 255 - 0.5) / 0.5. */
export function centeredScaling(channels: 1 | 3): PixelScaling {
  checkArguments('centeredScaling', {
    channels: [channels, kind('1 or 3', (value) => value === 1 || value === 3)],
  });
  return { offset: new Array<number>(channels).fill(0.5), scale: new Array<number>(channels).fill(0.5) };
}

/** Ways in which a run may scale pixels: as its data set says, or with black at 0, so that products leave the ground out. */
export const pixelScalings = ['data', 'from-zero'] as const;

/** A data set's scaling, as a run has it. */
export function scaledAs(scaling: PixelScaling, wanted: (typeof pixelScalings)[number]): PixelScaling {
  return wanted === 'data' ? scaling : { ...scaling, offset: scaling.offset.map(() => 0) };
}

/** For pictures of one's own: as they are, made smaller to fit, with ground around them. */
export const plainSteps: PictureSteps = {
  upright: true,
  ground: 'auto',
  invert: 'no',
  trim: false,
  fit: 'pad',
};

/** For sets of light objects on black that fill the image: Fashion-MNIST and its like. */
export const objectSteps: PictureSteps = { ...plainSteps, invert: 'auto', trim: true };
