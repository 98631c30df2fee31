/**
 * The golden run: three epochs of `deeper` on Fashion-MNIST. Its sum changes only when the numerics change, on
 * purpose; CHANGELOG.md then says why.
 */

import { resolveConfig } from '../../src/train/config.ts';

export const goldenConfig = resolveConfig({ recipe: 'deeper', settings: { epochs: 3, seed: 1 } });

/** SHA-256 of the weights after the last epoch. */
export const goldenSha256 = '89604ff57c2cc3ec3e490a7c2afad66e141f384a530a22114ad4df34e7b52c10';
