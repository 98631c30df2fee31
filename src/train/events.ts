/** The events of training, which the command line, the run folder, tests and pages consume. */

import type { TensorMap } from '../model/network.ts';

/** One row of results.csv. */
export interface EpochMetrics {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean loss over the training images of the epoch during training (dropout on, softened targets), nats. */
  readonly trainLoss: number;
  /** Mean NLL over the validation images after the epoch, nats. */
  readonly validationLoss: number;
  /** Share of the validation images classified correctly, 0 to 1. */
  readonly validationAccuracy: number;
  readonly learningRate: number;
  /** Wall time of the epoch with its validation. */
  readonly seconds: number;
}

/** Everything that training needs to continue as if it had never stopped. */
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
  /**
   * Running averages of the trained parameters, if the run keeps them; with `swa` also of the statistics of
   * norms.
   */
  readonly averages?: TensorMap | undefined;
}

/** The model of a state: the running averages if they are kept, otherwise the parameters. */
export function modelOf({ parameters, averages }: Pick<TrainState, 'parameters' | 'averages'>): TensorMap {
  return averages === undefined ? parameters : new Map([...parameters, ...averages]);
}

/** Figures of a run that never got beyond chance. */
export interface Stuck {
  /** The highest validation accuracy of all epochs. */
  readonly bestAccuracy: number;
  /** Share of the most frequent class in the validation images: the accuracy of always predicting it. */
  readonly largestShare: number;
  /** Share of the hidden units that output 0 for every validation image; null without hidden layers. */
  readonly deadShare: number | null;
  /** The largest learning rate of all epochs; absent in runs of older versions. */
  readonly learningRate?: number | undefined;
}

/** What `train` tells, in order: a start; steps and epochs, with checkpoints; and the end. */
export type TrainEvent =
  | {
      readonly type: 'start';
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly trainImages: number;
      readonly validationImages: number;
      /** Epochs that were already done: 0 for a fresh run. */
      readonly doneEpochs: number;
      /** Notices about the training images, a sentence each. */
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
      /** Whether this is the best epoch so far, so that `parameters` should be stored as the best. */
      readonly isBest: boolean;
      /** The model, from `modelOf`. */
      readonly parameters: TensorMap;
    }
  /** After each epoch, and when training is interrupted. Store the best weights before the checkpoint. */
  | { readonly type: 'checkpoint'; readonly state: TrainState }
  | {
      readonly type: 'done';
      readonly reason: 'finished' | 'patience' | 'interrupted';
      readonly history: readonly EpochMetrics[];
      /** For a run that never got beyond chance; `stuckNotice` makes a sentence of it. */
      readonly stuck?: Stuck | undefined;
    };
