/** Requests of a mixed load whose right answers the library gives, for each of some model files. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../src/platform/node/load.ts';
import type { Prediction } from '../src/use/predictor.ts';
import type { Sample } from './mixed-load.ts';
import { makeImages } from './model-fixture.ts';

const pictures = fileURLToPath(new URL('../examples/pictures/', import.meta.url));

/** A model file, and the revision that the service gives it. */
export interface Revision {
  readonly path: string;
  readonly revision: string;
}

/** Raw images, one or many, JSON, and pictures, with the answers of each revision. */
export async function goodSamples(revisions: readonly Revision[], size: number): Promise<Sample[]> {
  const boot = await readFile(join(pictures, 'boot.png'));
  const counts = [1, 1, 1, 2, 17, 64];
  const samples = counts.map((count, i) => {
    const images = Buffer.from(makeImages(count, size, i));
    return { name: `${count} images`, type: 'application/octet-stream', body: images, images };
  });
  const numbers = Buffer.from(makeImages(2, size, 99));
  const rows = [0, 1].map((i) => [...numbers.subarray(i * size, (i + 1) * size)]);
  samples.push({
    ...{ name: 'JSON', type: 'application/json', images: numbers },
    body: Buffer.from(JSON.stringify({ images: rows })),
  });
  const expected = samples.map(() => new Map<string, readonly Prediction[]>());
  const ofPicture = new Map<string, readonly Prediction[]>();
  for (const { path, revision } of revisions) {
    const model = await load(path, { backend: 'cpu', threads: 1 });
    for (const [i, { images }] of samples.entries()) {
      const each = Array.from({ length: images.length / size }, (_, k) =>
        images.subarray(k * size, (k + 1) * size),
      );
      expected[i].set(revision, await model.predictMany(each.map((one) => Uint8Array.from(one))));
    }
    ofPicture.set(revision, [await model.predict(boot)]);
    await model.dispose();
  }
  return [
    ...samples.map(({ name, type, body }, i) => ({ name, type, body, expected: expected[i] })),
    { name: 'a picture', type: 'image/png', body: boot, expected: ofPicture },
  ];
}
