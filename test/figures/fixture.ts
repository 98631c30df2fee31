/**
 * Made-up inspections for the tests of the figures: small images, a few hundred predictions and a network that never
 * was, all from one seed, so that the same figures come out everywhere.
 */

import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { type ImageShape, imageSize } from '../../src/data/image-shape.ts';
import { findDataset } from '../../src/data/registry.ts';
import { augmentationExamples } from '../../src/inspect/augmentation.ts';
import { classIntervals, confusedPairs } from '../../src/inspect/class-intervals.ts';
import { calibrate, rejectionCurve } from '../../src/inspect/confidence.ts';
import type { Inspection, PredictedImage } from '../../src/inspect/inspection.ts';
import { evaluateLogProbabilities } from '../../src/inspect/metrics.ts';
import { describeTraining } from '../../src/inspect/training.ts';
import { multilayer } from '../../src/model/spec.ts';
import { isRecipeName, recipes } from '../../src/train/recipes.ts';
import { settingsSchema } from '../../src/train/settings.ts';
import { gray, makeDataset } from '../dataset-fixture.ts';

/** What sets one made-up run apart from another. */
export interface FixtureOptions {
  readonly run?: string;
  readonly recipe?: string | undefined;
  readonly classNames?: readonly string[];
  readonly seed?: number;
  readonly epochs?: number;
  readonly hidden?: readonly number[];
  /** Whether its training images are changed. */
  readonly augmented?: boolean;
  readonly shape?: ImageShape;
}

const fashionNames = findDataset('fashion-mnist')?.classNames ?? [];
const IMAGES = 400;
const POINTS = 80;

const augmentation = { flip: true, shift: 1, rotate: 12.5, zoom: 0.1, elastic: 0.6, erase: 0.25 };

/** An image of its class: bars whose number, direction and color depend on the label, and some noise. */
function picture(label: number, { height, width, channels }: ImageShape, stream: RandomStream): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const [place, channel] = [Math.floor(i / channels), i % channels];
    const along = label % 2 === 0 ? place % width : Math.floor(place / width);
    const lit = along % (2 + (Math.floor(label / 2) % 4)) === 0;
    const strength = channels === 1 || channel === label % 3 ? 180 : 40 * ((label + channel) % 4);
    return Math.floor((lit ? strength : 20) + stream.nextFloat() * 60);
  });
}

/** Log-probabilities that favor the true class and its neighbors. */
function logProbabilities(labels: Uint16Array, classes: number, stream: RandomStream): Float32Array {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    const logits = Array.from({ length: classes }, (_, i) => {
      const near = Math.abs(i - label);
      return stream.nextFloat() * 4 + (near === 0 ? 3.4 : near === 1 ? 1.6 : 0);
    });
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    logits.forEach((logit, i) => {
      values[row * classes + i] = logit - total;
    });
  });
  return values;
}

/** A whole inspection, the same for the same options. */
export function makeInspection({
  run = 'baseline-7',
  recipe = 'baseline',
  classNames = fashionNames,
  seed = 7,
  epochs = 12,
  hidden = [24, 12],
  augmented = true,
  shape = gray(8, 8),
}: FixtureOptions = {}): Inspection {
  const size = imageSize(shape);
  const key = keyFromSeed(seed);
  const stream = (name: string): RandomStream => new RandomStream(fork(key, name));
  const classes = classNames.length;
  const pixels = stream('pixels');
  const logits = stream('logits');
  const weights = stream('weights');
  const activity = stream('activity');
  const map = stream('map');
  const saliency = stream('saliency');
  // A stride that meets every class.
  const stride = classes % 7 === 0 ? 11 : 7;
  const labels = Uint16Array.from({ length: IMAGES }, (_, i) => (i * stride) % classes);
  const predictions = logProbabilities(labels, classes, logits);
  const evaluation = evaluateLogProbabilities(predictions, labels, classNames);
  const images = Array.from(labels, (label, index): PredictedImage => {
    const row = predictions.subarray(index * classes, (index + 1) * classes);
    return {
      pixels: picture(label, shape, pixels),
      label,
      index,
      probabilities: Array.from(row, Math.exp),
      predicted: row.indexOf(Math.max(...row)),
      loss: -row[label],
    };
  });
  const wrong = images.filter((image) => image.predicted !== image.label).sort((a, b) => b.loss - a.loss);
  const sure = {
    confidence: Float64Array.from(images, ({ probabilities, predicted }) => probabilities[predicted]),
    correct: Uint8Array.from(images, ({ label, predicted }) => Number(label === predicted)),
  };
  const signed = (length: number, from: RandomStream): Float32Array =>
    Float32Array.from({ length }, () => from.nextFloat() * 2 - 1);
  const points = Float32Array.from({ length: POINTS * 2 }, (_, i) => {
    const angle = (labels[i >> 1] / classes) * 2 * Math.PI;
    return (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) * 8 + map.nextFloat() * 3;
  });
  const layers = hidden.map((units, layer) => {
    const active = Float32Array.from({ length: units }, () => Math.max(0, activity.nextFloat() - 0.12));
    return { layer: `fc${layer + 1}`, active, dead: [...active.keys()].filter((unit) => active[unit] === 0) };
  });
  const shown = images.slice(0, POINTS);
  const originals = stream('augmented');
  const trained = makeDataset(
    shape,
    classNames,
    Uint8Array.from(
      Array.from({ length: 2 * classes }, (_, i) => [...picture(i >> 1, shape, originals)]).flat(),
    ),
    Array.from({ length: 2 * classes }, (_, i) => i >> 1),
    { name: 'made-up' },
  );
  return {
    run,
    recipe,
    published: isRecipeName(recipe) ? (recipes[recipe].published ?? undefined) : undefined,
    seed,
    spec: multilayer(size, hidden, classes, [0.25]),
    data: {
      dataset: 'made-up',
      classNames,
      ...shape,
      balance: (['train', 'validation', 'test'] as const).map((split, i) => {
        const perClass = classNames.map((_, label) => 480 - 180 * i + ((label * 13) % 40));
        return { split, images: perClass.reduce((sum, each) => sum + each, 0), perClass };
      }),
      meanImages: classNames.map((_, label) => picture(label, shape, pixels)),
      samples: classNames.flatMap((_, label) =>
        Array.from({ length: 4 }, (_, i) => ({
          pixels: picture(label, shape, pixels),
          label,
          index: 40 * label + i,
        })),
      ),
    },
    augmentation: augmentationExamples(trained, Uint32Array.from(trained.labels.keys()), {
      model: multilayer(size, hidden, classes, [0.25]),
      settings: settingsSchema.parse({ seed, epochs, ...(augmented && augmentation) }),
    }),
    training: describeTraining(
      run,
      Array.from({ length: epochs }, (_, i) => ({
        epoch: i + 1,
        trainLoss: 0.3 + 0.4 / (i + 1),
        validationLoss: 0.34 + 0.25 / (i + 1) + 0.004 * i,
        validationAccuracy: 0.88 - 0.1 / (i + 1),
        learningRate: 0.003,
        seconds: 1,
      })),
    ),
    evaluation,
    predictions: {
      labels,
      predicted: Uint16Array.from(images, ({ predicted }) => predicted),
      confidence: Float32Array.from(sure.confidence),
    },
    classes: classIntervals(evaluation.perClass, evaluation.confusion),
    pairs: confusedPairs(evaluation.confusion, 10),
    topLosses: wrong.slice(0, 8),
    examples: images.slice(0, 8),
    cells: [...Map.groupBy(images, ({ label, predicted }) => label * classes + predicted)]
      .sort(([a], [b]) => a - b)
      .map(([, [first, ...others]]) => ({
        actual: first.label,
        predicted: first.predicted,
        images: [first, ...others.slice(0, 3)],
      })),
    calibration: calibrate(sure),
    rejection: rejectionCurve(sure),
    firstLayer: {
      ...shape,
      weights: Array.from({ length: hidden[0] }, () => signed(size, weights)),
      units: Array.from({ length: hidden[0] }, (_, i) => i),
      favored: Array.from({ length: hidden[0] }, (_, i) =>
        i % 7 === 6 ? undefined : { label: (i * 3) % classes, share: 0.2 + (i % 5) / 10 },
      ),
    },
    activity: layers,
    map: {
      method: 'pca',
      layer: `fc${hidden.length}`,
      points,
      labels: labels.slice(0, POINTS),
      predicted: Uint16Array.from(shown, ({ predicted }) => predicted),
      indices: Uint32Array.from(shown, ({ index }) => index),
      explained: [0.42, 0.17],
    },
    neighborMap: {
      method: 'umap',
      layer: `fc${hidden.length}`,
      points: points.map((value) => value * 0.5),
      labels: labels.slice(0, POINTS),
      predicted: Uint16Array.from(shown, ({ predicted }) => predicted),
      indices: Uint32Array.from(shown, ({ index }) => index),
    },
    mapImages: Uint8Array.from(shown.flatMap((image) => [...image.pixels])),
    saliency: [images[0], wrong[0]].map((image) => ({
      image,
      target: image.predicted,
      gradient: signed(shape.height * shape.width, saliency).map(shape.channels === 1 ? Number : Math.abs),
      occlusion: signed(shape.height * shape.width, saliency),
      patch: 3,
    })),
  };
}

/** Names that would be markup if anybody took them for it, that are alike, long, empty or in other scripts. */
export const hostileNames: readonly string[] = [
  '<script>alert(1)</script>',
  '"&\' onload="alert(1)',
  ']]> <!-- &amp; &lt;',
  'same',
  'same',
  'A class with a name that is much longer than anybody would ever want to read in a chart',
  'Donaudampfschifffahrtsgesellschaftskapitän',
  'きもの 着物',
  '\u0000\u0007 control \ud800',
  '',
];

/** Every kind of inspection that a figure has to cope with. */
export const fixtures = {
  plain: () => makeInspection(),
  hostile: () =>
    makeInspection({
      run: '<img src=x onerror=alert(1)> & "run"',
      recipe: '</svg>',
      classNames: hostileNames,
    }),
  'many classes': () =>
    makeInspection({
      classNames: [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt'],
      hidden: [300, 100, 50],
    }),
  'units that are never off, with BatchNorm1d': () => ({
    ...makeInspection({ augmented: false }),
    spec: multilayer(64, [24, 16], 10, [0.25], { activation: 'leaky-relu', norm: 'batch' }),
    activity: [],
  }),
  'colors of another shape': () =>
    makeInspection({ classNames: ['red', 'green', 'blue'], shape: { height: 24, width: 40, channels: 3 } }),
  'a line of color': () =>
    makeInspection({
      classNames: ['red', 'green'],
      shape: { height: 90, width: 1, channels: 3 },
      hidden: [4],
    }),
  'one gray pixel': () => makeInspection({ classNames: ['dark', 'light'], shape: gray(1, 1), hidden: [4] }),
  'very many classes that begin alike': () =>
    makeInspection({
      classNames: Array.from({ length: 200 }, (_, i) => `a species with number ${i + 1}`),
      shape: { height: 6, width: 8, channels: 3 },
      hidden: [30],
    }),
  'two classes, one epoch': () => makeInspection({ classNames: ['cat', 'dog'], epochs: 1, hidden: [4] }),
} as const satisfies Record<string, () => Inspection>;
