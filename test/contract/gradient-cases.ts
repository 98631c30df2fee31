/** The networks whose gradients are compared with float64 differences, by what they show. */

import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  relu,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import type { GradientCase } from './float64.ts';

/** Blocks of every form: with Dropout at the end, of one Linear, of three, and a norm behind the last. */
function residualNet(norm: typeof layerNorm): ModelSpec {
  return sequential(
    linear(6, 9),
    gelu(),
    residual(norm(9), linear(9, 18), gelu(), dropout(0.25), linear(18, 9), dropout(0.3)),
    residual(norm(9), linear(9, 9)),
    residual(norm(9), linear(9, 7), linear(7, 5), layerNorm(5), silu(), linear(5, 9), dropout(0.2)),
    norm(9),
    linear(9, 8),
    silu(),
    linear(8, 4),
    logSoftmax(),
  );
}

const small = sequential(linear(6, 8), relu(), linear(8, 3), logSoftmax());
const classWeights = Float32Array.of(0.25, 2.5, 1);

/** Networks whose loss is differenced by their parameters. */
export const gradientCases: Readonly<Record<string, GradientCase>> = {
  'LogSoftmax and NLL behind one Linear': { spec: sequential(linear(6, 5), logSoftmax()) },
  'with label smoothing': {
    spec: sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()),
    labelSmoothing: 0.2,
  },
  'with a teacher': { spec: sequential(linear(6, 5), logSoftmax()), share: 1 },
  'with a teacher and label smoothing': {
    spec: sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()),
    labelSmoothing: 0.2,
    share: 0.6,
  },
  'with class weights': { spec: small, classWeights },
  'with class weights, a teacher and label smoothing': {
    ...{ spec: small, labelSmoothing: 0.2, share: 0.6, classWeights },
  },
  ...Object.fromEntries(
    Object.entries({ LeakyReLU: leakyRelu, GELU: gelu, SiLU: silu, Root: root }).map(([name, make]) => [
      name,
      { spec: sequential(linear(6, 8), make(), dropout(0.3), linear(8, 3), logSoftmax()) },
    ]),
  ),
  BatchNorm1d: { spec: sequential(linear(6, 8), batchNorm(8), relu(), linear(8, 3), logSoftmax()) },
  'BatchNorm1d, GELU and Dropout, three deep': {
    spec: sequential(
      ...[linear(9, 8), batchNorm(8), gelu(), dropout(0.25)],
      ...[linear(8, 7), batchNorm(7), silu()],
      ...[linear(7, 4), logSoftmax()],
    ),
    labelSmoothing: 0.1,
  },
  'through frozen layers that keep the statistics of BatchNorm1d': {
    spec: sequential(
      ...[linear(9, 8), batchNorm(8), gelu()],
      ...[linear(8, 7), batchNorm(7), silu(), dropout(0.25)],
      residual(batchNorm(7), linear(7, 9), gelu(), linear(9, 6), layerNorm(6), linear(6, 7)),
      ...[linear(7, 4), logSoftmax()],
    ),
    labelSmoothing: 0.1,
    settled: [1, 2, 3, 4],
  },
  'LayerNorm, GELU and Dropout': {
    spec: sequential(linear(6, 19), layerNorm(19), gelu(), dropout(0.25), linear(19, 3), logSoftmax()),
  },
  'LayerNorm behind two Linears': {
    spec: sequential(
      ...[linear(6, 9), layerNorm(9)],
      ...[linear(9, 8), layerNorm(8), silu()],
      ...[linear(8, 3), logSoftmax()],
    ),
  },
  ...Object.fromEntries(
    Object.entries({ LayerNorm: layerNorm, BatchNorm1d: batchNorm }).flatMap(([name, norm]) => [
      [`residual blocks with ${name}`, { spec: residualNet(norm) }],
      [
        `residual blocks with ${name} behind Linear, ReLU and Dropout`,
        {
          spec: sequential(
            ...[linear(6, 9), relu(), dropout(0.3)],
            residual(norm(9), linear(9, 20), relu(), linear(20, 9)),
            ...[linear(9, 3), logSoftmax()],
          ),
        },
      ],
    ]),
  ),
  'two Linears, nothing between': { spec: sequential(linear(6, 4), linear(4, 3), logSoftmax()) },
  ReLU: { spec: small },
  'Dropout without an activation': {
    spec: sequential(linear(6, 9), dropout(0.4), linear(9, 3), logSoftmax()),
  },
  'ReLU and Dropout, three deep': {
    spec: sequential(
      ...[linear(9, 8), relu(), dropout(0.25)],
      ...[linear(8, 7), relu(), dropout(0.5)],
      ...[linear(7, 4), logSoftmax()],
    ),
  },
};

/** Networks whose log-probabilities are differenced by the pixels. */
export const pixelCases: Readonly<Record<string, ModelSpec>> = {
  'of a log-probability by the pixels': sequential(
    ...[linear(9, 8), relu(), linear(8, 7), gelu(), linear(7, 4), logSoftmax()],
  ),
  'of a log-probability by the pixels, through residual blocks': sequential(
    ...[linear(9, 8), relu()],
    residual(layerNorm(8), linear(8, 18), gelu(), linear(18, 8)),
    residual(layerNorm(8), linear(8, 7), linear(7, 6), layerNorm(6), silu(), linear(6, 8)),
    ...[layerNorm(8), linear(8, 4), logSoftmax()],
  ),
};
