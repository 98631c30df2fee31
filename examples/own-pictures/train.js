/**
 * Trains on your own pictures: a folder with one folder for each class, or a ZIP, CSV, IDX or NPZ file.
 *
 *     node train.js PICTURES [PICTURE...]
 *
 * Then it classifies the further pictures.
 */

import { fit, importDataset } from 'couture/node';

const [folder, ...pictures] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Name a folder with one folder of pictures for each class: node train.js PICTURES');
  process.exit(2);
}

const set = await importDataset(folder);
const dataset = await set.load('train');
console.log(`${dataset.length} training images of ${set.info.classNames.length} classes`);
for (const notice of set.report.notices) console.log(notice);

const { classifier, best } = await fit(dataset, {
  settings: { epochs: 8, hidden: [64] },
  onEpoch: ({ epoch, epochs, validationAccuracy }) =>
    console.log(`epoch ${epoch} of ${epochs}: ${percent(validationAccuracy)} of the validation images`),
});
console.log(`best epoch: ${best.epoch}`);
for (const path of pictures) console.log(`${path}: ${(await classifier.predict(path)).label}`);
await classifier.dispose();

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
