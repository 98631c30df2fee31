/** Shows augmentation of training images: each change alone, and all of them as in training. */

import { aNumber, anArray, checkArguments, indices, record } from '../core/arguments.ts';
import { fork, keyFromSeed } from '../core/philox.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { type AugmentOptions, augmentedEpochs, augments } from '../data/augment.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import { type MixOptions, mixes } from '../data/mix.ts';
import { epochOrder } from '../data/split.ts';
import { augmentedImage } from '../engine/augmented-image.ts';
import type { Augmentation } from '../engine/backend.ts';
import { imagesPerEpoch, stepsPerEpoch } from '../train/batches.ts';
import type { RunConfig, TrainSettings } from '../train/settings.ts';
import type { AugmentationColumn, AugmentationExamples } from './inspection.ts';

/** Images shown, each of another class. */
const ROWS = 5;
/** Epochs whose images are shown. */
const EPOCHS = 4;
/** Number of draws to search for one that changes an image; many, because some changes are rare. */
const TRIES = 1000;

/** All settings of augmentation. */
type Changes = AugmentOptions & MixOptions;

const none: Changes = {
  ...{ flip: false, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 },
  ...{ mixup: 0, cutmix: 0 },
};

/** A kind of change, with its strength in short and in words. */
interface Kind {
  readonly key: keyof Changes;
  readonly strength: (settings: Changes) => string;
  readonly words: (settings: Changes) => string;
}

/** A number without floating-point noise. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
const shortPercent = (share: number): string => `${short(share * 100)}%`;
const pixels = (value: number): string => (value === 1 ? '1 pixel' : `${short(value)} pixels`);

/** In the order of their columns. */
const kinds: readonly Kind[] = [
  { key: 'flip', strength: () => '1 in 2', words: () => 'every second image mirrored horizontally' },
  {
    key: 'shift',
    strength: ({ shift }) => `${shift} px`,
    words: ({ shift }) => `moved by up to ${pixels(shift)} in each direction`,
  },
  {
    key: 'rotate',
    strength: ({ rotate }) => `${short(rotate)}°`,
    words: ({ rotate }) => `rotated by up to ${short(rotate)}° in either direction`,
  },
  {
    key: 'zoom',
    strength: ({ zoom }) => shortPercent(zoom),
    words: ({ zoom }) => `scaled by up to ${shortPercent(zoom)}`,
  },
  {
    key: 'shear',
    strength: ({ shear }) => `${short(shear)}°`,
    words: ({ shear }) => `sheared by up to ${short(shear)}°`,
  },
  {
    key: 'elastic',
    strength: ({ elastic }) => `${short(elastic)} px`,
    words: ({ elastic }) => `distorted elastically by up to ${pixels(elastic)}`,
  },
  {
    key: 'erase',
    strength: ({ erase }) => shortPercent(erase),
    words: ({ erase }) => `a black rectangle in ${shortPercent(erase)} of the images`,
  },
  {
    key: 'mixup',
    strength: ({ mixup }) => shortPercent(mixup),
    words: ({ mixup }) => `${shortPercent(mixup)} of the images blended with another image of their batch`,
  },
  {
    key: 'cutmix',
    strength: ({ cutmix }) => shortPercent(cutmix),
    words: ({ cutmix }) => `a rectangle of another image in ${shortPercent(cutmix)} of the images`,
  },
];

interface Met {
  readonly batch: Uint32Array;
  readonly place: number;
  readonly step: number;
}

/** A training image and its places in training. */
interface Shown {
  readonly pixels: Uint8Array;
  readonly label: number;
  readonly index: number;
  /** Its batch, its place in the batch, and the step, from 0, in each of the first epochs. */
  readonly met: readonly Met[];
}

/** A column and the function that makes its images. */
interface Drawn extends AugmentationColumn {
  readonly draw: (image: Shown) => Uint8Array;
}

/**
 * Shows augmentation on the first training images of a run, each of another class: the original; each change
 * of the settings alone, in the first draw that changes the image; and the images of the first epochs, byte
 * for byte.
 * @param trained the indices that are trained on, see `splitOf`
 * @returns examples without rows if the settings change no image
 */
export function augmentationExamples(
  train: Dataset,
  trained: Uint32Array,
  config: Pick<RunConfig, 'model' | 'settings'>,
): AugmentationExamples {
  checkArguments('augmentationExamples', {
    train: [train, aDataset],
    trained: [trained, indices],
    config: [
      config,
      record({
        model: record({ layers: anArray }),
        settings: record({ batchSize: aNumber, epochs: aNumber, seed: aNumber }),
      }),
    ],
  });
  const { settings } = config;
  const { name, classNames, shape } = train.info;
  const columns = augmentedEpochs(settings) > 0 ? columnsOf(train, settings) : [];
  const shown = columns.length > 0 ? firstImages(train, trained, config) : [];
  const rows = shown.map((image) => ({
    label: image.label,
    index: image.index,
    images: columns.map(({ draw }) => draw(image)),
  }));
  return {
    dataset: name,
    classNames,
    ...shape,
    columns: columns.map(({ draw: _, ...column }) => column),
    rows,
  };
}

/** The columns from left to right; add new changes here. */
function columnsOf({ images, info: { shape } }: Dataset, settings: TrainSettings): Drawn[] {
  const { flip, shift, rotate, zoom, shear, elastic, erase, mixup, cutmix, seed } = settings;
  const options: Changes = { flip, shift, rotate, zoom, shear, elastic, erase, mixup, cutmix };
  const key = fork(keyFromSeed(seed), 'augment');
  const drawer = (changes: Changes) => {
    const mixing = mixes(changes) ? changes : undefined;
    const augmentation: Augmentation = { options: changes, mixing, key };
    return ({ batch, ...at }: Met) => augmentedImage(images, shape, batch, augmentation, at);
  };
  const asItIs: Drawn = {
    group: 'original',
    name: 'as is',
    detail: '',
    words: 'the image of the data set',
    draw: ({ pixels }) => pixels,
  };
  const alone = kinds
    .filter((kind) => augments({ ...none, [kind.key]: options[kind.key] }))
    .map((kind): Drawn => {
      const draw = drawer({ ...none, [kind.key]: options[kind.key] });
      return {
        group: 'alone',
        name: kind.key,
        detail: kind.strength(options),
        words: kind.words(options),
        draw: ({ pixels, met: [first] }) =>
          firstChange(pixels, (later) => draw({ ...first, step: first.step + later })),
      };
    });
  const together = Array.from({ length: shownEpochs(settings) }, (_, i): Drawn => {
    const draw = drawer(options);
    const changed = i < augmentedEpochs(settings);
    return {
      group: 'together',
      name: 'epoch',
      detail: String(i + 1),
      words: `as epoch ${i + 1} trains on it`,
      draw: ({ pixels, met }) => (changed ? draw(met[i]) : pixels),
    };
  });
  return [asItIs, ...alone, ...together];
}

/** The first draw that changes the image; after many that do not, the last one. */
function firstChange(pixels: Uint8Array, draw: (later: number) => Uint8Array): Uint8Array {
  for (let later = 0; later < TRIES - 1; later++) {
    const drawn = draw(later);
    if (drawn.some((value, i) => value !== pixels[i])) return drawn;
  }
  return draw(TRIES - 1);
}

function shownEpochs({ epochs }: TrainSettings): number {
  return Math.min(EPOCHS, epochs);
}

/** The first training image of each class, and its places in later epochs. */
function firstImages(
  train: Dataset,
  trained: Uint32Array,
  { model, settings }: Pick<RunConfig, 'model' | 'settings'>,
): Shown[] {
  const { batchSize, seed } = settings;
  const key = keyFromSeed(seed);
  const images = imagesPerEpoch(trained.length, model, batchSize);
  const steps = stepsPerEpoch(trained.length, model, batchSize);
  const orders = Array.from({ length: shownEpochs(settings) }, (_, i) =>
    epochOrder(trained, key, i + 1).subarray(0, images),
  );
  const first = new Map<number, number>();
  for (const index of orders[0]) {
    if (first.size === ROWS) break;
    // An image that is left out of an epoch cannot be shown in it.
    if (!first.has(train.labels[index]) && orders.every((order) => order.includes(index)))
      first.set(train.labels[index], index);
  }
  return Array.from(first, ([label, index]) => ({
    pixels: imageAt(train, index).slice(),
    label,
    index,
    met: orders.map((order, epoch) => {
      const position = order.indexOf(index);
      const place = position % batchSize;
      return {
        batch: order.subarray(position - place, position - place + batchSize),
        place,
        step: epoch * steps + Math.floor(position / batchSize),
      };
    }),
  }));
}
