/** Examples of augmentation, held to the images that training really sees. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { fork, keyFromSeed, RandomStream } from '../core/philox.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import { epochOrder, splitTrainValidation } from '../data/split.ts';
import { augmentedImage } from '../engine/augmented-image.ts';
import { createBackend } from '../engine/create.ts';
import { multilayer } from '../model/spec.ts';
import { checkSettings } from '../train/check-settings.ts';
import type { TrainSettings } from '../train/settings.ts';
import { train } from '../train/train.ts';
import { augmentationExamples } from './augmentation.ts';
import type { AugmentationExamples } from './inspection.ts';

const [height, width] = [6, 7];
const shape = gray(height, width);
const dataset: Dataset = (() => {
  const random = new RandomStream(keyFromSeed(5));
  const length = 120;
  const labels = Array.from({ length }, (_, i) => i % 4);
  const images = new Uint8Array(length * height * width).map(() => random.nextBelow(256));
  return makeDataset(shape, ['a', 'b', 'c', 'd'], images, labels, { name: 'noise' });
})();

const everything = { flip: true, shift: 2, rotate: 20, zoom: 0.2, shear: 10, elastic: 1, erase: 0.3 };
const mixed = { mixup: 0.4, cutmix: 0.2 };
const settingsOf = (more: Partial<TrainSettings>): TrainSettings =>
  checkSettings({ batchSize: 7, epochs: 3, hidden: [], seed: 9, ...more });

const configOf = (settings: TrainSettings) => ({ settings, model: multilayer(height * width, [], 4) });

const trained = splitTrainValidation(dataset.length, 0.2, keyFromSeed(9)).train;
const examples = (more: Partial<TrainSettings>): AugmentationExamples =>
  augmentationExamples(dataset, trained, configOf(settingsOf(more)));

/** The loss of each image in each epoch of a training that changes no weight, by the image's index. */
async function lossesOf(settings: TrainSettings, images: Dataset): Promise<Map<number, number>[]> {
  const backend = await createBackend();
  const model = multilayer(height * width, [], 4);
  const config = { version: 2, recipe: null, settings, data: images.info, model } as const;
  const rates = (_: number, count: number) => new Float32Array(count);
  const epochs = Array.from({ length: settings.epochs }, (): number[] => []);
  for await (const event of train(config, { backend, dataset: images, rates }))
    if (event.type === 'step') epochs[event.epoch - 1].push(...event.losses);
  await backend.dispose();
  return epochs.map((losses, i) => {
    const order = epochOrder(trained, keyFromSeed(settings.seed), i + 1);
    return new Map(losses.map((loss, position) => [order[position], loss]));
  });
}

test('what stands under an epoch is what that epoch trains on', async () => {
  const { columns, rows } = examples(everything);
  assert.equal(rows.length, 4);
  const augmented = await lossesOf(settingsOf(everything), dataset);
  const epochs = [...columns.keys()].filter((i) => columns[i].group === 'together');
  assert.equal(epochs.length, 3);
  for (const [epoch, column] of epochs.entries()) {
    const images = dataset.images.slice();
    for (const row of rows) images.set(row.images[column], row.index * height * width);
    const plain = await lossesOf(settingsOf({}), { ...dataset, images });
    for (const { index } of rows) assert.equal(plain[epoch].get(index), augmented[epoch].get(index));
  }
});

test('epochs after the last that is augmented show the image as it is', async () => {
  const ending = { ...everything, augmentUntil: 0.5 };
  const { columns, rows } = examples(ending);
  const epochs = [...columns.keys()].filter((i) => columns[i].group === 'together');
  const [augmented, plain] = [
    await lossesOf(settingsOf(ending), dataset),
    await lossesOf(settingsOf({}), dataset),
  ];
  for (const { index, images } of rows) {
    const same = epochs.map((column) => images[column].every((value, i) => value === images[0][i]));
    // Half of three epochs, rounded, are two.
    assert.deepEqual(same, [false, false, true]);
    assert.equal(augmented[2].get(index), plain[2].get(index));
  }
  assert.deepEqual(examples({ ...everything, augmentUntil: 0 }).rows, []);
});

test('the images are the first of their class that training meets', () => {
  const { rows, dataset: name, classNames } = examples(everything);
  const order = [...epochOrder(trained, keyFromSeed(9), 1)];
  for (const { label, index, images } of rows) {
    assert.equal(dataset.labels[index], label);
    assert.equal(
      index,
      order.find((i) => dataset.labels[i] === label),
    );
    assert.deepEqual(images[0], imageAt(dataset, index).slice());
  }
  assert.equal(new Set(rows.map(({ label }) => label)).size, 4);
  assert.deepEqual([name, classNames], ['noise', dataset.info.classNames]);
});

test('there is a column for each change that is switched on, with its strength in words', () => {
  const { columns, rows } = examples({ ...everything, ...mixed });
  assert.deepEqual(
    columns.map(({ name, detail }) => `${name} ${detail}`.trim()),
    [
      ...['as is', 'flip 1 in 2', 'shift 2 px', 'rotate 20°', 'zoom 20%', 'shear 10°', 'elastic 1 px'],
      ...['erase 30%', 'mixup 40%', 'cutmix 20%', 'epoch 1', 'epoch 2', 'epoch 3'],
    ],
  );
  for (const { images } of rows) for (const column of [8, 9]) assert.notDeepEqual(images[column], images[0]);
  assert.equal(columns[2].words, 'moved by up to 2 pixels in each direction');
  const few = examples({ shift: 1, epochs: 1 });
  assert.deepEqual(
    few.columns.map(({ group, name }) => `${group} ${name}`),
    ['original as is', 'alone shift', 'together epoch'],
  );
});

test('a change alone is the first draw of it that alters the image', () => {
  const rare = { erase: 0.02 };
  const { rows } = examples(rare);
  const key = fork(keyFromSeed(9), 'augment');
  const options = { flip: false, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, ...rare };
  const order = epochOrder(trained, keyFromSeed(9), 1);
  for (const { index, images } of rows) {
    const position = order.indexOf(index);
    const original = imageAt(dataset, index);
    assert.notDeepEqual(images[1], images[0]);
    let step = Math.floor(position / 7);
    const batch = order.subarray(position - (position % 7), position - (position % 7) + 7);
    const place = position % 7;
    const draw = () => augmentedImage(dataset.images, shape, batch, { options, key }, { place, step });
    while (draw().every((value, i) => value === original[i])) step += 1;
    assert.deepEqual(images[1], draw());
  }
  // Of a black image nothing can be altered: the search ends, and it stays as it is.
  const black = { ...dataset, images: new Uint8Array(dataset.images.length) };
  for (const { images } of augmentationExamples(black, trained, configOf(settingsOf(rare))).rows)
    assert.deepEqual(images[1], images[0]);
});

test('settings that change no image give nothing to see', () => {
  assert.deepEqual([examples({}).rows, examples({}).columns], [[], []]);
});
