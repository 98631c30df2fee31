/**
 * The preprocessing that Couture had before src/data/prepare.ts, kept to measure against: the whole picture made small by libvips,
 * black or white behind transparency by the object's mean brightness, and inverted where the border is bright.
 */

import sharp, { type Sharp } from 'sharp';

const SIDE = 28;
const MIDDLE = 127;

/** 784 bytes of an encoded image. */
export async function prepareBefore(encoded: Uint8Array): Promise<Uint8Array> {
  const image = sharp(encoded);
  const { hasAlpha } = await image.metadata();
  const ground = hasAlpha ? await darkOrLight(image) : 0;
  const opaque = hasAlpha
    ? image.clone().flatten({ background: { r: ground, g: ground, b: ground } })
    : image.clone();
  const { data, info } = await opaque
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const border = borderMedian(data, info.height, info.width);
  const background = { r: border, g: border, b: border };
  const small =
    info.height === SIDE && info.width === SIDE
      ? data
      : await sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } })
          .resize(SIDE, SIDE, { fit: 'contain', background })
          .toColourspace('b-w')
          .raw({ depth: 'uchar' })
          .toBuffer();
  return Uint8Array.from(small, (value) => (border > MIDDLE ? 255 - value : value));
}

async function darkOrLight(image: Sharp): Promise<0 | 255> {
  const data = await image
    .clone()
    .resize(64, 64, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
  let [sum, weight] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    sum += ((data[i] + data[i + 1] + data[i + 2]) / 3) * data[i + 3];
    weight += data[i + 3];
  }
  return sum <= MIDDLE * weight ? 255 : 0;
}

function borderMedian(pixels: Uint8Array, height: number, width: number): number {
  const border: number[] = [];
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) border.push(pixels[y * width + x]);
  }
  return border.sort((a, b) => a - b)[border.length >> 1];
}
