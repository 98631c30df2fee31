/** Entry of a picture thread: decodes a picture and prepares it for a network. One picture at a time. */

import { parentPort } from 'node:worker_threads';
import { CoutureError } from '../../core/errors.ts';
import { checkEncodedImage } from '../../data/encoded-image.ts';
import { prepareImage } from '../../data/prepare.ts';
import { decodePicture } from '../../platform/node/images/decode.ts';
import { Refused } from '../refusals.ts';
import type { PictureFailure, PictureJob, PictureOutcome, PreparedPicture } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('This file runs only as a worker thread.');

port.on('message', (job: PictureJob) => {
  const work = prepare(job).then(
    (prepared): PictureOutcome => ({ prepared }),
    (error: unknown): PictureOutcome => ({ failure: failureOf(error) }),
  );
  void work.then((outcome) =>
    port.postMessage(outcome, 'prepared' in outcome ? [outcome.prepared.pixels.buffer] : []),
  );
});

async function prepare({ bytes, name, shape, steps, maxMegapixels }: PictureJob): Promise<PreparedPicture> {
  // Before memory is allocated for the pixels.
  const { width, height } = checkEncodedImage(bytes, name);
  if (width * height > maxMegapixels * 1e6)
    throw new Refused(
      'image_too_large',
      `Cannot read the image ${name}: it is ${width} x ${height} pixels, more than ${maxMegapixels} million pixels, the limit.`,
      { hint: 'Make the picture smaller.' },
    );
  const { pixels, facts } = prepareImage(await decodePicture(bytes, name), shape, steps);
  // Of its own buffer alone, which can be handed over.
  return { pixels: pixels.length === pixels.buffer.byteLength ? pixels : pixels.slice(), facts };
}

function failureOf(error: unknown): PictureFailure {
  if (!(error instanceof CoutureError)) return { kind: 'runtime', message: String(error) };
  const { kind, message, hint } = error;
  return {
    ...{ kind, message },
    ...(error instanceof Refused && { code: error.code }),
    ...(hint !== undefined && { hint }),
  };
}
