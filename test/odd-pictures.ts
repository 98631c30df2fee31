/** Files of pictures as people have them: many sizes and formats, with alpha, EXIF, CMYK, 16 bits and profiles. */

import sharp, { type Sharp } from 'sharp';
import { drawPicture } from './pictures.ts';

/** A file. */
export interface OddPicture {
  readonly name: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** An opaque PNG file of 8 bits without a profile: every decoder gives the same bytes. */
  readonly plain: boolean;
}

const sizes = [
  [28, 28],
  [1, 1],
  [3, 90],
  [200, 5],
  [29, 27],
  [56, 56],
  [220, 165],
  [97, 131],
  [120, 200],
  [260, 200],
] as const;

/** Encoders by name. Those in `plain` make opaque PNG files of 8 bits. */
const plain: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  'rgb.png': (image) => image.removeAlpha().png(),
  'gray.png': (image) => image.removeAlpha().toColourspace('b-w').png(),
  'palette.png': (image) => image.removeAlpha().png({ palette: true, colours: 32 }),
  'interlaced.png': (image) => image.removeAlpha().png({ progressive: true }),
};
const others: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  'alpha.png': (image) => image.png(),
  'gray-alpha.png': (image) => image.toColourspace('b-w').png(),
  '16-bit.png': (image) => image.removeAlpha().toColourspace('rgb16').png(),
  'profile.png': (image) => image.removeAlpha().withIccProfile('p3').png(),
  'best.jpg': (image) => image.removeAlpha().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  'coarse.jpg': (image) => image.removeAlpha().jpeg({ quality: 40 }),
  'progressive.jpg': (image) => image.removeAlpha().jpeg({ progressive: true }),
  'gray.jpg': (image) => image.removeAlpha().toColourspace('b-w').jpeg(),
  'cmyk.jpg': (image) => image.removeAlpha().toColourspace('cmyk').jpeg({ quality: 95 }),
  'lossless.webp': (image) => image.removeAlpha().webp({ lossless: true }),
  'lossy.webp': (image) => image.removeAlpha().webp({ quality: 80 }),
  'alpha.webp': (image) => image.webp({ lossless: true }),
};

/** All of them. */
export async function oddPictures(): Promise<OddPicture[]> {
  const pictures: OddPicture[] = [];
  const add = async (name: string, image: Sharp, isPlain: boolean): Promise<void> => {
    pictures.push({ name, bytes: Buffer.from(await image.toBuffer()), plain: isPlain });
  };
  for (const [i, [width, height]] of sizes.entries()) {
    const { data } = drawPicture(width, height, i);
    const open = () => sharp(data, { raw: { width, height, channels: 4 } });
    for (const [name, encode] of Object.entries(plain))
      await add(`${width}x${height}-${name}`, encode(open()), true);
    for (const [name, encode] of Object.entries(others))
      await add(`${width}x${height}-${name}`, encode(open()), false);
    for (let orientation = 1; orientation <= 8; orientation += i % 2 === 0 ? 2 : 1) {
      const turned = open().removeAlpha().withMetadata({ orientation }).jpeg({ quality: 95 });
      await add(`${width}x${height}-exif-${orientation}.jpg`, turned, false);
    }
  }
  await add('28x28-begins-like-a-jpeg.png', likeJpeg(28), true);
  return pictures;
}

/** A gray picture whose pixels begin with the bytes ff d8 ff, the first bytes of every JPEG file. */
function likeJpeg(side: number): Sharp {
  const gray = Uint8Array.from({ length: side * side }, (_, i) => (i * 37) % 120);
  gray.set([0xff, 0xd8, 0xff]);
  return sharp(gray, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png();
}
