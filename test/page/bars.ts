/** A small data set that Node and a page make alike: noise with a bright bar at the height of the class. */

import { type Dataset, datasetFromArrays } from '../../src/index.ts';

/** Images of `side` x `side` in three classes. */
export function drawBars(count: number, side: number): Dataset {
  const size = side * side;
  const images = Uint8Array.from({ length: count * size }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 25);
  const height = Math.floor(side / 3);
  for (let image = 0; image < count; image++) {
    const bar = image * size + (image % 3) * height * side;
    images.fill(210, bar, bar + side);
  }
  const labels = Array.from({ length: count }, (_, i) => ['top', 'middle', 'low'][i % 3]);
  return datasetFromArrays({
    images,
    labels,
    shape: { height: side, width: side },
    classNames: ['top', 'middle', 'low'],
  });
}
