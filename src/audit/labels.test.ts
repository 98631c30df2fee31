import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, infoFor, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import { createBackend } from '../engine/create.ts';
import { multilayer } from '../model/spec.ts';
import { checkSettings } from '../train/check-settings.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Duplicates, LabelAudit } from './audit.ts';
import { type AuditLabelsOptions, auditLabels, findSuspects } from './labels.ts';

const classNames = ['top', 'middle', 'low', 'lowest'];
const classes = classNames.length;

/** Images of 4 x 4 with one bright row, which says the class. */
function rows(split: 'train' | 'test', length: number, seed: number): Dataset {
  const random = new RandomStream(keyFromSeed(seed));
  const labels = Array.from({ length }, () => random.nextBelow(classes));
  const images = new Uint8Array(length * 16);
  labels.forEach((label, i) => {
    for (let p = 0; p < 16; p++) images[i * 16 + p] = random.nextBelow(100) + (p >> 2 === label ? 150 : 0);
  });
  return makeDataset(gray(4, 4), classNames, images, labels, { name: 'rows', split });
}

/** The data set with some labels replaced by another class each, and which. */
function withWrongLabels(dataset: Dataset, share: number, seed: number): [Dataset, Map<number, number>] {
  const random = new RandomStream(keyFromSeed(seed));
  const truth = new Map<number, number>();
  const labels = dataset.labels.map((label, index) => {
    if (random.nextFloat() >= share) return label;
    truth.set(index, label);
    return (label + 1 + random.nextBelow(classes - 1)) % classes;
  });
  return [{ ...dataset, labels }, truth];
}

const settings = checkSettings({
  hidden: [12],
  epochs: 20,
  batchSize: 30,
  learningRate: 0.01,
  validation: 0.1,
});
const config: RunConfig = {
  version: 2,
  recipe: null,
  settings,
  data: infoFor(gray(4, 4), classNames, 'rows'),
  model: multilayer(16, [12], classes),
};

async function audit(options: Partial<AuditLabelsOptions> & Pick<AuditLabelsOptions, 'train' | 'test'>) {
  const backend = await createBackend({ backend: 'reference' });
  try {
    return await auditLabels({ backend, config, folds: 4, ...options });
  } finally {
    await backend.dispose();
  }
}

/** Precision and recall of the suspects of one split. */
function quality({ suspects }: LabelAudit, split: 'train' | 'test', truth: ReadonlyMap<number, number>) {
  const own = suspects.filter((suspect) => suspect.split === split);
  const hits = own.filter(({ index, suggested }) => truth.get(index) === suggested);
  return { precision: hits.length / own.length, recall: hits.length / truth.size };
}

test('planted wrong labels are found in both splits, and their right ones suggested', async () => {
  const [train, wrongTrain] = withWrongLabels(rows('train', 2000, 1), 0.03, 2);
  const [testSet, wrongTest] = withWrongLabels(rows('test', 1000, 3), 0.03, 4);
  const found = await audit({ train, test: testSet });
  for (const [split, truth] of [
    ['train', wrongTrain],
    ['test', wrongTest],
  ] as const) {
    const { precision, recall } = quality(found, split, truth);
    assert.ok(precision > 0.95, `${split}: precision ${precision}`);
    assert.ok(recall > 0.85, `${split}: recall ${recall}`);
    assert.ok(found.outOfFold[split].accuracy > 0.9);
  }
  const losses = found.suspects.map(({ loss }) => loss);
  assert.deepEqual(
    losses,
    [...losses].sort((a, b) => b - a),
  );
  for (const { split, index, label, labelProbability, loss } of found.suspects) {
    assert.equal(label, (split === 'train' ? train : testSet).labels[index]);
    assert.ok(Math.abs(Math.exp(-loss) - labelProbability) < 1e-9);
  }
});

test('right labels are left alone, and the same data gives the same audit', async () => {
  const data = { train: rows('train', 800, 5), test: rows('test', 200, 6) };
  const found = await audit(data);
  assert.ok(found.suspects.length <= 3, `${found.suspects.length} of 1000`);
  assert.deepEqual(await audit(data), found);
});

test('no image is judged by a model that was trained on it or on a copy of it', async () => {
  // Every image appears twice, and is noise with a label that was drawn: only who has seen its copy can know
  // it.
  const random = new RandomStream(keyFromSeed(8));
  const noise = new Uint8Array(300 * 16).map(() => random.nextBelow(256));
  const drawn = new Uint8Array(300).map(() => random.nextBelow(classes));
  const train: Dataset = {
    ...rows('train', 1, 7),
    images: Uint8Array.from([...noise, ...noise]),
    labels: Uint16Array.from([...drawn, ...drawn]),
    length: 600,
  };
  const copy = (index: number) => ({ split: 'train' as const, index, label: train.labels[index] });
  const exact = Array.from({ length: 300 }, (_, index) => [copy(index), copy(index + 300)]);
  const duplicates: Duplicates = { threshold: 0.1, exact, near: [] };
  const long = { ...config, settings: { ...settings, epochs: 60 }, model: multilayer(16, [64], classes) };
  const options = { train, test: rows('test', 20, 9), config: long };
  const [unaware, aware] = [await audit(options), await audit({ ...options, duplicates })];
  assert.ok(unaware.outOfFold.train.accuracy > 0.45, `${unaware.outOfFold.train.accuracy}`);
  assert.ok(aware.outOfFold.train.accuracy < 0.35, `${aware.outOfFold.train.accuracy}`);
});

test('a label is suspect when it is improbable and another class as probable as on its own images', () => {
  const logarithms = (values: readonly number[][]) => Float32Array.from(values.flat(), Math.log);
  const labels = Uint16Array.of(0, 0, 1, 1, 0, 0);
  // The mean probability of class 0 on its images is 0.4805, of class 1 on its 0.7; nothing is labeled 2.
  const suspects = findSuspects(
    logarithms([
      [0.95, 0.03, 0.02],
      [0.93, 0.05, 0.02],
      [0.2, 0.6, 0.2],
      [0.1, 0.8, 0.1],
      [0.01, 0.75, 0.24],
      [0.032, 0.958, 0.01],
    ]),
    labels,
    3,
  );
  assert.deepEqual(
    suspects.map(({ index, label, suggested }) => ({ index, label, suggested })),
    [{ index: 4, label: 0, suggested: 1 }],
    'the last label is too probable',
  );
  const unsure = findSuspects(
    logarithms([
      [0.9, 0.1],
      [0.1, 0.9],
      [0.45, 0.55],
      [0.01, 0.6],
    ]),
    Uint16Array.of(0, 1, 1, 0),
    2,
  );
  assert.deepEqual(unsure, [], 'the other class is less probable than on its own images');
});

test('folds that cannot be are refused, and an abort ends it', async () => {
  const data = { train: rows('train', 60, 1), test: rows('test', 20, 2) };
  for (const folds of [1, 61, 2.5]) await assert.rejects(audit({ ...data, folds }), { kind: 'usage' });
  const stop = new AbortController();
  const seen: number[] = [];
  const onEvent = (fold: number) => {
    seen.push(fold);
    if (fold === 2) stop.abort();
  };
  await assert.rejects(audit({ ...data, onEvent, signal: stop.signal }), { kind: 'interrupted' });
  assert.equal(Math.max(...seen), 2);
});
