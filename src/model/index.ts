/** Networks as data: layers, whole networks, and their summary (`couture/model`). */

export type {
  ActivationSpec,
  DropoutSpec,
  LinearSpec,
  LogSoftmaxSpec,
  NormSpec,
  ResidualSpec,
} from './layers.ts';
export type { Network, TensorMap } from './network.ts';
export type { NetworkInput } from './network-input.ts';
export {
  type ActivationName,
  batchNorm,
  checkModelSpec,
  dropout,
  gelu,
  type HiddenOptions,
  type InnerLayerSpec,
  type LayerSpec,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  multilayer,
  type NormName,
  relu,
  residual,
  root,
  sequential,
  silu,
} from './spec.ts';
export { type LayerSummary, type ModelSummary, summarize } from './summary.ts';
