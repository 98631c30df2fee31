/**
 * Classifies pictures with a model that comes with the package.
 *
 *     node predict.js ../pictures/boot.png ../pictures/trouser.jpg
 */

import { load } from 'couture/node';

const model = await load('compact');
for (const path of process.argv.slice(2)) {
  const { label, index, probabilities } = await model.predict(path);
  console.log(`${path}: ${label} (${(100 * probabilities[index]).toFixed(1)}%)`);
}
await model.dispose();
