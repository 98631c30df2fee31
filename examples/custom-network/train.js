/**
 * A custom network on custom images: two layers and a residual block learn whether a drawn line is horizontal, vertical or
 * diagonal.
 *
 *     node train.js
 */

import { gelu, layerNorm, linear, logSoftmax, residual, sequential, summarize } from 'couture';
import { datasetFromArrays, fit } from 'couture/node';

const SIDE = 12;
const classNames = ['horizontal', 'vertical', 'diagonal'];

/** An image of one line, as numbers from 0 to 1. The number of the image decides the class and the place. */
function drawLine(number) {
  const image = new Float32Array(SIDE * SIDE);
  const place = 2 + ((number * 7) % (SIDE - 4));
  for (let i = 0; i < SIDE; i++) {
    const [y, x] = [
      [place, i],
      [i, place],
      [i, (i + place) % SIDE],
    ][number % 3];
    image[y * SIDE + x] = 0.6 + ((number * 13 + i) % 5) / 12;
  }
  return image;
}

const numbers = Array.from({ length: 600 }, (_, i) => i);
const dataset = datasetFromArrays({
  images: numbers.map(drawLine),
  labels: numbers.map((number) => number % 3),
  classNames,
  shape: { height: SIDE, width: SIDE },
});

const model = sequential(
  linear(SIDE * SIDE, 32),
  gelu(),
  residual(layerNorm(32), linear(32, 64), gelu(), linear(64, 32)),
  layerNorm(32),
  linear(32, 3),
  logSoftmax(),
);
console.log(`${summarize(model).parameters} parameters`);

const { classifier, best } = await fit(dataset, { model, settings: { epochs: 6, batchSize: 32 } });
console.log(`${(100 * best.validationAccuracy).toFixed(1)}% of the validation images`);
console.log((await classifier.predict(drawLine(601))).label);
await classifier.dispose();
