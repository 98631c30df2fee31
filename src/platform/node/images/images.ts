/** Image files: found, read and prepared for a network. */

import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
  anObject,
  aString,
  bytes,
  checkArguments,
  either,
  listOf,
  optional,
  optionsOf,
} from '../../../core/arguments.ts';
import { CoutureError, prefixed } from '../../../core/errors.ts';
import { MAX_IMAGE_BYTES, unreadable } from '../../../data/encoded-image.ts';
import type { ImageShape } from '../../../data/image-shape.ts';
import { type PreparedImage, prepareImage } from '../../../data/prepare.ts';
import { objectSteps, type PictureSteps } from '../../../data/preprocessing.ts';
import { readLimited } from '../files/read.ts';
import { errorCode, reason } from '../files/system-errors.ts';
import { decodePicture } from './decode.ts';

/** Extensions that a folder is searched for. */
const imageExtensions: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp'];

/** How to prepare an image. */
export interface DecodeOptions {
  /** 28x28 gray by default. */
  readonly shape?: ImageShape;
  /** As for Fashion-MNIST by default. */
  readonly steps?: PictureSteps;
  /** What to call the image in messages; a path names itself. */
  readonly name?: string;
}

/** A prepared image. */
export interface DecodedImage extends PreparedImage {
  readonly name: string;
}

const decodeOptions = optionsOf<DecodeOptions>({
  ...{ shape: optional(anObject), steps: optional(anObject), name: optional(aString) },
});

/**
 * Reads a PNG, JPEG or WebP image and prepares it for a network.
 * @param input a path or the bytes of a file
 * @throws CoutureError of kind `data` naming the image
 */
export async function decodeImage(
  input: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  checkArguments('decodeImage', {
    input: [input, either(aString, bytes)],
    options: [options, decodeOptions],
  });
  const { shape = { height: 28, width: 28, channels: 1 }, steps = objectSteps, name } = options;
  const label = name ?? (typeof input === 'string' ? input : 'that was given');
  const encoded = typeof input === 'string' ? await readImageFile(input) : input;
  return { name: label, ...prepareImage(await decodePicture(encoded, label), shape, steps) };
}

/** Whether a path has the ending of an image. Hidden files, such as those of macOS, are excluded. */
export function hasImageName(path: string): boolean {
  return imageExtensions.includes(extname(path).toLowerCase()) && !basename(path).startsWith('.');
}

/**
 * Files as they are; folders as the images in them, by name.
 * @throws CoutureError of kind `data` when a path does not exist, cannot be read, or is a folder without images
 */
export async function expandImagePaths(paths: readonly string[]): Promise<string[]> {
  checkArguments('expandImagePaths', { paths: [paths, listOf(aString, 'an array of paths')] });
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
        hint: `Couture looks for files that end in ${imageExtensions.join(', ')}, and not in subfolders.`,
      });
    }
    files.push(...names.sort().map((name) => join(path, name)));
  }
  return files;
}

/** The bytes of an image file, up to the limit. */
export async function readImageFile(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readLimited(path, MAX_IMAGE_BYTES);
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw prefixed('Cannot read the image', cause);
  }
  throw unreadable(path, 'there is no such file');
}
