/** The images of a request, by its Content-Type: pictures that are still to be decoded, or prepared images. */

import { describe } from '../../core/arguments.ts';
import { checkSchema } from '../../core/check-schema.ts';
import { CoutureError } from '../../core/errors.ts';
import { joinBytes } from '../../core/join-bytes.ts';
import { parseJson } from '../../core/json.ts';
import { decodeText } from '../../core/text.ts';
import { fileKind } from '../../data/file-kinds.ts';
import { imageFormat } from '../../data/image-header.ts';
import { type Limits, MAX_JSON_MIB } from '../limits.ts';
import type { ServedModel } from '../models/served-model.ts';
import { Refused } from '../refusals.ts';
import { isBase64, predictParts } from '../schemas.ts';
import { readMultipart } from './multipart.ts';

/** A file, to be decoded and prepared. */
export interface PictureInput {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its name in messages. */
  readonly name: string;
  /** Its name in the answer; only where the client gave one. */
  readonly source?: string;
}

/** What a request asks about. */
export type Inputs =
  | { readonly kind: 'pictures'; readonly pictures: readonly PictureInput[] }
  /** Prepared images, one after another. */
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array };

export const OCTETS = 'application/octet-stream';
const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'] as const;

/** Content types of bodies, and what each holds. */
export const bodyTypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(pictureTypes.map((type) => [type, 'a picture'])),
  [OCTETS]: 'prepared images: height x width x channels bytes each, one after another',
  'application/json': 'pictures as base64, or prepared images as numbers',
  'multipart/form-data': 'files: pictures, or prepared images of the type application/octet-stream',
};

/**
 * Reads a body.
 * @throws Refused when it is not what its type says, or has too many images or none
 */
export async function readInputs(
  body: unknown,
  contentType: string,
  model: ServedModel,
  limits: Limits,
): Promise<Inputs> {
  if (!Buffer.isBuffer(body)) throw nothing(model);
  const type = contentType.split(';', 1)[0].trim().toLowerCase();
  if (type === OCTETS) return { kind: 'pixels', pixels: checkPixels(body, model, limits) };
  if (type === 'application/json') return readJson(body, model, limits);
  if (type === 'multipart/form-data') return await readFiles(body, contentType, model, limits);
  const bytes = Uint8Array.from(body);
  return { kind: 'pictures', pictures: [checkedPicture({ bytes, name: 'in the body' })] };
}

/** @throws Refused unless bytes are a whole number of prepared images within the limit */
function checkPixels(bytes: Uint8Array, model: ServedModel, limits: Limits): Uint8Array {
  const { size } = model;
  const count = bytes.length / size;
  if (bytes.length === 0) throw nothing(model);
  if (!Number.isInteger(count))
    throw new Refused(
      'wrong_size',
      `${bytes.length} bytes are not a whole number of images: an image of this model has ${sizeText(model)} bytes.`,
      { hint: imageFormat(bytes) ? 'These are the bytes of a picture: send its Content-Type.' : undefined },
    );
  checkCount(count, limits);
  return bytes;
}

function readJson(body: Buffer, model: ServedModel, limits: Limits): Inputs {
  if (body.length > MAX_JSON_MIB * 2 ** 20)
    throw new Refused('body_too_large', `The JSON body has more than ${MAX_JSON_MIB} MiB, the limit.`, {
      hint: 'Send the images as application/octet-stream or multipart/form-data.',
    });
  const value = asBadRequest(() => parseJson(decodeText(body, 'the JSON body'), 'the JSON body'));
  const wrong = ({ what, hint }: { what: string; hint?: string | undefined }) =>
    new Refused('bad_request', `The JSON body: ${what}.`, {
      hint: hint ?? 'Expected {"pictures": ["BASE64", …]} or {"images": [[0, 255, …], …]}.',
    });
  const { pictures, images } = checkSchema(predictParts, value, wrong);
  const list = pictures ?? images;
  if (list === undefined) throw wrong({ what: 'it has neither pictures nor images' });
  if (pictures !== undefined && images !== undefined)
    throw wrong({ what: 'it has both pictures and images', hint: 'Send them in two requests.' });
  if (list.length === 0) throw wrong({ what: `${pictures ? 'pictures' : 'images'} is an empty list` });
  checkCount(list.length, limits);
  return pictures === undefined ? numberedImages(list, model) : encodedPictures(list);
}

/** Pictures as base64. */
function encodedPictures(pictures: readonly unknown[]): Inputs {
  const checked = pictures.map((text, i) => {
    const name = `pictures[${i}]`;
    if (typeof text !== 'string' || !isBase64(text)) throw wrongMember(name, 'base64', text);
    return checkedPicture({ bytes: Uint8Array.from(Buffer.from(text, 'base64')), name });
  });
  return { kind: 'pictures', pictures: checked };
}

/** Prepared images as lists of numbers. */
function numberedImages(images: readonly unknown[], model: ServedModel): Inputs {
  const { size } = model;
  // Lengths first: they are quick to check.
  const lists = images.map((list, i): readonly unknown[] => {
    if (!Array.isArray(list)) throw wrongMember(`images[${i}]`, 'a list of numbers', list);
    if (list.length === size) return list;
    throw new Refused(
      'wrong_size',
      `images[${i}] has ${list.length} values, but an image of this model has ${sizeText(model)}.`,
    );
  });
  const pixels = new Uint8Array(lists.length * size);
  for (const [i, list] of lists.entries())
    for (let k = 0; k < size; k++) {
      const value = list[k];
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255)
        throw wrongMember(`images[${i}][${k}]`, 'a whole number from 0 to 255', value);
      pixels[i * size + k] = value;
    }
  return { kind: 'pixels', pixels };
}

function wrongMember(name: string, expected: string, found: unknown): Refused {
  return new Refused('bad_request', `The JSON body: ${name} must be ${expected}, not ${describe(found)}.`);
}

async function readFiles(
  body: Buffer,
  contentType: string,
  model: ServedModel,
  limits: Limits,
): Promise<Inputs> {
  const files = await readMultipart(body, contentType, limits.images);
  // Clients send files whose ending they do not know as octets: only whole images are prepared ones.
  const raw = files.filter(
    ({ type, bytes }) =>
      type === OCTETS &&
      imageFormat(bytes) === undefined &&
      bytes.length > 0 &&
      bytes.length % model.size === 0,
  );
  if (raw.length === 0) {
    const pictures = files.map(({ name, bytes }) => checkedPicture({ name, bytes, source: name }));
    return { kind: 'pictures', pictures };
  }
  if (raw.length < files.length)
    throw new Refused('bad_request', 'The multipart body has pictures and prepared images.', {
      hint: 'Send them in two requests.',
    });
  const pixels = joinBytes(raw.map(({ bytes }) => bytes));
  return { kind: 'pixels', pixels: checkPixels(pixels, model, limits) };
}

/** @throws Refused when a file is not a picture, with its kind */
function checkedPicture(picture: PictureInput): PictureInput {
  const { bytes, name } = picture;
  if (imageFormat(bytes) !== undefined) return picture;
  const kind = fileKind(bytes);
  throw new Refused(
    'unsupported_type',
    `The image ${name} is ${kind ?? 'a file of an unknown kind'}, not PNG, JPEG or WebP.`,
    { hint: 'Send a PNG, JPEG or WebP file, or prepared images as application/octet-stream.' },
  );
}

function checkCount(count: number, { images }: Limits): void {
  if (count <= images) return;
  throw new Refused(
    'too_many_images',
    `The request has ${count} images, but at most ${images} are allowed.`,
    {
      hint: 'Send several requests.',
    },
  );
}

function nothing(model: ServedModel): Refused {
  return new Refused('wrong_size', 'The request has no body.', {
    hint: `Send a PNG, JPEG or WebP file, or prepared images of ${sizeText(model)} bytes each.`,
  });
}

/** `784 (28 x 28 x 1)` */
function sizeText({ size, shape: { height, width, channels } }: ServedModel): string {
  return `${size} (${height} x ${width} x ${channels})`;
}

function asBadRequest<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    const { message, hint, cause } = error;
    const sentence = message.charAt(0).toUpperCase() + message.slice(1);
    throw new Refused('bad_request', sentence, { hint, cause });
  }
}
