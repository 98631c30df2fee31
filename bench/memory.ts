/** Whether memory stays flat over 1,000 epochs and 10,000 predictions: `npm run bench:memory`. One line a look. */

import { defaultDataset } from '../src/data/registry.ts';
import { createNodeBackend } from '../src/platform/node/engine/backend.ts';
import { inputOf, resolveConfig } from '../src/train/config.ts';
import { train } from '../src/train/train.ts';
import { Classifier } from '../src/use/classifier.ts';
import { makeImages, makeLabels, modelB, PIXELS } from './models.ts';

const EPOCHS = 1000;
const PREDICTIONS = 10_000;
/** Few images, so that a thousand epochs take half a minute: what grows with epochs grows all the same. */
const IMAGES = 2000;

const { classNames } = defaultDataset;
const dataset = {
  info: { ...defaultDataset, name: 'made up' },
  split: 'train',
  length: IMAGES,
  images: makeImages(IMAGES),
  labels: Uint16Array.from(makeLabels(IMAGES)),
} as const;

function look(what: string): void {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1).padStart(6);
  console.log(`${what.padEnd(18)} ${mb(rss)} MB in all, ${mb(heapUsed)} heap, ${mb(arrayBuffers)} buffers`);
}

const settings = { hidden: [...modelB.hidden], dropout: [...modelB.dropout], epochs: EPOCHS };
const config = resolveConfig({ settings });
const backend = await createNodeBackend();
let weights: ReadonlyMap<string, Float32Array> = new Map();
for await (const event of train(config, { backend, dataset })) {
  if (event.type !== 'epoch') continue;
  const { epoch } = event.metrics;
  weights = event.parameters;
  if (epoch === 1 || epoch % (EPOCHS / 5) === 0) look(`epoch ${epoch}`);
}
const classifier = new Classifier({
  spec: config.model,
  input: inputOf(config),
  classNames,
  weights,
  backend,
});
for (let i = 1; i <= PREDICTIONS; i++) {
  const at = (i % IMAGES) * PIXELS;
  await classifier.predict(dataset.images.subarray(at, at + PIXELS));
  if (i % (PREDICTIONS / 4) === 0) look(`prediction ${i}`);
}
await classifier.dispose();
