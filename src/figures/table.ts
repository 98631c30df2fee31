/** Every figure of a run, and of several runs: what the command line, the report, the gallery and the tests go by. */

import { count } from '../core/format.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { drawAccuracies, runAccuracy } from './accuracies.ts';
import { drawMap } from './activation-map.ts';
import { drawActivity } from './activity.ts';
import { drawAugmentation } from './augmentation.ts';
import { drawCalibration } from './calibration.ts';
import { drawClassBalance } from './class-balance.ts';
import { drawClasses, drawPairs } from './classes.ts';
import { drawConfusion } from './confusion.ts';
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

export type FigureSection =
  | 'data'
  | 'network'
  | 'training'
  | 'predictions'
  | 'mistakes'
  | 'confidence'
  | 'inside';

/** One kind of figure. */
export interface FigureEntry<Subject> {
  /** As in file names; the figure that is drawn has the same. */
  readonly name: string;
  readonly title: string;
  /** The function behind it, for those who read about it. */
  readonly source: string;
  /** What to look for. */
  readonly reading: string;
  readonly section: FigureSection;
  /** Whether there is anything to draw; always, if not given. */
  readonly has?: (subject: Subject) => boolean;
  readonly draw: (subject: Subject, options: FigureOptions) => Figure;
}

type RunFigure = FigureEntry<Inspection>;

const tests = ({ run, data, evaluation }: Inspection): string =>
  `${run}, ${count(evaluation.images)} test images of ${data.dataset}`;

/** The figures of one run, in the order in which a report tells its story. */
export const runFigures: readonly RunFigure[] = [
  {
    name: 'pixels',
    title: 'One training image and its pixel values',
    source: 'drawPixels',
    reading: 'What the network is given: a number from 0 to 255 for each pixel. Zoom in to read them.',
    section: 'data',
    draw: ({ data }, options) => drawPixels(data, options),
  },
  {
    name: 'samples',
    title: 'Training images of each class',
    source: 'drawSamples',
    reading: 'How alike the images of one class are, and how unlike those of two.',
    section: 'data',
    draw: ({ data }, options) => drawSamples(data, options),
  },
  {
    name: 'class-balance',
    title: 'Images of each class',
    source: 'drawClassBalance',
    reading:
      'Whether the classes are equally frequent: where they are not, accuracy favors the frequent ones.',
    section: 'data',
    draw: ({ data }, options) => drawClassBalance(data, options),
  },
  {
    name: 'mean-images',
    title: 'The mean image of each class',
    source: 'drawMeanImages',
    reading: 'What is common to a class. Classes with like means are hard to tell apart.',
    section: 'data',
    draw: ({ data }, options) => drawMeanImages(data, options),
  },
  {
    name: 'network',
    title: 'The network',
    source: 'drawNetwork',
    reading:
      'From the pixels at the top to the classes at the bottom; nearly all parameters are in the first layer.',
    section: 'network',
    draw: ({ spec, run }, options) => drawNetwork(spec, { facts: run, ...options }),
  },
  {
    name: 'augmentation',
    title: 'What augmentation does to training images',
    source: 'drawAugmentation',
    reading:
      'Whether a person would still give each image its label: what is bent past that teaches the network something wrong.',
    section: 'training',
    has: ({ augmentation }) => augmentation.rows.length > 0,
    draw: ({ augmentation, run }, options) => drawAugmentation(augmentation, { facts: run, ...options }),
  },
  {
    name: 'curves',
    title: 'Loss and accuracy per epoch',
    source: 'drawCurves',
    reading:
      'Where validation loss stops falling while training loss goes on, the network has begun to learn its images by heart.',
    section: 'training',
    draw: ({ training }, options) => drawCurves([training], { facts: training.run, ...options }),
  },
  {
    name: 'prediction',
    title: 'One image beside its probabilities',
    source: 'drawPrediction',
    reading: 'How sure the network is of one image, and what else it considers.',
    section: 'predictions',
    has: ({ examples }) => examples.length > 0,
    draw: ({ examples, data, run }, options) => drawPrediction(examples[0], data, { facts: run, ...options }),
  },
  {
    name: 'predictions',
    title: 'A page of predictions',
    source: 'drawPredictions',
    reading:
      'Blue bars are right, orange ones wrong; a wrong one with a long bar is worse than one with a short bar.',
    section: 'predictions',
    has: ({ examples }) => examples.length > 0,
    draw: ({ examples, data, run }, options) =>
      drawPredictions(examples.slice(0, PAGE), data, { facts: run, ...options }),
  },
  {
    name: 'confusion',
    title: 'Confusion matrix in images',
    source: 'drawConfusion',
    reading: 'The diagonal is right. A dark cell beside it is a pair of classes that the network mixes up.',
    section: 'mistakes',
    draw: (subject, options) => drawConfusion(subject.evaluation, { facts: tests(subject), ...options }),
  },
  {
    name: 'confusion-normalized',
    title: 'Confusion matrix in percent of each true class',
    source: 'drawConfusion',
    reading: 'The same as shares of each row: the diagonal is the recall of each class.',
    section: 'mistakes',
    draw: (subject, options) =>
      drawConfusion(subject.evaluation, { facts: tests(subject), ...options, normalized: true }),
  },
  {
    name: 'classes',
    title: 'Precision, recall and F1 of each class',
    source: 'drawClasses',
    reading: 'Where the intervals of two classes overlap, the test set is too small to rank them.',
    section: 'mistakes',
    draw: (subject, options) => drawClasses(subject.classes, { facts: tests(subject), ...options }),
  },
  {
    name: 'confused-pairs',
    title: 'The most confused pairs of classes',
    source: 'drawPairs',
    reading: 'A few pairs usually make up most mistakes.',
    section: 'mistakes',
    draw: (subject, options) =>
      drawPairs(subject.pairs, subject.evaluation, { facts: tests(subject), ...options }),
  },
  {
    name: 'top-losses',
    title: 'The most confidently wrong images',
    source: 'drawTopLosses',
    reading: 'Odd images, ambiguous ones, and labels that may themselves be wrong.',
    section: 'mistakes',
    draw: (subject, options) =>
      drawTopLosses(subject.topLosses, subject.data, { facts: tests(subject), ...options }),
  },
  {
    name: 'calibration',
    title: 'Calibration',
    source: 'drawCalibration',
    reading: 'Dots on the diagonal: the network is right as often as it says. Below it, it claims too much.',
    section: 'confidence',
    draw: (subject, options) => drawCalibration(subject.calibration, { facts: tests(subject), ...options }),
  },
  {
    name: 'rejection',
    title: 'Accuracy against the rejection threshold',
    source: 'drawRejection',
    reading:
      'What it buys to leave unsure images to a person: accuracy on the left, what is left to decide on the right.',
    section: 'confidence',
    has: ({ rejection }) => rejection.length > 0,
    draw: (subject, options) => drawRejection(subject.rejection, { facts: tests(subject), ...options }),
  },
  {
    name: 'first-layer',
    title: 'Weights of the first layer',
    source: 'drawFirstLayer',
    reading:
      'What each unit looks for: a bright pixel raises it where the weight is positive, and lowers it where it is negative.',
    section: 'inside',
    draw: ({ firstLayer, run }, options) => drawFirstLayer(firstLayer, { facts: run, ...options }),
  },
  {
    name: 'activity',
    title: 'How often each hidden unit is active',
    source: 'drawActivity',
    reading: 'A unit that is active for no image adds nothing; one that is always active is merely linear.',
    section: 'inside',
    has: ({ activity }) => activity.length > 0,
    draw: (subject, options) => drawActivity(subject.activity, { facts: tests(subject), ...options }),
  },
  {
    name: 'map-pca',
    title: 'Map of the last hidden layer by PCA',
    source: 'drawMap',
    reading:
      'Images that the last hidden layer sees alike lie together; classes that overlap here are confused.',
    section: 'inside',
    draw: ({ map, data, run }, options) => drawMap(map, data.classNames, { facts: run, ...options }),
  },
  {
    name: 'map-umap',
    title: 'Map of the last hidden layer by UMAP',
    source: 'drawMap',
    reading: 'Near neighbors stay together; the distances between groups mean little.',
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
      'The pixels that a prediction hangs on, asked in two ways: by the gradient, and by covering patches.',
    section: 'inside',
    has: ({ saliency }) => saliency.length > 0,
    draw: ({ saliency, data, run }, options) => drawSaliency(saliency, data, { facts: run, ...options }),
  },
];

/** The figures that hold several runs against each other. */
export const comparisonFigures: readonly FigureEntry<readonly Inspection[]>[] = [
  {
    name: 'accuracies',
    title: 'Test accuracy of several runs',
    source: 'drawAccuracies',
    reading:
      'Overlapping intervals: the difference may be chance. A tick is what was published for the recipe.',
    section: 'training',
    draw: (runs, options) => drawAccuracies(runs.map(runAccuracy), options),
  },
  {
    name: 'curves',
    title: 'Loss and accuracy per epoch of several runs',
    source: 'drawCurves',
    reading: 'Which run falls lower, which sooner, and which parts from its training loss first.',
    section: 'training',
    draw: (runs, options) =>
      drawCurves(
        runs.map(({ training }) => training),
        options,
      ),
  },
];
