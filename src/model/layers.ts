/** The layers of a network, as plain data. */

/** y = x Wᵀ + b; the weight is [out, in], as in PyTorch. */
export interface LinearSpec {
  readonly type: 'Linear';
  /** Input values of each image. */
  readonly in: number;
  /** Output values of each image. */
  readonly out: number;
}

/** A normalization of `features` values, which it then scales and shifts feature by feature. */
export interface NormSpec {
  /**
   * BatchNorm1d normalizes each feature over the batch (Ioffe & Szegedy 2015), LayerNorm the values of each image (Ba, Kiros &
   * Hinton 2016). Both are as in torch.nn with its defaults: epsilon 1e-5; momentum 0.1 of the running statistics, which
   * inference uses; the biased variance.
   */
  readonly type: 'BatchNorm1d' | 'LayerNorm';
  readonly features: number;
}

/** An activation, value by value. */
export interface ActivationSpec {
  /**
   * ReLU is max(x, 0). LeakyReLU is x above 0, otherwise 0.01 x. GELU is x Φ(x), with the normal distribution's Φ (Hendrycks &
   * Gimpel 2016). SiLU is x sigmoid(x). Root is sqrt(1 + x) - 1 above 0, otherwise 0: like the square roots of histograms of
   * gradients (Dalal & Triggs 2005), it makes a tenfold large x threefold.
   */
  readonly type: 'ReLU' | 'LeakyReLU' | 'GELU' | 'SiLU' | 'Root';
}

/** In training, zeroes each value with probability p and scales the others by 1 / (1 - p). */
export interface DropoutSpec {
  readonly type: 'Dropout';
  /** From 0 to below 1. */
  readonly p: number;
}

/** A layer that a Residual may contain. */
export type InnerLayerSpec = LinearSpec | NormSpec | ActivationSpec | DropoutSpec;

/**
 * y = x + f(x) (He et al. 2016, with the norm in front: arXiv 1603.05027), with f for the layers: first a BatchNorm1d or
 * LayerNorm, directly in front of a Linear; last a Linear, with no more than Dropout after it; between them any layers that
 * may stand elsewhere. The output has as many values as the input.
 */
export interface ResidualSpec {
  readonly type: 'Residual';
  readonly layers: readonly InnerLayerSpec[];
}

/** x - log(sum(exp(x))) over the classes. */
export interface LogSoftmaxSpec {
  readonly type: 'LogSoftmax';
}

/** A layer of a network. */
export type LayerSpec = InnerLayerSpec | ResidualSpec | LogSoftmaxSpec;

/**
 * A whole network: flattened image in, log-probabilities of the classes out. A Linear may be followed by its norm, activation
 * and Dropout; then comes the next Linear or a Residual. A Residual is followed by another one or by a Linear, with an
 * optional norm before it. A Linear has at most one norm, before or after it.
 */
export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
}
