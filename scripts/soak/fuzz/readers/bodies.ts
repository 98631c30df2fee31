/** Bodies of requests to `couture serve`: multipart files and JSON. */

import { readInputs } from '../../../../src/serve/http/inputs.ts';
import { readMultipart, type UploadedFile } from '../../../../src/serve/http/multipart.ts';
import { limitsWith } from '../../../../src/serve/limits.ts';
import type { ServedModel } from '../../../../src/serve/models/served-model.ts';
import type { Draw } from '../draw.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

const BOUNDARY = 'a-boundary-7f';
const MOST_FILES = 8;
const SIZE = 12;
const limits = limitsWith({ images: MOST_FILES });
/** As much of a model as bodies depend on. */
const model = { size: SIZE, shape: { height: 4, width: 3, channels: 1 } } as ServedModel;

function makeForm(draw: Draw): Sample<readonly UploadedFile[]> {
  const files = draw.times(draw.between(1, MOST_FILES), (i) => ({
    name: `${draw.name().replaceAll(/[^\w. -]/g, '')}${i}.png`,
    type: draw.pick(['image/png', 'application/octet-stream', 'text/plain']),
    bytes: Uint8Array.from(draw.bytes(draw.pick([0, 1, SIZE, 500]))),
  }));
  const parts = files.flatMap(({ name, type, bytes }, i) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f${i}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return { bytes: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]), truth: files };
}

export const forms = bytesReader<readonly UploadedFile[], readonly UploadedFile[]>({
  name: 'multipart bodies',
  weight: 1,
  make: makeForm,
  read: async (bytes) =>
    await readMultipart(Buffer.from(bytes), `multipart/form-data; boundary=${BOUNDARY}`, MOST_FILES),
  exact(files, truth) {
    must(files.length === truth.length, 'another number of files');
    for (const [i, { name, type, bytes }] of files.entries()) {
      must(
        name.trim() === truth[i].name.trim() && type === truth[i].type,
        `another name or type of file ${i}`,
      );
      must(Buffer.from(bytes).equals(truth[i].bytes), `other bytes of file ${i}`);
    }
  },
  sound(files, bytes) {
    const body = Buffer.from(bytes);
    must(files.length >= 1 && files.length <= MOST_FILES, 'a number of files beyond the limit');
    for (const { name, bytes: own } of files) {
      must(name.length <= 110, 'a name that is too long');
      // What was read is somewhere in the body, in one piece.
      must(body.includes(Buffer.from(own)), 'bytes that the body does not have');
    }
  },
});

function makeJson(draw: Draw): Sample<readonly number[][]> {
  const images = draw.times(draw.between(1, MOST_FILES), () => [...draw.bytes(SIZE)]);
  return { bytes: Buffer.from(JSON.stringify({ images })), truth: images };
}

export const jsonBodies = bytesReader<readonly number[][], Uint8Array | undefined>({
  name: 'JSON bodies',
  weight: 1,
  make: makeJson,
  async read(bytes) {
    const inputs = await readInputs(Buffer.from(bytes), 'application/json', model, limits);
    return inputs.kind === 'pixels' ? inputs.pixels : undefined;
  },
  exact(pixels, truth) {
    must(pixels !== undefined && Buffer.from(pixels).equals(Buffer.from(truth.flat())), 'other values');
  },
  sound(pixels, bytes) {
    if (pixels === undefined) return;
    const { images } = JSON.parse(Buffer.from(bytes).toString()) as { images: number[][] };
    must(Buffer.from(pixels).equals(Buffer.from(images.flat())), 'other values than JSON.parse reads');
  },
});
