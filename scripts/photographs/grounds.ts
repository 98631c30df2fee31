/** What a photographed thing lies on: drawn, plain and uneven, and like wood, cloth, plaster, stone and paving. */

import type { RandomStream } from '../../src/core/philox.ts';
import { between, fractalField, noiseField } from './noise.ts';

/** Red, green and blue at a place, 0 to 255, before light falls on it. */
export type Ground = (x: number, y: number) => [number, number, number];

export const groundNames = [
  'plain',
  'gradient',
  'noise',
  'wood',
  'fabric',
  'plaster',
  'stone',
  'tiles',
] as const;
export type GroundName = (typeof groundNames)[number];

interface Scene {
  readonly random: RandomStream;
  readonly width: number;
  readonly height: number;
  /** Brightness of the ground, 0 to 255. */
  readonly level: number;
}

type Tint = readonly [number, number, number];

/** The ground of that name at about that brightness. */
export function drawGround(name: GroundName, scene: Scene): Ground {
  switch (name) {
    case 'plain':
      return shaded(scene, faintTint(scene.random), () => 0);
    case 'gradient':
      return gradient(scene);
    case 'noise':
      return grain(scene);
    case 'wood':
      return wood(scene);
    case 'fabric':
      return fabric(scene);
    case 'plaster':
      return plaster(scene);
    case 'stone':
      return stone(scene);
    case 'tiles':
      return tiles(scene);
  }
}

/** A level and a tint, and what a texture adds to the level as a share of it. */
function shaded({ level }: Scene, tint: Tint, texture: (x: number, y: number) => number): Ground {
  return (x, y) => {
    const value = level * (1 + texture(x, y));
    return [value * tint[0], value * tint[1], value * tint[2]];
  };
}

function faintTint(random: RandomStream): Tint {
  return [between(random, 0.94, 1.05), 1, between(random, 0.9, 1.05)];
}

function gradient(scene: Scene): Ground {
  const { random, width, height } = scene;
  const [right, down] = [between(random, -0.3, 0.3), between(random, -0.3, 0.3)];
  return shaded(scene, faintTint(random), (x, y) => right * (x / width - 0.5) + down * (y / height - 0.5));
}

function grain(scene: Scene): Ground {
  const fine = noiseField(scene.random, 2, 2);
  const strength = between(scene.random, 0.05, 0.15);
  return shaded(scene, faintTint(scene.random), (x, y) => fine(x, y) * strength);
}

/** Boards with long fibers, dark lines of growth and seams. */
function wood(scene: Scene): Ground {
  const { random } = scene;
  const board = between(random, 90, 220);
  const fibers = fractalField(random, 160, 5);
  const growth = noiseField(random, 300, 40);
  const lines = between(random, 0.04, 0.1);
  const strength = between(random, 0.05, 0.12);
  const tones = noiseField(random, 1e9, 1);
  return shaded(scene, [1.1, 0.97, between(random, 0.7, 0.85)], (x, y) => {
    const row = Math.floor(y / board);
    const wave = y * lines + growth(x + row * 517, y) * 3;
    const line = Math.abs(wave - Math.round(wave)) < 0.12 ? -0.08 : 0;
    const seam = y - row * board < 2 ? -0.3 : 0;
    return fibers(x + row * 311, y) * strength + line + seam + tones(0, row) * 0.06;
  });
}

/** A weave of threads, and soft folds. */
function fabric(scene: Scene): Ground {
  const { random } = scene;
  const period = between(random, 3, 7);
  const folds = fractalField(random, between(random, 150, 400), between(random, 100, 300), 2);
  const uneven = noiseField(random, 3, 3);
  const depth = between(random, 0.03, 0.1);
  const wave = (t: number): number => 4 * Math.abs(t / period - Math.round(t / period)) - 1;
  const tint: Tint = [between(random, 0.85, 1.1), between(random, 0.9, 1.05), between(random, 0.85, 1.1)];
  return shaded(
    scene,
    tint,
    (x, y) => (wave(x) + wave(y)) * 0.5 * depth + uneven(x, y) * 0.04 + folds(x, y) * 0.12,
  );
}

function plaster(scene: Scene): Ground {
  const rough = fractalField(scene.random, 120, 120, 6);
  const strength = between(scene.random, 0.06, 0.14);
  return shaded(scene, faintTint(scene.random), (x, y) => rough(x, y) * strength);
}

/** Granite and the like: specks of several tones. */
function stone(scene: Scene): Ground {
  const specks = noiseField(scene.random, 4, 4);
  const clouds = fractalField(scene.random, 60, 60, 3);
  return shaded(scene, faintTint(scene.random), (x, y) => {
    const speck = specks(x, y);
    return (speck > 0.55 ? 0.12 : speck < -0.55 ? -0.15 : 0) + clouds(x, y) * 0.06;
  });
}

/** Square tiles with joints, each of a slightly different tone. */
function tiles(scene: Scene): Ground {
  const { random } = scene;
  const size = between(random, 120, 260);
  const tones = noiseField(random, 1, 1);
  const rough = fractalField(random, 40, 40, 3);
  const joint = between(random, -0.25, 0.12);
  return shaded(scene, faintTint(random), (x, y) => {
    const [i, j] = [Math.floor(x / size), Math.floor(y / size)];
    if (x - i * size < 4 || y - j * size < 4) return joint;
    return tones(i, j) * 0.05 + rough(x, y) * 0.03;
  });
}
