/** What training tells the world: the command line, the run folder, tests and pages all consume these. */

import type { TensorMap } from '../model/network.ts';

/** One row of results.csv. */
export interface EpochMetrics {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean loss over the epoch's training images as they were trained on (dropout on, targets softened), nats. */
  readonly trainLoss: number;
  /** Mean NLL over the validation images after the epoch, nats. */
  readonly validationLoss: number;
  /** Share of the validation images classified rightly, 0 to 1. */
  readonly validationAccuracy: number;
  readonly learningRate: number;
  /** Wall time of the epoch with its validation. */
  readonly seconds: number;
}

/** Everything that training needs to go on as if it had never stopped. */
export interface TrainState {
  /** Epochs done. */
  readonly epoch: number;
  /** Steps done of the epoch in progress; 0 between epochs. */
  readonly step: number;
  /** Losses of the images trained on in the epoch in progress. */
  readonly losses: Float32Array;
  /** Seconds spent on the epoch in progress. */
  readonly seconds: number;
  readonly history: readonly EpochMetrics[];
  readonly parameters: TensorMap;
  readonly firstMoments: TensorMap;
  readonly secondMoments: TensorMap;
  /** Running averages of the trained parameters, where the run keeps them; with `swa` of the statistics of norms too. */
  readonly averages?: TensorMap | undefined;
}

/** The model that a state has come to: the running averages where they are kept, else the parameters. */
export function modelOf({ parameters, averages }: Pick<TrainState, 'parameters' | 'averages'>): TensorMap {
  return averages === undefined ? parameters : new Map([...parameters, ...averages]);
}

/** What is said of a run that did not get beyond chance. */
export interface Stuck {
  /** The highest validation accuracy of all epochs. */
  readonly bestAccuracy: number;
  /** Share of the validation images that are of the most frequent class: what always naming it gives. */
  readonly largestShare: number;
  /** Share of the hidden units that give 0 for every validation image; null without hidden layers. */
  readonly deadShare: number | null;
}

export type TrainEvent =
  | {
      readonly type: 'start';
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly trainImages: number;
      readonly validationImages: number;
      /** Epochs that were already done: 0 for a fresh run. */
      readonly doneEpochs: number;
      /** What should be known of the images before they are trained on, a sentence each. */
      readonly notices: readonly string[];
    }
  | {
      readonly type: 'step';
      readonly epoch: number;
      /** Steps done of `steps`. */
      readonly step: number;
      readonly steps: number;
      /** Mean loss of the epoch so far. */
      readonly loss: number;
      /** Loss of each image of the steps since the last such event, in training order. */
      readonly losses: Float32Array;
      readonly imagesPerSecond: number;
    }
  | {
      readonly type: 'epoch';
      readonly metrics: EpochMetrics;
      /** Lowest validation loss so far; then `parameters` is worth keeping as the best. */
      readonly isBest: boolean;
      /** The model, as `modelOf` gives it. */
      readonly parameters: TensorMap;
    }
  /** After each epoch, and when training is interrupted. Store the best weights before the checkpoint. */
  | { readonly type: 'checkpoint'; readonly state: TrainState }
  | {
      readonly type: 'done';
      readonly reason: 'finished' | 'patience' | 'interrupted';
      readonly history: readonly EpochMetrics[];
      /** Of a run that did not get beyond chance; `stuckNotice` says it in words. */
      readonly stuck?: Stuck | undefined;
    };
