/** Decides on the shape of the images of a set: as requested, or by a look at some of its pictures. */

import { CoutureError } from '../../core/errors.ts';
import { count, percent, plural } from '../../core/format.ts';
import { describeShape, type ImageShape, MAX_SIDE } from '../image-shape.ts';
import type { Picture } from '../prepare.ts';
import type { LabeledPictures } from '../readers/found.ts';
import type { ImportOptions, ImportPlatform } from './options.ts';
import { inParallel } from './parallel.ts';
import { decodePicture } from './prepare-picture.ts';

/** Pictures that are looked at, evenly spaced. */
const SAMPLE = 400;
/** Largest common side of the pictures that is kept. */
const MAX_COMMON = 64;
/** Side of the images if the pictures differ in size. */
const OTHER_SIDE = 32;
/** Share of the pictures that must agree on a size. */
const AGREEMENT = 0.9;
/** Share of pictures with color that makes a color set. */
const COLOR_SHARE = 0.05;
/** A pixel has color when its channels differ by more than this: JPEG blurs gray by less. */
const COLOR_SPREAD = 24;
/** Share of the pixels that must have color in a picture that has it. */
const COLOR_PIXELS = 0.01;

/** A shape, and a sentence about the reason. */
export interface DecidedShape {
  readonly shape: ImageShape;
  readonly notice: string;
}

/**
 * Decides on the shape.
 * @throws CoutureError of kind `usage` for a size out of range, `data` when no picture can be read
 */
export async function decideShape(
  pictures: LabeledPictures,
  options: ImportOptions,
  platform: ImportPlatform,
): Promise<DecidedShape> {
  const { like, size, channels } = options;
  if (like !== undefined)
    return {
      shape: like.shape,
      notice: `Images become ${describeShape(like.shape)}, the shape that the model takes.`,
    };
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= MAX_SIDE))
    throw new CoutureError(
      'usage',
      `The size of images must be a whole number from 1 to ${MAX_SIDE}, not ${size}.`,
    );
  if (size !== undefined && channels !== undefined) {
    const shape = { height: size, width: size, channels };
    return { shape, notice: `Images become ${describeShape(shape)}, as asked.` };
  }
  const looks = await lookAt(pictures, options, platform);
  const common = commonSize(looks);
  const colored = looks.filter(({ isColored }) => isColored).length;
  const sides = sidesOf(size, common);
  const shape = { ...sides.value, channels: channels ?? (colored > COLOR_SHARE * looks.length ? 3 : 1) };
  const color =
    channels !== undefined
      ? ''
      : ` Of ${plural(looks.length, 'picture')} looked at, ${colored === 0 ? 'none' : count(colored)} ${colored === 1 ? 'has' : 'have'} color.`;
  return { shape, notice: `Images become ${describeShape(shape)}: ${sides.why}.${color}` };
}

interface Look {
  readonly height: number;
  readonly width: number;
  readonly isColored: boolean;
}

async function lookAt(
  pictures: LabeledPictures,
  { signal, onProgress }: ImportOptions,
  { decode, parallel }: ImportPlatform,
): Promise<Look[]> {
  const count = Math.min(SAMPLE, pictures.length);
  const looks: Look[] = [];
  let failure: unknown;
  await inParallel(count, parallel, signal, async (k) => {
    const index = Math.floor((k * pictures.length) / count);
    try {
      const picture = await decodePicture(await pictures.read(index), decode, pictures.nameOf(index));
      looks.push(lookOf(picture));
    } catch (error) {
      // The full pass names it; here it is only not counted.
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      failure = error;
    }
    onProgress?.({ stage: 'look', done: looks.length, total: count });
  });
  if (looks.length > 0) return looks;
  throw failure ?? new CoutureError('data', 'There are no pictures to look at.');
}

function lookOf(picture: Picture): Look {
  const turned = (picture.orientation ?? 1) >= 5;
  const [height, width] = turned ? [picture.width, picture.height] : [picture.height, picture.width];
  return { height, width, isColored: hasColor(picture) };
}

/** Whether a picture has color that can be seen. */
export function hasColor({ data }: Picture): boolean {
  let seen = 0;
  let colored = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 128) continue;
    seen += 1;
    const most = Math.max(data[i], data[i + 1], data[i + 2]);
    if (most - Math.min(data[i], data[i + 1], data[i + 2]) > COLOR_SPREAD) colored += 1;
  }
  return colored > seen * COLOR_PIXELS;
}

/** The most frequent size and its share. Of two that are equally frequent, the smaller one. */
function commonSize(looks: readonly Look[]): { height: number; width: number; share: number } {
  const counts = new Map<string, { height: number; width: number; count: number }>();
  for (const { height, width } of looks) {
    const key = `${height}x${width}`;
    const known = counts.get(key);
    counts.set(key, { height, width, count: (known?.count ?? 0) + 1 });
  }
  const [best] = [...counts.values()].sort(
    (a, b) => b.count - a.count || a.height - b.height || a.width - b.width,
  );
  return { height: best.height, width: best.width, share: best.count / looks.length };
}

function sidesOf(
  size: number | undefined,
  { height, width, share }: ReturnType<typeof commonSize>,
): { value: { height: number; width: number }; why: string } {
  if (size !== undefined) return { value: { height: size, width: size }, why: 'the size was asked for' };
  const agree = share >= AGREEMENT;
  if (agree && Math.max(height, width) <= MAX_COMMON)
    return {
      value: { height, width },
      why: `${share === 1 ? 'all pictures have' : `${percent(share, 0)} of the pictures have`} this size`,
    };
  const value = { height: OTHER_SIDE, width: OTHER_SIDE };
  const why = agree ? `the pictures are larger, ${height}x${width}` : 'the pictures differ in size';
  return { value, why: `${why} (--size chooses another)` };
}
