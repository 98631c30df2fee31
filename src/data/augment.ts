/**
 * Augmentation of training images on their way into a batch. It is drawn for each image of each step from
 * Philox counters and stored as a record of integers, so that every backend moves the same pixels. The pixels
 * themselves are moved by `augmentImage` of the reference backend and by kernels/augment.ts.
 */

import { type Key, philox4x32, type Words4 } from '../core/philox.ts';
import { cosine, sine } from '../core/trigonometry.ts';
import { type MixOptions, mixes } from './mix.ts';

/** Strengths of the changes; all zero leaves images unchanged. */
export interface AugmentOptions {
  /** Mirror every second image horizontally. */
  readonly flip: boolean;
  /** Whole pixels at most in each direction. */
  readonly shift: number;
  /** Degrees at most to either side, 90 at most. */
  readonly rotate: number;
  /** Share at most by which an image is made larger or smaller. */
  readonly zoom: number;
  /** Largest shear in degrees, below 90. */
  readonly shear: number;
  /** Pixels at most, in each direction, by which the points of a coarse grid are pulled (Simard et al. 2003). */
  readonly elastic: number;
  /** Probability that a rectangle of 2% to 33% of the image is made black (Zhong et al. 2020). */
  readonly erase: number;
}

/** Whether the options change anything, mixing included. */
export function augments(options: AugmentOptions & Partial<MixOptions>): boolean {
  const { flip, shift, rotate, zoom, shear, elastic, erase, mixup = 0, cutmix = 0 } = options;
  const changed = flip || [shift, rotate, zoom, shear, elastic, erase].some((amount) => amount > 0);
  return changed || mixes({ mixup, cutmix });
}

/** Number of epochs with augmentation, from the first one; later epochs use unchanged images. */
export function augmentedEpochs(
  settings: AugmentOptions & { readonly epochs: number; readonly augmentUntil: number },
): number {
  return augments(settings) ? Math.round(settings.epochs * settings.augmentUntil) : 0;
}

/** Points of the elastic grid in each direction. */
export const GRID = 4;

/**
 * The words of a record. The pixel at (x, y) of the result comes from
 * (uByX x + uByY y + u, vByX x + vByY y + v), in 65536ths of a pixel. Then the rectangle that is erased, ends left out.
 * Then the elastic grid: the size of its cells in pixels, the width a multiple of 4, 0 without a grid; and two words for
 * each of its points, row by row, which are added to (u, v) there. Between the points, they are interpolated.
 */
export const WORD = {
  uByX: 0,
  uByY: 1,
  u: 2,
  vByX: 3,
  vByY: 4,
  v: 5,
  left: 6,
  top: 7,
  right: 8,
  bottom: 9,
  cellWidth: 10,
  cellHeight: 11,
  points: 12,
} as const;

/** Words of a record. */
export const RECORD = WORD.points + 2 * GRID * GRID;

/** One pixel in the units of a record. */
const ONE = 65_536;

/** The erased rectangle: shares of the image's area, and of its height by its width. */
const LEAST_AREA = 0.02;
const MOST_AREA = 0.33;
const LEAST_ASPECT = 0.3;

/** Where an image is moved, in whole pixels, and whether it is mirrored besides. */
export interface Move {
  readonly mirrored: boolean;
  readonly right: number;
  readonly down: number;
}

/** The draw of an image's flip and shift, which leaves its last word to be used. */
export function drawMove(
  { flip, shift }: Pick<AugmentOptions, 'flip' | 'shift'>,
  key: Key,
  place: number,
  step: number,
  words: Words4 = [0, 0, 0, 0],
): Move {
  philox4x32(key, place, step, 0, 0, words);
  const whole = (word: number): number => Math.floor((words[word] / 2 ** 32) * (2 * shift + 1)) - shift;
  return { mirrored: flip && words[0] >= 2 ** 31, right: whole(1), down: whole(2) };
}

/**
 * Draws the augmentation of one image and writes its record. The counters are (place, step, draw, 0).
 * @param place the image's place in its batch
 * @param step the optimizer's step, counted over the run
 */
export function drawAugmentation(
  { flip, shift, rotate, zoom, shear, elastic, erase }: AugmentOptions,
  key: Key,
  place: number,
  step: number,
  { height, width }: { readonly height: number; readonly width: number },
  record: Int32Array,
): void {
  const words: Words4 = [0, 0, 0, 0];
  const uniform = (word: number): number => words[word] / 2 ** 32;
  const within = (word: number, most: number): number => (2 * uniform(word) - 1) * most;
  const whole = (word: number, count: number): number => Math.floor(uniform(word) * count);

  const { mirrored, right, down } = drawMove({ flip, shift }, key, place, step, words);
  const mirror = mirrored ? -1 : 1;
  const erased = uniform(3) < erase;

  philox4x32(key, place, step, 1, 0, words);
  const angle = (within(0, rotate) * Math.PI) / 180;
  const size = 1 / (1 + within(1, zoom));
  const across = size * cosine(Math.abs(angle));
  const turned = size * sine(angle);
  const lean = (within(3, shear) * Math.PI) / 180;
  const slant = sine(lean) / cosine(Math.abs(lean));
  // About the middle of the image, which the shift then moves.
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const linear = [mirror * across, mirror * (across * slant - turned), turned, turned * slant + across];
  const [a, b, c, d] = linear.map((value) => Math.round(value * ONE));
  const [fromX, fromY] = [middleX + right, middleY + down];
  record[WORD.uByX] = a;
  record[WORD.uByY] = b;
  record[WORD.u] = Math.round(middleX * ONE - a * fromX - b * fromY);
  record[WORD.vByX] = c;
  record[WORD.vByY] = d;
  record[WORD.v] = Math.round(middleY * ONE - c * fromX - d * fromY);

  record.fill(0, WORD.left, RECORD);
  const aspectWord = uniform(2);
  if (elastic > 0) {
    record[WORD.cellWidth] = 4 * Math.ceil(width / (4 * (GRID - 1)));
    record[WORD.cellHeight] = Math.ceil(height / (GRID - 1));
    for (let i = 0; i < 2 * GRID * GRID; i++) {
      if (i % 4 === 0) philox4x32(key, place, step, 3 + i / 4, 0, words);
      record[WORD.points + i] = Math.round(within(i % 4, elastic) * ONE);
    }
  }
  if (!erased) return;
  // Tall and wide rectangles alike: an aspect of 0.3 to 1, or its inverse.
  const aspect = LEAST_ASPECT + (1 - LEAST_ASPECT) * Math.abs(2 * aspectWord - 1);
  philox4x32(key, place, step, 2, 0, words);
  const area = (LEAST_AREA + (MOST_AREA - LEAST_AREA) * uniform(0)) * height * width;
  const [long, short] = [Math.sqrt(area / aspect), Math.sqrt(area * aspect)];
  const [rows, columns] = aspectWord < 0.5 ? [long, short] : [short, long];
  const erasedRows = Math.min(height, Math.max(1, Math.round(rows)));
  const erasedColumns = Math.min(width, Math.max(1, Math.round(columns)));
  const [left, top] = [whole(1, width - erasedColumns + 1), whole(2, height - erasedRows + 1)];
  record[WORD.left] = left;
  record[WORD.top] = top;
  record[WORD.right] = left + erasedColumns;
  record[WORD.bottom] = top + erasedRows;
}
