/** Pictures: plain PNG files made by hand, and PNG, JPEG, WebP and GIF files of libvips. */

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { fileKind } from '../../../../src/data/file-kinds.ts';
import { readImageHeader, withoutOrientation } from '../../../../src/data/image-header.ts';
import type { Picture } from '../../../../src/data/prepare/picture.ts';
import { decodePicture } from '../../../../src/platform/node/images/decode.ts';
import { decodePlainPng } from '../../../../src/platform/node/images/plain-png.ts';
import { Draw } from '../draw.ts';
import type { Field } from '../mutate.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Bytes of a pixel by the color type. */
const pixelBytes: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** EXIF that says nothing but how the picture is to be turned. */
function exif(orientation: number): Buffer {
  const block = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1');
  block.writeUInt16BE(orientation, 18);
  return block;
}

/** Red, green, blue and alpha by color type: what decoding has to give. */
function rgbaOf(samples: Buffer, colorType: number, palette: Buffer): Buffer {
  const each = pixelBytes[colorType];
  const pixels = samples.length / each;
  const rgba = Buffer.alloc(pixels * 4, 255);
  for (let i = 0; i < pixels; i++) {
    const sample = samples.subarray(i * each, (i + 1) * each);
    if (colorType === 0 || colorType === 4) rgba.fill(sample[0], i * 4, i * 4 + 3);
    if (colorType === 2 || colorType === 6) sample.copy(rgba, i * 4, 0, 3);
    if (colorType === 3) palette.copy(rgba, i * 4, sample[0] * 3, sample[0] * 3 + 3);
    if (colorType === 4 || colorType === 6) rgba[i * 4 + 3] = sample[each - 1];
  }
  return rgba;
}

/** A plain PNG file of up to 12 x 12 pixels. */
export function makePng(draw: Draw): Sample<Picture> {
  const [width, height] = [draw.between(1, 12), draw.between(1, 12)];
  const colorType = draw.pick([0, 2, 3, 4, 6]);
  const stride = width * pixelBytes[colorType];
  const palette = draw.bytes(3 * draw.between(1, 8));
  const samples = draw.bytes(height * stride);
  if (colorType === 3) for (let i = 0; i < samples.length; i++) samples[i] %= palette.length / 3;
  // Of the filters only None and Sub are written, which need no other line.
  const lines = draw.times(height, (y) => {
    const line = samples.subarray(y * stride, (y + 1) * stride);
    const isSub = draw.chance(0.5);
    const each = pixelBytes[colorType];
    const left = line.map((value, x) => value - (isSub && x >= each ? line[x - each] : 0));
    return Buffer.concat([Buffer.of(isSub ? 1 : 0), left]);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, colorType, 0, 0, 0], 8);
  const packed = deflateSync(Buffer.concat(lines));
  const cut = draw.below(packed.length + 1);
  const data = draw.chance(0.3)
    ? [chunk('IDAT', packed.subarray(0, cut)), chunk('IDAT', packed.subarray(cut))]
    : [chunk('IDAT', packed)];
  const orientation = draw.chance(0.2) ? draw.between(2, 8) : undefined;
  const before = [
    ...(draw.chance(0.2) ? [chunk('tEXt', Buffer.from('Comment\0made here'))] : []),
    ...(colorType === 3 ? [chunk('PLTE', palette)] : []),
    ...(orientation === undefined ? [] : [chunk('eXIf', exif(orientation))]),
  ];
  const bytes = Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    ...before,
    ...data,
    chunk('IEND', Buffer.alloc(0)),
  ]);
  const fields: Field[] = [16, 20, 33].map((at) => ({ at, bytes: 4, little: false }));
  fields.push(...[24, 25, 26, 27, 28].map((at) => ({ at, bytes: 1, little: false }) as const));
  const truth = { data: rgbaOf(samples, colorType, palette), width, height, orientation: orientation ?? 1 };
  return { bytes, fields, truth };
}

/** Every chunk gets the checksum of what it holds. */
function resealPng(bytes: Buffer): Buffer {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return bytes;
}

function mustBeWhole({ data, width, height, orientation = 1 }: Picture): void {
  must(
    width >= 1 && height >= 1 && data.length === width * height * 4,
    `${data.length} bytes of ${width}x${height}`,
  );
  must(Number.isInteger(orientation) && orientation >= 1 && orientation <= 8, `orientation ${orientation}`);
}

function mustBeSame(found: Picture, truth: Picture): void {
  must(
    found.width === truth.width && found.height === truth.height,
    `${found.width}x${found.height} was read`,
  );
  must(
    Buffer.compare(Buffer.from(found.data), Buffer.from(truth.data)) === 0,
    'other pixels than were written',
  );
}

/** What libvips makes of the file by itself, on whose word other files rely. */
async function bySharp(bytes: Uint8Array): Promise<Picture> {
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true }).toColourspace('srgb').ensureAlpha();
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

let compared = 0;

export const plainPng = bytesReader<Picture, Picture | undefined>({
  name: 'plain png',
  weight: 8,
  make: makePng,
  reseal: resealPng,
  read: (bytes) => decodePlainPng(bytes, 'picture.png'),
  exact(output, truth) {
    // EXIF is left to libvips.
    if (output !== undefined) mustBeSame(output, truth);
    else must(truth.orientation !== 1, 'a plain file was not taken for one');
  },
  async sound(output, bytes) {
    if (output === undefined) return;
    mustBeWhole(output);
    // libvips takes 2 ms: it is asked about one in ten.
    compared += 1;
    if (compared % 10 !== 0) return;
    const theirs = await bySharp(bytes).catch(() => undefined);
    if (theirs !== undefined) mustBeSame(output, theirs);
  },
});

/** Files of libvips, made once: formats that are drawn by hand would be new formats. */
const pool = makePool();

async function makePool(): Promise<
  { readonly bytes: Buffer; readonly width: number; readonly height: number }[]
> {
  const files: { bytes: Buffer; width: number; height: number }[] = [];
  const draw = new Draw(1, 'pictures', 0);
  for (const channels of [1, 3, 4] as const)
    for (const orientation of [1, 6]) {
      const [width, height] = [draw.between(2, 24), draw.between(2, 24)];
      const image = () => {
        const raw = { raw: { width, height, channels } };
        return sharp(noise, raw).withMetadata({ orientation });
      };
      const noise = draw.bytes(width * height * channels);
      for (const bytes of [
        await image().jpeg().toBuffer(),
        await image().jpeg({ progressive: true }).toBuffer(),
        await image().webp({ lossless: true }).toBuffer(),
        await image().webp().toBuffer(),
        await image().png({ progressive: true }).toBuffer(),
        await image().toColourspace('rgb16').png().toBuffer(),
        await image().gif().toBuffer(),
      ])
        files.push({ bytes, width, height });
    }
  return files;
}

const isGif = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'GIF';

export const pictures = bytesReader<{ width: number; height: number }, Picture>({
  name: 'pictures',
  weight: 4,
  async make(draw) {
    const files = await pool;
    // GIF is no format that is read: as a valid file it would have to be.
    const { bytes, width, height } = draw.pick(files.filter((file) => !isGif(file.bytes)));
    const fields = draw.times(8, () => ({
      at: draw.below(64),
      bytes: draw.pick([1, 2, 4] as const),
      little: draw.chance(0.5),
    }));
    return { bytes, fields, truth: { width, height } };
  },
  read: (bytes) => decodePicture(bytes, 'picture'),
  exact: ({ width, height }, truth) =>
    must(width === truth.width && height === truth.height, `${width}x${height}`),
  sound(picture, bytes) {
    mustBeWhole(picture);
    const header = readImageHeader(bytes);
    must(
      header?.width === picture.width && header.height === picture.height,
      'the head has other sides than the picture',
    );
  },
});

/** Heads alone: EXIF, segments and chunks, of files that are never decoded. */
export const imageHeaders = bytesReader<unknown, void>({
  name: 'image heads',
  weight: 10,
  async make(draw) {
    const { bytes } = draw.chance(0.3) ? makePng(draw) : draw.pick(await pool);
    const fields = draw.times(12, () => ({
      at: draw.below(120),
      bytes: draw.pick([1, 2, 4] as const),
      little: draw.chance(0.5),
    }));
    return { bytes, fields, truth: undefined };
  },
  read(bytes) {
    const header = readImageHeader(bytes);
    const kind = fileKind(bytes);
    must(kind === undefined || kind.length < 80, `the kind ${kind}`);
    if (header === undefined) return;
    const { width, height, orientation, orientationAt } = header;
    must(
      [width, height].every((side) => Number.isInteger(side) && side >= 0),
      `sides ${width} and ${height}`,
    );
    must(orientation >= 1 && orientation <= 8, `orientation ${orientation}`);
    const isUpright = orientationAt === undefined;
    must(isUpright === (orientation === 1), 'an orientation without its place');
    must(isUpright || bytes[orientationAt] === orientation, 'the orientation does not stand where it should');
    const turned = readImageHeader(withoutOrientation(bytes, header));
    must(turned?.orientation === 1, 'it is still turned');
  },
  exact: () => {},
  sound: () => {},
});

/** The kinds of files by their first bytes, and pages and drawings that begin oddly. */
export const kinds = bytesReader<unknown, string | undefined>({
  name: 'file kinds',
  weight: 8,
  make(draw) {
    const starts = [
      '<!-- a -->',
      '<?xml version="1.0"?>',
      ' ',
      '\n',
      '<!doctype svg>',
      '<svg',
      '<html',
      '{"a":',
      '[1,',
      'PK\x03\x04',
    ];
    const pieces = draw.times(draw.between(1, 40), () => draw.pick(starts).repeat(draw.pick([1, 1, 2, 30])));
    return {
      bytes: draw.chance(0.8) ? Buffer.from(pieces.join(''), 'latin1') : draw.bytes(600),
      truth: undefined,
    };
  },
  read: (bytes) => fileKind(bytes),
  exact: () => {},
  sound: (kind, bytes) =>
    must(kind === undefined || (kind === 'empty') === (bytes.length === 0), `the kind ${kind}`),
});
