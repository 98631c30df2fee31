/**
 * The narrow interface that every backend implements: hold images and one network's tensors, run its program
 * over a list of images. Nothing in a backend imports the layers above it. Concrete backends are reached
 * only through `createBackend`.
 */

import type { AugmentOptions } from '../data/augment.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { MixOptions } from '../data/mix.ts';
import type { Program } from '../model/program.ts';

/** A backend's description: shown by `couture checks` and kept in env.json. */
export interface BackendInfo {
  readonly name: 'reference' | 'wasm' | 'webgpu';
  /** Kernel variant: `simd128` or `simd256`, with `-fast` where products and sums may be fused. */
  readonly variant: string;
  readonly threads: number;
}

/** Images held by a backend. Dispose of them to free their memory. */
export interface DeviceImages {
  readonly length: number;
  readonly shape: ImageShape;
  dispose(): void;
}

/** Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019), as torch.optim.AdamW; 0 is Adam. */
export interface AdamOptions {
  readonly name: 'adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Stochastic gradient descent with momentum, as torch.optim.SGD: weight decay is added to the gradient. */
export interface SgdOptions {
  readonly name: 'sgd';
  readonly momentum: number;
  /** Nesterov's form of momentum. */
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** Without it, no thresholding. */
  readonly lasso?: LassoOptions | undefined;
}

/**
 * The thresholding of β-LASSO (Neyshabur 2020): after each step every weight w, but no bias or parameter of a norm, becomes
 * w - learning rate · penalty · sign(w), and then 0 where |w| is below `threshold`. The paper's λ and βλ.
 */
export interface LassoOptions {
  readonly penalty: number;
  readonly threshold: number;
}

/**
 * Lion (Chen et al. 2023), as its authors' code: a step of the learning rate's size against the sign of
 * beta1 · m + (1 - beta1) · g, with decoupled weight decay, and then m = beta2 · m + (1 - beta2) · g.
 */
export interface LionOptions {
  readonly name: 'lion';
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

export type OptimizerOptions = AdamOptions | SgdOptions | LionOptions;

/** Augmentation of a run's images: the possible changes, and the random stream that decides. */
export interface Augmentation {
  readonly options: AugmentOptions;
  /** How images of a batch, and then their targets, are mixed; without it, nothing is mixed. */
  readonly mixing?: MixOptions | undefined;
  /** The counter is (place in the batch, step, draw, and 1 for mixing). */
  readonly key: readonly [number, number];
}

/** Distillation (Hinton et al. 2015): probabilities that are part of the targets. */
export interface Distillation {
  /** [indices.length, classes], row-major: a row for every row of the request, for the image as it is in the batch. */
  readonly probabilities: Float32Array;
  /** Their share of the target; the rest is the label, smoothed and mixed as requested. */
  readonly share: number;
}

/** The images in the batches of consecutive training steps. */
export interface TrainingBatches {
  readonly batchSize: number;
  /** Number of optimizer steps taken before, since the start of training. */
  readonly firstStep: number;
  /** Without it, images are unchanged. */
  readonly augmentation?: Augmentation | undefined;
}

/** A run of consecutive training steps. */
export interface TrainRequest extends TrainingBatches {
  readonly images: DeviceImages;
  /** Label of every image of `images`. */
  readonly labels: Uint16Array;
  /** Images in training order; the last batch may be smaller. */
  readonly indices: Uint32Array;
  /** Learning rate of each step of this run. */
  readonly learningRates: Float32Array;
  readonly optimizer: OptimizerOptions;
  /**
   * Share of the target that is spread evenly over all classes (Szegedy et al. 2016); the loss is then the
   * cross-entropy with the smoothed target. Default 0.
   */
  readonly labelSmoothing?: number;
  /**
   * Weight of each class. The loss of an image and its gradient are multiplied by the weight of its class. The mean is
   * still over all rows of the batch. All 1 without it. See `rowWeights`.
   */
  readonly classWeights?: Float32Array | undefined;
  /** Without it, targets come from labels alone. See `softTargets`. */
  readonly distillation?: Distillation | undefined;
  /** For each step, the decay of the weights' running average; only for a program that keeps one. */
  readonly averageDecays?: Float32Array;
  /** Key of the dropout stream; the counter is (place in the batch, step, layer). */
  readonly dropoutKey: readonly [number, number];
}

/** Which tensor of a parameter to read or write. */
export type TensorRole = 'value' | 'gradient' | 'firstMoment' | 'secondMoment' | 'average';

/** The options of an inference. */
export interface InferOptions {
  /** For each index the class whose log-probability a `pixelGradient` program differentiates. */
  readonly classes?: Uint16Array | undefined;
  /** Which weights; a running average only where the program keeps one. */
  readonly weights?: 'value' | 'average' | undefined;
  /** Images augmented as in training, in its batches, instead of unchanged. */
  readonly batches?: TrainingBatches | undefined;
}

/** One network on a backend. Calls may overlap: each waits for those before it. */
export interface Session {
  /** Runs the train program once per batch. Resolves to the loss of each image, in the order of `indices`. */
  train(request: TrainRequest): Promise<Float32Array>;
  /** The program's output [indices.length, outputWidth], row-major: log-probabilities unless it was built for another. */
  infer(images: DeviceImages, indices: Uint32Array, options?: InferOptions): Promise<Float32Array>;
  /** A copy of a parameter's tensor, row-major in its PyTorch shape. */
  read(parameter: string, role?: TensorRole): Promise<Float32Array>;
  /** Replaces a parameter's tensor. */
  write(parameter: string, values: Float32Array, role?: TensorRole): Promise<void>;
  /** Frees the network's memory after the calls in progress have ended. */
  dispose(): void;
}

/** What is known in advance about the use of a network. */
export interface SessionOptions {
  /** Images of the largest batch. */
  readonly batchSize?: number;
}

/** An engine that runs networks, on the CPU or a GPU. Calls on one session may overlap; each waits for those before it. */
export interface Backend {
  readonly info: BackendInfo;
  /** Copies images, laid end to end as height, width, channel, to the backend. */
  upload(images: Uint8Array, shape: ImageShape): Promise<DeviceImages>;
  /**
   * Makes a network's tensors, all zero, and readies its program.
   * @throws CoutureError of kind `runtime` or `backend`, before memory is allocated, if the network or a batch does not
   * fit
   */
  createSession(program: Program, options?: SessionOptions): Promise<Session>;
  /** Stops workers and frees memory. */
  dispose(): Promise<void>;
}
