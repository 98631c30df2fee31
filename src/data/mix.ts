/**
 * Mixing: a training image with another of its batch in it, all over (mixup) or in a rectangle (cutmix). Drawn from Philox
 * counters as augmentation is, and in whole numbers, so that every backend makes the same pixels and targets. The pixels are
 * mixed by `mixImage` of the reference backend and by kernels/augment.ts, the targets by src/engine/targets.ts.
 */

import { type Key, philox4x32, type Words4 } from '../core/philox.ts';

/** Probabilities of mixing; both zero leaves images unchanged. */
export interface MixOptions {
  /** Probability that an image is blended with another (Zhang et al. 2018). */
  readonly mixup: number;
  /** Probability that it gets a rectangle of another (Yun et al. 2019), drawn only where it is not blended. */
  readonly cutmix: number;
}

/** Whether the options mix anything. */
export function mixes({ mixup, cutmix }: MixOptions): boolean {
  return mixup > 0 || cutmix > 0;
}

/** The mixing of one image. */
export interface Mix {
  /** Row of the batch whose image is mixed in, as augmented for that row, but not mixed itself. */
  readonly partner: number;
  /** The rectangle in which both are mixed, ends left out. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Weight of the image itself in that rectangle, in 256ths. */
  readonly weight: number;
  /** Weight of the image's own target: its share of all pixels, as float32. */
  readonly own: number;
}

/** Fourth word of the counters of mixing; those of augmentation have 0. */
const MIX_WORD = 1;

/**
 * Draws what is mixed into one image; undefined where nothing is, as in a batch of one. The counters are
 * (place, step, 0, 1) for what, how much and with whom, and (place, step, 1, 1) for where a rectangle lies. λ, which
 * the papers draw from Beta(α, α), is uniform, as with α = 1. A rectangle has the image's proportions and 1 - λ of its
 * area before what sticks out is cut off.
 * @param place the image's place in its batch
 * @param step the optimizer's step, counted over the run
 * @param rows images of the batch
 */
export function drawMix(
  { mixup, cutmix }: MixOptions,
  key: Key,
  place: number,
  step: number,
  rows: number,
  { height, width }: { readonly height: number; readonly width: number },
): Mix | undefined {
  if (rows < 2) return undefined;
  const words: Words4 = [0, 0, 0, 0];
  const uniform = (word: number): number => words[word] / 2 ** 32;
  const whole = (word: number, count: number): number => Math.floor(uniform(word) * count);

  philox4x32(key, place, step, 0, MIX_WORD, words);
  const kind = uniform(0);
  if (kind >= mixup + cutmix) return undefined;
  // One of the other rows, with equal probability.
  const partner = (place + 1 + whole(1, rows - 1)) % rows;
  if (kind < mixup) {
    const weight = whole(2, 257);
    return { partner, left: 0, top: 0, right: width, bottom: height, weight, own: weight / 256 };
  }
  const side = Math.sqrt(uniform(2));
  const [columns, lines] = [Math.round(width * side), Math.round(height * side)];
  philox4x32(key, place, step, 1, MIX_WORD, words);
  const [left, top] = [whole(0, width) - (columns >> 1), whole(1, height) - (lines >> 1)];
  const inside = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, left + columns),
    bottom: Math.min(height, top + lines),
  };
  const pixels = height * width;
  const foreign = (inside.right - inside.left) * (inside.bottom - inside.top);
  return { partner, ...inside, weight: 0, own: Math.fround((pixels - foreign) / pixels) };
}
