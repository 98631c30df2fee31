/** The type of the settings. Its comments are those of the table in settings.ts, which settings.test.ts checks. */

import type { Stem } from '../model/edges.ts';
import type { Initializer } from '../model/init.ts';
import type { ActivationName, NormName } from '../model/spec.ts';
import type { Selection } from './best.ts';
import type { RateChange, ScheduleName } from './schedule.ts';

/**
 * The settings of a training run, as recipes and flags give them. A run is defined by its settings, its data set and, where
 * layers were given, its network.
 */
export interface TrainSettings {
  /**
   * Numbers that pixels become: as the data set says (from -1 to 1 by default), or from-zero, where black is
   * 0 and products skip it. Default: data.
   */
  readonly pixels: 'data' | 'from-zero';
  /**
   * Two layers before the hidden layers that start as edge detectors: of horizontal and vertical edges, of
   * diagonal edges, or of all of these. Default: none.
   */
  readonly stem: Stem;
  /** Widths of the hidden layers. Default: 128, 64. */
  readonly hidden: readonly number[];
  /**
   * Dropout probability after each hidden layer, one value for each; 0 for layers without a value. Default:
   * none.
   */
  readonly dropout: readonly number[];
  /**
   * Initial weights: torch as PyTorch's Linear; kaiming, xavier and orthogonal as published; local, where
   * each unit sees one patch of the image. Default: torch.
   */
  readonly init: Initializer;
  /** Activation of the hidden layers. Default: relu. */
  readonly activation: ActivationName;
  /**
   * Normalization after each hidden Linear; residual blocks use batch with batch, else layer. Default: none.
   */
  readonly norm: NormName;
  /** Number of residual blocks after the last hidden layer, with its width and dropout. Default: 0. */
  readonly blocks: number;
  /** Width inside a residual block, as a multiple of its input. Default: 2. */
  readonly expansion: number;
  /**
   * Numbers of the layers that keep their first weights, counted from 1 at the input; the stem is 1,2. Default: none.
   */
  readonly freeze: readonly number[];
  /** Passes over the training images. Default: 25. */
  readonly epochs: number;
  /** Images per optimizer step. Default: 64. */
  readonly batchSize: number;
  /**
   * adam (AdamW where there is weight decay), sgd with Nesterov momentum, or lion, which needs a learning
   * rate 3 to 10 times smaller. Default: adam.
   */
  readonly optimizer: 'adam' | 'sgd' | 'lion';
  /** Learning rate of the optimizer. Default: 0.003. */
  readonly learningRate: number;
  /** Weight decay: decoupled with adam (AdamW) and lion, an L2 penalty with sgd. Default: 0. */
  readonly weightDecay: number;
  /** Nesterov momentum of sgd. Default: 0.9. */
  readonly momentum: number;
  /** Clip the gradient to this norm over all parameters; 0 for no clipping. Default: 0. */
  readonly clip: number;
  /**
   * Λ of β-LASSO, which makes weights 0 (sgd only): each step moves a weight toward 0 by learning rate times
   * λ; 0 for none. Default: 0.
   */
  readonly lasso: number;
  /** Β of β-LASSO: weights smaller than β times λ become 0. Default: 50. */
  readonly lassoThreshold: number;
  /** Schedule of the learning rate after the warm-up. Default: constant. */
  readonly schedule: ScheduleName;
  /** Epochs over which the learning rate rises linearly from 0. Default: 0. */
  readonly warmup: number;
  /**
   * Other learning rates from these epochs on, which the schedule multiplies like the first one. Default:
   * none.
   */
  readonly rateChanges: readonly RateChange[];
  /** Label smoothing: share of the target that is spread over all classes. Default: 0. */
  readonly labelSmoothing: number;
  /**
   * Class weights in the loss; balanced weights class c by n / (k n_c), for classes with very different
   * numbers of images. Default: none.
   */
  readonly classWeights: 'none' | 'balanced';
  /**
   * Run or model whose predictions become part of the targets; the mean of several, comma-separated.
   * Default: none.
   */
  readonly teacher: string | null;
  /** Share of the targets that comes from the teacher's predictions. Default: 0. */
  readonly distillation: number;
  /** Use an exponential moving average of the weights with this decay; 0 for none. Default: 0. */
  readonly average: number;
  /** Use the mean of the weights over this last share of training (SWA); 0 for none. Default: 0. */
  readonly swa: number;
  /** Mirror every second training image horizontally. Default: false. */
  readonly flip: boolean;
  /** Move training images by at most this many pixels. Default: 0. */
  readonly shift: number;
  /** Rotate training images by at most this many degrees. Default: 0. */
  readonly rotate: number;
  /** Scale training images by at most this share. Default: 0. */
  readonly zoom: number;
  /** Shear training images horizontally by at most this many degrees. Default: 0. */
  readonly shear: number;
  /** Distort training images elastically by at most this many pixels. Default: 0. */
  readonly elastic: number;
  /** Probability that a rectangle of a training image is made black. Default: 0. */
  readonly erase: number;
  /** Probability that a training image is blended with another image of its batch. Default: 0. */
  readonly mixup: number;
  /** Probability that a training image gets a rectangle of another image of its batch. Default: 0. */
  readonly cutmix: number;
  /** Share of the epochs with augmentation; the rest train on the images as they are. Default: 1. */
  readonly augmentUntil: number;
  /** Share of the training images that is held out for validation. Default: 0.2. */
  readonly validation: number;
  /**
   * Which epoch counts as the best: lowest validation loss, highest validation accuracy, or the last epoch.
   * Default: loss.
   */
  readonly select: Selection;
  /** Stop after this many epochs without improvement; 0 for never. Default: 0. */
  readonly patience: number;
  /** Use fused multiply-add: faster, but another machine may give other bits. Default: false. */
  readonly fast: boolean;
  /** Seed of all randomness. Default: 1. */
  readonly seed: number;
  /**
   * Seed of the validation split alone, so that several runs hold out the same images; the seed by default.
   * Default: none.
   */
  readonly splitSeed: number | null;
}
