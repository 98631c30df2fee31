/**
 * Image files to the form that the networks know: small, gray, a light object on black. Photographs are mostly
 * the other way round, so that bright images are inverted unless told otherwise.
 */

import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from '../files/files.ts';

/** Extensions that a folder is searched for. */
const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp'];

const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'];
/** An encoded image, and its pixels, beyond these are refused before they are unpacked. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;
const MAX_PIXELS = 50_000_000;
const MIDDLE = 127;

/** Whether to swap light and dark: `auto` does when most of the border is bright. */
export type Invert = 'auto' | 'yes' | 'no';

/** How to prepare an image. */
export interface DecodeOptions {
  readonly height?: number;
  readonly width?: number;
  readonly invert?: Invert;
  /** What to call the image in messages; a path names itself. */
  readonly name?: string;
}

/** A prepared image. */
export interface DecodedImage {
  readonly name: string;
  /** `height * width` gray bytes; 0 is the background. */
  readonly pixels: Uint8Array;
  /** Whether light and dark were swapped. */
  readonly inverted: boolean;
}

/** Whether bytes begin like a PNG, JPEG or WebP file. */
export function isEncodedImage(bytes: Uint8Array): boolean {
  const starts = (offset: number, ...expected: number[]): boolean =>
    expected.every((byte, i) => bytes[offset + i] === byte);
  return (
    starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
    starts(0, 0xff, 0xd8, 0xff) ||
    (starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50))
  );
}

/**
 * Reads a PNG, JPEG or WebP image, turns it upright (EXIF), puts it on a plain ground where it is transparent,
 * makes it gray, and fits it whole into height x width.
 * @param input a path or the bytes of a file
 * @throws CoutureError of kind `data` naming the image
 */
export async function decodeImage(
  input: string | Uint8Array,
  { height = 28, width = 28, invert = 'auto', name }: DecodeOptions = {},
): Promise<DecodedImage> {
  const label = name ?? (typeof input === 'string' ? input : 'the image');
  const bytes = typeof input === 'string' ? await readImageFile(input) : input;
  if (bytes.length > MAX_IMAGE_BYTES)
    throw unreadable(label, `it has ${bytes.length} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
  if (!isEncodedImage(bytes)) throw unreadable(label, 'it is not a PNG, JPEG or WebP file');
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'warning', pages: 1 });
    const metadata = await image.metadata();
    if (!FORMATS.includes(metadata.format)) throw unreadable(label, `it is ${metadata.format}`);
    const ground = metadata.hasAlpha ? await chooseGround(image, invert) : 0;
    const gray = await grayPixels(image, metadata, ground);
    const border = borderMedian(gray.data, gray.height, gray.width);
    const inverted = invert === 'yes' || (invert === 'auto' && border > MIDDLE);
    const pixels = await fit(sharp, gray, { height, width, border });
    if (inverted) for (let i = 0; i < pixels.length; i++) pixels[i] = 255 - pixels[i];
    return { name: label, pixels, inverted };
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    throw unreadable(label, whatIsWrong(firstLine(cause)), cause);
  }
}

/** Whether a path ends like that of an image. */
export function hasImageName(path: string): boolean {
  return imageExtensions.includes(extname(path).toLowerCase());
}

/** What a message of the decoder means for whoever has the file. */
function whatIsWrong(message: string): string {
  if (/pixel limit/i.test(message))
    return `it has more than ${MAX_PIXELS / 1e6} million pixels: make it smaller`;
  return `it is damaged or cut short (${message.replace(/\.$/, '')})`;
}

/** Files as they are; folders as the images in them, by name. */
export async function expandImagePaths(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((cause: unknown) => {
      throw unreadable(path, errorCode(cause) === 'ENOENT' ? 'there is no such file' : reason(cause), cause);
    });
    if (!found.isDirectory()) {
      files.push(path);
      continue;
    }
    const names = (await readdir(path)).filter(hasImageName);
    if (names.length === 0) {
      throw new CoutureError('data', `The folder ${path} holds no images.`, {
        hint: `Files that end in ${imageExtensions.join(', ')} are looked for, not in folders below.`,
      });
    }
    files.push(...names.sort().map((name) => join(path, name)));
  }
  return files;
}

interface Gray {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The gray of what lies behind a transparent image: the one from which the object stands out. */
async function chooseGround(image: Sharp, invert: Invert): Promise<0 | 255> {
  if (invert !== 'auto') return invert === 'yes' ? 255 : 0;
  const { data, info } = await image
    .clone()
    .resize(64, 64, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 4)
    throw new CoutureError('runtime', `A transparent image came out with ${info.channels} channels.`);
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < data.length; i += 4) {
    const gray = (data[i] + data[i + 1] + data[i + 2]) / 3;
    sum += gray * data[i + 3];
    weight += data[i + 3];
  }
  return sum <= MIDDLE * weight ? 255 : 0;
}

async function grayPixels(image: Sharp, metadata: Metadata, ground: 0 | 255): Promise<Gray> {
  const upright = image.clone().autoOrient();
  const opaque = metadata.hasAlpha
    ? upright.flatten({ background: { r: ground, g: ground, b: ground } })
    : upright;
  const { data, info } = await opaque
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 1) return { data, height: info.height, width: info.width };
  throw new CoutureError('runtime', `A gray image came out with ${info.channels} channels.`);
}

/** An image of the right size passes through untouched; others keep their shape, with their border's gray around. */
async function fit(
  sharp: (input: Uint8Array, options: SharpOptions) => Sharp,
  gray: Gray,
  { height, width, border }: { height: number; width: number; border: number },
): Promise<Uint8Array> {
  if (gray.height === height && gray.width === width) return Uint8Array.from(gray.data);
  const background = { r: border, g: border, b: border };
  const resized = await sharp(gray.data, { raw: { width: gray.width, height: gray.height, channels: 1 } })
    .resize(width, height, { fit: 'contain', background })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return Uint8Array.from(resized);
}

/** The middle gray of the outermost pixels. */
function borderMedian(pixels: Uint8Array, height: number, width: number): number {
  const counts = new Uint32Array(256);
  let total = 0;
  const count = (y: number, x: number): void => {
    counts[pixels[y * width + x]] += 1;
    total += 1;
  };
  for (let x = 0; x < width; x++) for (const y of new Set([0, height - 1])) count(y, x);
  for (let y = 1; y < height - 1; y++) for (const x of new Set([0, width - 1])) count(y, x);
  let seen = 0;
  for (let value = 0; value < 256; value++) {
    seen += counts[value];
    if (seen * 2 >= total) return value;
  }
  return 0;
}

/** Reads no more than the limit, whatever the file system says of the size. */
async function readImageFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const info = await file.stat();
      if (!info.isFile()) throw unreadable(path, 'it is not a file');
      if (info.size > MAX_IMAGE_BYTES)
        throw unreadable(path, `it has ${info.size} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    throw unreadable(path, errorCode(cause) === 'ENOENT' ? 'there is no such file' : reason(cause), cause);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

function unreadable(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `Cannot read the image ${name}: ${what.replace(/\.$/, '')}.`, { cause });
}
