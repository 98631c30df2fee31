/** Pictures of what Fashion-MNIST has not: letters, digits, emoji, surfaces, noise; and, to compare, what it has. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { selectImages } from '../../src/data/dataset.ts';
import { splitOf } from '../../src/data/split.ts';
import { getDataset } from '../../src/platform/node/data/store.ts';
import { decodeImage } from '../../src/platform/node/images/images.ts';
import { photographs } from '../photographs/cases.ts';
import { drawGround, groundNames } from '../photographs/grounds.ts';

/** Images of one kind as networks see them. */
export interface OtherThings {
  readonly name: string;
  readonly images: Uint8Array;
  /** Of how many of the pictures it was said that nothing stands out; null where none was looked for. */
  readonly nothingFound: number | null;
}

interface Sources {
  /** Validation images of Fashion-MNIST. */
  readonly held: Uint8Array;
  readonly seed: number;
  readonly digits?: string | undefined;
  readonly emoji?: string | undefined;
}

/** Kind after kind. */
export async function* otherThings({ held, seed, digits, emoji }: Sources): AsyncGenerator<OtherThings> {
  yield { name: 'validation images', images: held, nothingFound: null };
  yield await prepareAll('photographs of validation images', await composed(seed));
  yield await prepareAll('letters of 9 weights of Inter', letters());
  if (digits !== undefined) {
    const file = readFileSync(digits);
    const pixels = (file[0] === 0x1f ? gunzipSync(file) : file).subarray(16);
    yield { name: "MNIST's test images as they are", images: Uint8Array.from(pixels), nothingFound: null };
    yield await prepareAll('MNIST digits as pictures, trimmed', await enlarged(pixels, 300));
  }
  if (emoji !== undefined) {
    const files = globSync('*.png', { cwd: emoji }).sort();
    const some = files.filter((_, i) => i % 8 === 0).map((file) => readFileSync(join(emoji, file)));
    yield await prepareAll('every eighth emoji', some);
  }
  yield await prepareAll('drawn surfaces with nothing on them', await surfaces(seed, 320));
  const random = new RandomStream(fork(keyFromSeed(seed), 'noise'));
  const noise = Uint8Array.from({ length: 300 * 784 }, () => random.nextBelow(256));
  yield { name: 'noise', images: noise, nothingFound: null };
}

async function prepareAll(name: string, files: readonly Uint8Array[]): Promise<OtherThings> {
  const images = new Uint8Array(files.length * 784);
  let nothingFound = 0;
  for (const [i, file] of files.entries()) {
    const { pixels, facts } = await decodeImage(file);
    images.set(pixels, i * 784);
    nothingFound += facts.nothingFound ? 1 : 0;
  }
  return { name, images, nothingFound };
}

async function composed(seed: number): Promise<Uint8Array[]> {
  const whole = await getDataset('fashion-mnist', 'train');
  const { validation } = splitOf({ validation: 1 / 12, seed: 1 }, whole.length);
  const files: Uint8Array[] = [];
  for await (const { encoded } of photographs(selectImages(whole, validation.slice(2000, 2200)), 200, seed))
    files.push(encoded);
  return files;
}

function letters(): Uint8Array[] {
  const fonts = globSync('node_modules/@expo-google-fonts/inter/*/*.ttf', {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  }).filter((path) => !/Italic/.test(path));
  return fonts.sort().flatMap((font) =>
    [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghkmnqrt'].map((letter) => {
      const text = `<text x="110" y="150" font-size="120" text-anchor="middle">${letter}</text>`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="220" height="220"><rect width="220" height="220" fill="#fff"/>${text}</svg>`;
      const options = {
        fontFiles: [join(fileURLToPath(new URL('../..', import.meta.url)), font)],
        loadSystemFonts: false,
      };
      return new Resvg(svg, { font: options }).render().asPng();
    }),
  );
}

async function enlarged(pixels: Uint8Array, count: number): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const image = sharp(pixels.subarray(i * 784, (i + 1) * 784), {
      raw: { width: 28, height: 28, channels: 1 },
    });
    files.push(await image.resize(112, 112, { kernel: 'cubic' }).toColourspace('b-w').png().toBuffer());
  }
  return files;
}

async function surfaces(seed: number, count: number): Promise<Uint8Array[]> {
  const [width, height] = [320, 240];
  const files: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const random = new RandomStream(fork(keyFromSeed(seed), 'surface', i));
    const level = 30 + random.nextBelow(200);
    const ground = drawGround(groundNames[i % groundNames.length], { random, width, height, level });
    const data = new Uint8Array(width * height * 3);
    for (let k = 0; k < width * height; k++)
      ground(k % width, Math.floor(k / width)).forEach((value, c) => {
        data[k * 3 + c] = Math.max(0, Math.min(255, value + random.nextFloat() * 6 - 3));
      });
    files.push(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
  }
  return files;
}
