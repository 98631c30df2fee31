/** Model files made here: fresh networks with statistics of their own, and a card that tells of them. */

import { fork, keyFromSeed, RandomStream } from '../src/core/philox.ts';
import type { DatasetInfo } from '../src/data/dataset-info.ts';
import type { ImageShape } from '../src/data/image-shape.ts';
import { initialize } from '../src/model/init.ts';
import type { Network } from '../src/model/network.ts';
import { planModel } from '../src/model/plan.ts';
import { inputWidth, type ModelSpec, multilayer } from '../src/model/spec.ts';
import type { Figures, ModelCard } from '../src/ship/card.ts';
import type { ModelFile } from '../src/ship/model-file.ts';
import { gray, infoFor, inputFor, rowInput } from './dataset-fixture.ts';

const sum = 'ab'.repeat(32);

/** A data set that is known by its description alone. */
export function makeInfo(shape: ImageShape, classNames: readonly string[], name = 'made'): DatasetInfo {
  const split = { length: 100, imagesSha256: sum, labelsSha256: sum };
  return { ...infoFor(shape, classNames, name), splits: { train: split, test: split } };
}

/** A network as if it had been trained: batch normalization has a scale, a shift and statistics that do something. */
export function makeNetwork(spec: ModelSpec, seed: number, input = rowInput(inputWidth(spec))): Network {
  const key = keyFromSeed(seed);
  const plan = planModel(spec);
  const random = new RandomStream(fork(key, 'norms'));
  const weights = initialize(plan, key);
  for (const { name, part } of plan.parameters) {
    if (part === 'weight' || part === 'bias') continue;
    const positive = part === 'scale' || part === 'runningVariance';
    const drawn = weights
      .get(name)!
      .map(() => (positive ? 0.2 + 2 * random.nextFloat() : random.nextFloat() - 0.5));
    weights.set(name, drawn);
  }
  return { spec, input, weights };
}

/** Three networks of 5x4 images and three classes, of different kinds. */
export function makeMembers(): Network[] {
  const input = inputFor(gray(5, 4));
  return [
    makeNetwork(multilayer(20, [16], 3), 1, input),
    makeNetwork(multilayer(20, [8, 8], 3, [], { norm: 'batch' }), 2, input),
    makeNetwork(multilayer(20, [12], 3, [], { activation: 'gelu' }), 3, input),
  ];
}

/** Figures of ten images of each class, nine of them right. */
export function makeFigures(classNames: readonly string[]): Figures {
  const row = { precision: 0.9, recall: 0.9, f1: 0.9, support: 10 };
  return {
    images: 10 * classNames.length,
    accuracy: 0.9,
    interval: { low: 0.8, high: 0.95 },
    loss: 0.25,
    ece: 0.03,
    perClass: classNames.map((name) => ({ name, ...row })),
    confused: [{ actual: classNames[0], predicted: classNames[1], count: 1, share: 0.1 }],
  };
}

/** A card of so many networks. */
export function makeCard(classNames: readonly string[], networks: number): ModelCard {
  return {
    title: 'A model made for tests',
    couture: '0.1.0',
    split: { seed: 1, validation: 0.2 },
    folded: false,
    members: Array.from({ length: networks }, (_, i) => ({
      run: `made-seed${i + 1}`,
      recipe: null,
      couture: '0.1.0',
      settings: { hidden: [8], seed: i + 1, fast: false },
      command: `npx couture train --hidden 8 --seed ${i + 1}`,
      bestEpoch: 2,
      epochs: 3,
      weightsSha256: sum,
    })),
    validation: makeFigures(classNames),
    calibration: null,
    test: makeFigures(classNames),
  };
}

/** A model of 4x3 images and three classes; what is given goes over it. Its members take what its data set says. */
export function makeModel(changes: Partial<ModelFile> = {}): ModelFile {
  const data = changes.data ?? makeInfo({ height: 4, width: 3, channels: 1 }, ['hat', 'shoe', 'sock']);
  const members = changes.members ?? [makeNetwork(multilayer(12, [8], 3), 1)];
  const input = { shape: data.shape, pixels: data.preprocessing.pixels };
  return {
    data,
    temperature: 1,
    views: { flip: false, shift: 0 },
    precision: 'float32',
    card: makeCard(data.classNames, members.length),
    ...changes,
    members: members.map((member) => ({ ...member, input })),
  };
}

/** Images with something to see, drawn by a seed. */
export function makeImages(count: number, size: number, seed = 1): Uint8Array {
  const random = new RandomStream(keyFromSeed(seed));
  return Uint8Array.from({ length: count * size }, () => random.nextBelow(256));
}
