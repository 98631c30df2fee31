/** Pictures drawn by arithmetic, the same in a page and in Node: for tests that hold both against each other. */

import type { ImageShape } from '../src/data/image-shape.ts';
import type { Picture } from '../src/data/prepare/picture.ts';
import { objectSteps, type PictureSteps, plainSteps } from '../src/data/preprocessing.ts';

/** An object on a ground with light, grain and, if asked for, transparency around. */
export function drawPicture(width: number, height: number, seed: number): Picture {
  const data = new Uint8Array(width * height * 4);
  const [object, ground] = seed % 2 === 0 ? [40, 200] : [210, 60];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const inside = u > 0.3 && u < 0.7 && v > 0.45 && v < 0.8 && (v > 0.6 || u > 0.5);
      const grain = ((x * 7 + y * 13 + seed * 5) % 11) - 5;
      const value = Math.round((inside ? object : ground) * (0.9 + 0.2 * u) + grain);
      const alpha = seed % 3 === 2 && !inside ? 0 : 255;
      data.set([value, Math.max(0, value - seed), Math.max(0, value - 2 * seed), alpha], (y * width + x) * 4);
    }
  }
  return { data, width, height, orientation: 1 + (seed % 8) };
}

/** What is prepared of them, into which shape. */
export const pictureCases: readonly {
  readonly picture: Picture;
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
}[] = [0, 1, 2, 3, 5, 6].flatMap((seed) =>
  [
    { shape: { height: 28, width: 28, channels: 1 } as const, steps: objectSteps },
    { shape: { height: 64, width: 48, channels: 3 } as const, steps: plainSteps },
    {
      shape: { height: 32, width: 32, channels: 3 } as const,
      steps: { ...plainSteps, fit: 'crop' } as const,
    },
  ].map((rest) => ({ picture: drawPicture(96 + 31 * seed, 130 - 17 * seed, seed), ...rest })),
);
