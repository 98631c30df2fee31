/**
 * The table of all figures of a run and of several runs, which the command line, the report, the gallery and
 * the tests use.
 */

import { count } from '../core/format.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { Evaluation } from '../inspect/metrics.ts';
import { drawAccuracies, runAccuracy } from './accuracies.ts';
import { drawMap } from './activation-map.ts';
import { drawActivity } from './activity.ts';
import { drawAugmentation } from './augmentation.ts';
import { drawCalibration } from './calibration.ts';
import { drawClassBalance } from './class-balance.ts';
import { drawClasses } from './classes.ts';
import { drawPairs } from './confused-pairs.ts';
import { drawConfusion, hasUnequalClasses } from './confusion.ts';
import { type ComparedRun, type DifferenceOptions, drawConfusionDifference } from './confusion-difference.ts';
import { drawCurves } from './curves.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { drawFirstLayer } from './first-layer.ts';
import { drawNetwork } from './network.ts';
import { drawPixels } from './pixels.ts';
import { drawPrediction, drawPredictions } from './predictions.ts';
import { drawRejection } from './rejection.ts';
import { drawSaliency } from './saliency.ts';
import { drawMeanImages, drawSamples } from './samples.ts';
import { drawTopLosses } from './top-losses.ts';

/** Images on the page of predictions. */
const PAGE = 16;

/** The section of the report that a figure belongs to. */
export type FigureSection =
  | 'data'
  | 'network'
  | 'training'
  | 'predictions'
  | 'mistakes'
  | 'confidence'
  | 'inside'
  | 'search';

/** One kind of figure. */
export interface FigureEntry<Subject> {
  /** As in file names, and equal to the name of the drawn figure. */
  readonly name: string;
  readonly title: string;
  /** The drawing function, for documentation. */
  readonly source: string;
  /** What to look for. */
  readonly reading: string;
  readonly section: FigureSection;
  /** Whether there is anything to draw; true if absent. */
  readonly has?: (subject: Subject) => boolean;
  /** Whether it says more than the others, so that it is drawn without being named; true if absent. */
  readonly usual?: (subject: Subject) => boolean;
  /**
   * Draws it.
   * @param beside the subjects of all runs that are shown together, this one included: the figures of some kinds share
   * their axes, scales and order
   */
  readonly draw: (subject: Subject, options: FigureOptions, beside?: readonly Subject[]) => Figure;
}

type RunFigure = FigureEntry<Inspection>;

const tests = ({ run, data, evaluation }: Inspection): string =>
  `${run}, ${count(evaluation.images)} test images of ${data.dataset}`;

/** A confidence above which the bars of the other classes are too short to see. */
const CONFIDENT = 0.9;

/** The image to show alone: the first in doubt, so that its bars say something, or else the first. */
function exampleInDoubt({ examples }: Inspection): number | undefined {
  const inDoubt = examples.find(({ probabilities, predicted }) => probabilities[predicted] < CONFIDENT);
  return (inDoubt ?? examples[0])?.index;
}

const evaluationOf = ({ evaluation }: Inspection): Evaluation => evaluation;

/** The figures of one run, in the order of the report. */
export const runFigures: readonly RunFigure[] = [
  {
    name: 'pixels',
    title: 'One training image and its pixel values',
    source: 'drawPixels',
    reading: 'The input of the network: a number from 0 to 255 for each pixel.',
    section: 'data',
    draw: ({ data }, options) => drawPixels(data, options),
  },
  {
    name: 'samples',
    title: 'Training images of each class',
    source: 'drawSamples',
    reading: 'The figure shows how similar the images within a class are, and how different the classes are.',
    section: 'data',
    draw: ({ data }, options) => drawSamples(data, options),
  },
  {
    name: 'class-balance',
    title: 'Images of each class',
    source: 'drawClassBalance',
    reading: 'If some classes are more frequent than others, accuracy depends mostly on the frequent ones.',
    section: 'data',
    draw: ({ data }, options) => drawClassBalance(data, options),
  },
  {
    name: 'mean-images',
    title: 'The mean image of each class',
    source: 'drawMeanImages',
    reading:
      'The mean shows what the images of a class have in common. Classes with similar means are hard to tell apart.',
    section: 'data',
    draw: ({ data }, options) => drawMeanImages(data, options),
  },
  {
    name: 'network',
    title: 'The network',
    source: 'drawNetwork',
    reading:
      'The pixels are at the top and the classes at the bottom. Most parameters are usually in the first layer.',
    section: 'network',
    draw: ({ spec, run }, options) => drawNetwork(spec, { facts: run, ...options }),
  },
  {
    name: 'augmentation',
    title: 'What augmentation does to training images',
    source: 'drawAugmentation',
    reading:
      'A person should still recognize the class of each image. Stronger augmentation teaches the network something wrong.',
    section: 'training',
    has: ({ augmentation }) => augmentation.rows.length > 0,
    draw: ({ augmentation, run }, options) => drawAugmentation(augmentation, { facts: run, ...options }),
  },
  {
    name: 'curves',
    title: 'Loss and accuracy per epoch',
    source: 'drawCurves',
    reading:
      'The network begins to overfit where validation loss stops falling while training loss still falls.',
    section: 'training',
    draw: ({ training }, options, beside) =>
      drawCurves([training], {
        facts: training.run,
        ...options,
        beside: beside?.map((run) => run.training),
      }),
  },
  {
    name: 'prediction',
    title: 'One image beside its probabilities',
    source: 'drawPrediction',
    reading: 'The bars show how confident the network is, and which other classes it considers.',
    section: 'predictions',
    has: ({ examples }) => examples.length > 0,
    draw: (subject, options, beside = [subject]) => {
      const { examples, data, run } = subject;
      const index = exampleInDoubt(beside[0]);
      const example = examples.find((image) => image.index === index) ?? examples[0];
      return drawPrediction(example, data, { facts: run, ...options });
    },
  },
  {
    name: 'predictions',
    title: 'A page of predictions',
    source: 'drawPredictions',
    reading: 'A long bar of the color of a wrong prediction is a confident mistake.',
    section: 'predictions',
    has: ({ examples }) => examples.length > 0,
    draw: ({ examples, data, run }, options) =>
      drawPredictions(examples.slice(0, PAGE), data, { facts: run, ...options }),
  },
  {
    name: 'confusion',
    title: 'Confusion matrix in images',
    source: 'drawConfusion',
    reading:
      'The diagonal holds the correct predictions. A cell off the diagonal that stands out from its row is a pair of classes that the network confuses.',
    section: 'mistakes',
    draw: (subject, options, beside) =>
      drawConfusion(subject.evaluation, {
        facts: tests(subject),
        ...options,
        beside: beside?.map(evaluationOf),
      }),
  },
  {
    name: 'confusion-normalized',
    title: 'Confusion matrix in percent of each true class',
    source: 'drawConfusion',
    reading: 'The same matrix as shares of each row. The diagonal is the recall of each class.',
    section: 'mistakes',
    usual: ({ evaluation }) => hasUnequalClasses(evaluation),
    draw: (subject, options) =>
      drawConfusion(subject.evaluation, { facts: tests(subject), ...options, normalized: true }),
  },
  {
    name: 'classes',
    title: 'Precision, recall and F1 of each class',
    source: 'drawClasses',
    reading: 'If the intervals of two classes overlap, the test set may be too small to rank them.',
    section: 'mistakes',
    draw: (subject, options, beside) =>
      drawClasses(subject.classes, {
        facts: tests(subject),
        ...options,
        beside: beside?.map((run) => run.classes),
      }),
  },
  {
    name: 'confused-pairs',
    title: 'The most confused pairs of classes',
    source: 'drawPairs',
    reading: 'A few pairs of classes usually account for most mistakes.',
    section: 'mistakes',
    draw: (subject, options, beside) =>
      drawPairs(subject.evaluation, { facts: tests(subject), ...options, beside: beside?.map(evaluationOf) }),
  },
  {
    name: 'top-losses',
    title: 'The mistakes with the largest loss',
    source: 'drawTopLosses',
    reading: 'These are unusual images, ambiguous images, and images whose label may be wrong.',
    section: 'mistakes',
    draw: (subject, options) =>
      drawTopLosses(subject.topLosses, subject.data, { facts: tests(subject), ...options }),
  },
  {
    name: 'calibration',
    title: 'Calibration',
    source: 'drawCalibration',
    reading: 'On the diagonal, confidence equals accuracy. Below the diagonal, the network is overconfident.',
    section: 'confidence',
    draw: (subject, options, beside) =>
      drawCalibration(subject.calibration, {
        facts: tests(subject),
        ...options,
        beside: beside?.map((run) => run.calibration),
      }),
  },
  {
    name: 'rejection',
    title: 'Accuracy against the rejection threshold',
    source: 'drawRejection',
    reading:
      'The accuracy on the images that are kept is on the left, and the share of images that are kept on the right. A person decides the rejected ones.',
    section: 'confidence',
    has: ({ rejection }) => rejection.length > 0,
    draw: (subject, options, beside) =>
      drawRejection(subject.rejection, {
        facts: tests(subject),
        ...options,
        beside: beside?.map((run) => run.rejection),
      }),
  },
  {
    name: 'first-layer',
    title: 'Weights of the first layer',
    source: 'drawFirstLayer',
    reading:
      'A bright pixel increases the value of a unit where its weight is positive, and decreases it where the weight is negative. Below each unit is the class that activates it most.',
    section: 'inside',
    draw: ({ firstLayer, data, run }, options) =>
      drawFirstLayer(firstLayer, data.classNames, { facts: run, ...options }),
  },
  {
    name: 'activity',
    title: 'How often each hidden unit is active',
    source: 'drawActivity',
    reading:
      'A unit that is active for no image contributes nothing. A unit that is active for every image is linear.',
    section: 'inside',
    has: ({ activity }) => activity.length > 0,
    draw: (subject, options) => drawActivity(subject.activity, { facts: tests(subject), ...options }),
  },
  {
    name: 'map-pca',
    title: 'Map of the last hidden layer by PCA',
    source: 'drawMap',
    reading:
      'Images that activate similar units of the last hidden layer are close together. The activations of each image are scaled to length 1. Classes that overlap in this projection may still be separate in other dimensions.',
    section: 'inside',
    draw: ({ map, data, run }, options) => drawMap(map, data.classNames, { facts: run, ...options }),
  },
  {
    name: 'map-umap',
    title: 'Map of the last hidden layer by UMAP',
    source: 'drawMap',
    reading: 'Near neighbors stay close. The distances between groups mean little.',
    section: 'inside',
    has: ({ neighborMap }) => neighborMap !== undefined,
    draw: ({ map, neighborMap = map, data, run }, options) =>
      drawMap(neighborMap, data.classNames, { facts: run, ...options }),
  },
  {
    name: 'saliency',
    title: 'Saliency of single predictions',
    source: 'drawSaliency',
    reading:
      'The pixels that a prediction depends on, measured in two ways: by the gradient, and by covering patches of the image.',
    section: 'inside',
    has: ({ saliency }) => saliency.length > 0,
    draw: ({ saliency, data, run }, options) => drawSaliency(saliency, data, { facts: run, ...options }),
  },
];

/** Whether a figure of the table is drawn where nobody named it. */
export function isUsual<Subject>({ has, usual }: FigureEntry<Subject>, subject: Subject): boolean {
  return (has?.(subject) ?? true) && (usual?.(subject) ?? true);
}

/** The figures that compare several runs. */
export const comparisonFigures: readonly FigureEntry<readonly Inspection[]>[] = [
  {
    name: 'accuracies',
    title: 'Test accuracy of several runs',
    source: 'drawAccuracies',
    reading:
      "The interval of a difference counts the images on which exactly one of the two runs is correct. It usually agrees with McNemar's exact test; where they differ, the p-value decides.",
    section: 'training',
    draw: (runs, options) => drawAccuracies(runs.map(runAccuracy), options),
  },
  {
    name: 'curves',
    title: 'Loss and accuracy per epoch of several runs',
    source: 'drawCurves',
    reading:
      'Compare how low the validation loss of each run gets, how soon, and when it separates from the training loss.',
    section: 'training',
    draw: (runs, options) =>
      drawCurves(
        runs.map(({ training }) => training),
        options,
      ),
  },
];

/** The figures of two runs, the second against the first. */
export const pairFigures: readonly (Omit<FigureEntry<unknown>, 'has' | 'usual' | 'draw'> & {
  readonly draw: (
    runs: readonly [first: ComparedRun, second: ComparedRun],
    options: DifferenceOptions,
  ) => Figure;
})[] = [
  {
    name: 'confusion-difference',
    title: 'The confusion matrices, one minus the other',
    source: 'drawConfusionDifference',
    reading: 'A cell has the color of the run that puts more images into it.',
    section: 'mistakes',
    draw: ([first, second], options) => drawConfusionDifference(first, second, options),
  },
];
