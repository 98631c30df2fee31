/**
 * The types of an inspection of a finished run: the figures, the report and other tools read them, and the
 * files beside this one compute them. Every number is finite. An image is `height * width * channels` bytes,
 * row by row, 0 to 255.
 */

import type { ImageShape } from '../data/image-shape.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { EpochMetrics } from '../train/events.ts';
import type { ClassMetrics, Evaluation, Interval } from './metrics.ts';

/** An image of a data set with its label. */
export interface LabeledImage {
  /** Bytes [height, width, channels]. */
  readonly pixels: Uint8Array;
  readonly label: number;
  /** Its index in its data file, from 0. */
  readonly index: number;
}

/** An image with its prediction. */
export interface PredictedImage extends LabeledImage {
  /** One per class. */
  readonly probabilities: readonly number[];
  /** The class with the largest probability. */
  readonly predicted: number;
  /** NLL of the true class, nats. */
  readonly loss: number;
}

/** Number of images of each class in a split. */
export interface SplitBalance {
  readonly split: 'train' | 'validation' | 'test';
  readonly images: number;
  readonly perClass: readonly number[];
}

/** Input of the figures of the data. */
export interface DatasetOverview {
  readonly dataset: string;
  readonly classNames: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly channels: ImageShape['channels'];
  readonly balance: readonly SplitBalance[];
  /** One per class: the mean of the training images, rounded to bytes; black for a class without any. */
  readonly meanImages: readonly Uint8Array[];
  /** A few training images per class, in the order of the classes. */
  readonly samples: readonly LabeledImage[];
}

/** The course of training. */
export interface TrainingHistory {
  readonly run: string;
  readonly history: readonly EpochMetrics[];
  /** The epoch whose weights are the model, see `bestEpoch`; counted from 1. */
  readonly bestEpoch: number;
  /**
   * The epoch from which validation loss falls no further than by chance; absent if the run does not show it.
   */
  readonly stopsFalling?: number;
  /** A sentence about where validation loss stops falling. */
  readonly sentence: string;
}

/** Images of one class that are classified as another. */
export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly count: number;
  /** Of the images of `actual`, 0 to 1. */
  readonly share: number;
}

/** Some images of one true class with one predicted class. */
export interface ConfusionCell {
  readonly actual: number;
  readonly predicted: number;
  /** The most confident first. */
  readonly images: readonly PredictedImage[];
}

/** The figures of one class with 95% intervals. Without images, an interval is from 0 to 1. */
export interface ClassInterval extends ClassMetrics {
  readonly precisionInterval: Interval;
  readonly recallInterval: Interval;
  readonly f1Interval: Interval;
}

/** The images whose confidence, the largest probability, lies in (low, high]; the first bin holds 0 as well. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  /** At least 1: empty bins are left out. */
  readonly count: number;
  /** Mean confidence. */
  readonly confidence: number;
  readonly accuracy: number;
  /** Wilson's 95% interval of the accuracy. */
  readonly interval: Interval;
}

/** How well probabilities agree with accuracy. */
export interface Calibration {
  /** Ascending. */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: the mean gap between confidence and accuracy, weighted by images; 0 to 1. */
  readonly ece: number;
}

/** Accuracy and coverage when images below a confidence are rejected. */
export interface RejectionPoint {
  /** Images with at least this confidence are kept. */
  readonly threshold: number;
  /** At least 1: thresholds that keep no images are left out. */
  readonly kept: number;
  /** Share of all images that are kept. */
  readonly coverage: number;
  /** Of the kept images. */
  readonly accuracy: number;
  /** Wilson's 95% interval of the accuracy. */
  readonly interval: Interval;
}

/** How often the units of a hidden layer are active. */
export interface LayerActivity {
  /** fc1, fc2, … */
  readonly layer: string;
  /** For each unit the share of images for which its output is above 0. */
  readonly active: Float32Array;
  /** Units that are active for no image at all. */
  readonly dead: readonly number[];
}

/** What the network says of every image of the test split, in the order of the split. */
export interface TestPredictions {
  /** True and predicted class. */
  readonly labels: Uint16Array;
  readonly predicted: Uint16Array;
  /** Probability of the predicted class, 0 to 1. */
  readonly confidence: Float32Array;
}

/** The class whose test images activate a unit most. */
export interface FavoredClass {
  readonly label: number;
  /** Its mean activation as a share of the sum over all classes, 0 to 1. */
  readonly share: number;
}

/** The weights from the pixels to each unit of the first layer. */
export interface FirstLayer {
  readonly width: number;
  readonly height: number;
  readonly channels: ImageShape['channels'];
  /** [units][pixels], the largest norm first. */
  readonly weights: readonly Float32Array[];
  /** The unit that each of `weights` belongs to. */
  readonly units: readonly number[];
  /** The class that each of these units favors; undefined for a unit that no image activates. */
  readonly favored: readonly (FavoredClass | undefined)[];
}

/** Images as points in the plane; images with similar activations are near each other. */
export interface ProjectedPoints {
  readonly method: 'pca' | 'umap';
  /** The layer whose activations are shown, e.g. fc2. */
  readonly layer: string;
  /** [count, 2]. */
  readonly points: Float32Array;
  /** The true class of each point. */
  readonly labels: Uint16Array;
  /** The predicted class of each point. */
  readonly predicted: Uint16Array;
  /** The place of the image of each point in the test split. */
  readonly indices: Uint32Array;
  /** PCA only: the share of the variance along each axis. */
  readonly explained?: readonly [number, number];
}

/** The pixels that a prediction depends on. */
export interface Saliency {
  readonly image: PredictedImage;
  /** The explained class. */
  readonly target: number;
  /**
   * Per pixel, d log p(target) / d input; for color images the sum of the absolute values over the channels.
   */
  readonly gradient: Float32Array;
  /** Per pixel, by how much p(target) drops when a patch centered there is covered; below 0 where it rises. */
  readonly occlusion: Float32Array;
  /** Side of the patch in pixels. */
  readonly patch: number;
}

/** A column of images with the same changes. */
export interface AugmentationColumn {
  /** The original image; one change alone; or all changes together, as in training. */
  readonly group: 'original' | 'alone' | 'together';
  /**
   * One or two words for the heading of the column, and a line below it: a strength or a number; may be
   * empty.
   */
  readonly name: string;
  readonly detail: string;
  /** The change, as a phrase. */
  readonly words: string;
}

/** Augmentation of a few training images. */
export interface AugmentationExamples {
  readonly dataset: string;
  readonly classNames: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly channels: ImageShape['channels'];
  readonly columns: readonly AugmentationColumn[];
  /** Training images of different classes, with one picture for each column. */
  readonly rows: readonly {
    readonly label: number;
    /** Its place in the training file, from 0. */
    readonly index: number;
    readonly images: readonly Uint8Array[];
  }[];
}

/** An inspection of a finished run on the test split. */
export interface Inspection {
  readonly run: string;
  readonly recipe: string | undefined;
  /** Test accuracy that the author of the recipe published; absent if the run has other settings than the recipe. */
  readonly published?: number | undefined;
  readonly seed: number;
  readonly spec: ModelSpec;
  readonly data: DatasetOverview;
  /** Without rows for a run without augmentation. */
  readonly augmentation: AugmentationExamples;
  readonly training: TrainingHistory;
  readonly evaluation: Evaluation;
  readonly predictions: TestPredictions;
  readonly classes: readonly ClassInterval[];
  /** Most frequent first. */
  readonly pairs: readonly ConfusedPair[];
  /** The wrong images with the largest loss, largest first. */
  readonly topLosses: readonly PredictedImage[];
  /** The first images of the split, correct or not. */
  readonly examples: readonly PredictedImage[];
  /** Images of the nonempty cells of the confusion matrix, row by row. */
  readonly cells: readonly ConfusionCell[];
  readonly calibration: Calibration;
  readonly rejection: readonly RejectionPoint[];
  readonly firstLayer: FirstLayer;
  /** One for each hidden layer with ReLU. */
  readonly activity: readonly LayerActivity[];
  /** The last hidden layer by PCA. */
  readonly map: ProjectedPoints;
  /** The same images by UMAP, unless it was left out. */
  readonly neighborMap?: ProjectedPoints;
  /** The images of the map's points, end to end, in their order. */
  readonly mapImages: Uint8Array;
  readonly saliency: readonly Saliency[];
}
