/** What the contract suites run: random networks, data, optimizers and augmentations, and all that a run leaves behind. */

import fc from 'fast-check';
import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { AugmentOptions } from '../../src/data/augment.ts';
import { type ImageShape, imageSize } from '../../src/data/image-shape.ts';
import type { MixOptions } from '../../src/data/mix.ts';
import type { Backend, OptimizerOptions, TensorRole } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import type { NetworkInput } from '../../src/model/network-input.ts';
import { planModel } from '../../src/model/plan.ts';
import { buildProgram, type Output } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  type InnerLayerSpec,
  inputWidth,
  type LayerSpec,
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
import { inputFor } from '../dataset-fixture.ts';

/** A network, its data and how it is trained. */
export interface Case {
  readonly spec: ModelSpec;
  readonly images: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly keepGradients: boolean;
  readonly optimizer?: OptimizerOptions;
  readonly labelSmoothing?: number;
  readonly average?: boolean;
  readonly averageStatistics?: boolean;
  readonly clip?: number;
  /** Layers that are not trained: layer i where bit i is set, but never all of them, and none where gradients are clipped. */
  readonly frozen?: number;
  /** Whether the BatchNorm1d of frozen layers keeps its statistics. */
  readonly settled?: boolean;
  /** How images are changed, seen as of one row or as nearly square. */
  readonly augment?:
    | { readonly options: AugmentOptions; readonly mixing: MixOptions | undefined; readonly square: boolean }
    | undefined;
  /** Share of the target that random probabilities make up; none without it. */
  readonly distillation?: number | undefined;
  /** Whether classes weigh differently in the loss. */
  readonly weighed?: boolean;
}

const augment = fc.option(
  fc.record({
    options: fc.record({
      flip: fc.boolean(),
      shift: fc.integer({ min: 0, max: 9 }),
      rotate: fc.constantFrom(0, 0, 15, 90),
      zoom: fc.constantFrom(0, 0, 0.2),
      shear: fc.constantFrom(0, 0, 20),
      elastic: fc.constantFrom(0, 0, 2),
      erase: fc.constantFrom(0, 0.5),
    }),
    mixing: fc.constantFrom(
      undefined,
      { mixup: 1, cutmix: 0 },
      { mixup: 0, cutmix: 1 },
      { mixup: 0.3, cutmix: 0.4 },
    ),
    square: fc.boolean(),
  }),
  { nil: undefined },
);

/** The images' shape: color where the inputs can be three channels, of one row or nearly square. */
function shapeOf({ spec, augment: changes }: Case): ImageShape {
  const size = inputWidth(spec);
  const channels = size % 3 === 0 ? 3 : 1;
  const plane = size / channels;
  let height = changes?.square ? Math.floor(Math.sqrt(plane)) : 1;
  while (plane % height !== 0) height -= 1;
  return { height, width: plane / height, channels };
}

/** Scaled otherwise in every channel, and otherwise again by the seed. */
function inputOf(sample: Case): NetworkInput {
  const shape = shapeOf(sample);
  const channels = Array.from({ length: shape.channels }, (_, i) => i);
  if (sample.seed % 2 === 0) return inputFor(shape);
  const offset = channels.map((i) => [0.4914, 0, 0.4465][i]);
  return { shape, pixels: { offset, scale: channels.map((i) => [0.247, 1, 0.2616][i]) } };
}

export const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
export const sgd = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } as const;
export const lion = { name: 'lion', beta1: 0.9, beta2: 0.99, weightDecay: 0 } as const;
export const optimizers: readonly OptimizerOptions[] = [
  adam,
  { ...adam, weightDecay: 0.1 },
  { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
  { name: 'sgd', momentum: 0.8, nesterov: true, weightDecay: 0.01 },
  // First weights are as large as 1 / sqrt(inputs): the first of these thresholds takes some of them, the second most.
  { ...sgd, lasso: { penalty: 0.1, threshold: 0.03 } },
  { ...sgd, lasso: { penalty: 1, threshold: 0.3 } },
  { ...sgd, lasso: { penalty: 0.5, threshold: 0 } },
  lion,
  { ...lion, weightDecay: 0.5 },
];

const p = fc.constantFrom(0.1, 0.25, 0.5, 0.9);
/** What may follow a hidden Linear. */
const smooth = fc.constantFrom(relu, leakyRelu, gelu, silu, root);
const activation = fc.oneof(
  fc.constant<InnerLayerSpec[]>([]),
  smooth.map((make): InnerLayerSpec[] => [make()]),
  fc.tuple(smooth, p).map(([make, value]): InnerLayerSpec[] => [make(), dropout(value)]),
  fc.constant<InnerLayerSpec[]>([relu()]),
  p.map((value): InnerLayerSpec[] => [relu(), dropout(value)]),
  p.map((value): InnerLayerSpec[] => [dropout(value)]),
);
const width = fc.integer({ min: 1, max: 70 });
const norm = fc.constantFrom(batchNorm, layerNorm);
const hiddenLayer = fc.record({ width, norm: fc.option(norm), after: activation });
/** A residual block: its norm, the layers within, and the dropout behind the last. */
const block = fc.record({
  norm,
  inside: fc.array(hiddenLayer, { maxLength: 2 }),
  last: fc.option(p),
});
/** Some hidden layers, and behind them blocks of the width that is there, and a norm if wanted. */
const stage = fc.record({
  hidden: fc.array(hiddenLayer, { minLength: 1, maxLength: 2 }),
  blocks: fc.array(block, { maxLength: 2 }),
  norm: fc.option(norm),
});

/** Layers of the kind drawn, from `inputs` values on; a Linear with a norm in front has none behind. */
function layersOf(
  drawn: readonly { width: number; norm: typeof layerNorm | null; after: InnerLayerSpec[] }[],
  inputs: number,
  firstIsNormed: boolean,
): InnerLayerSpec[] {
  return drawn.flatMap(({ width: out, norm: normalize, after }, i) => {
    const behind = normalize !== null && !(i === 0 && firstIsNormed) ? [normalize(out)] : [];
    return [linear(drawn[i - 1]?.width ?? inputs, out), ...behind, ...after];
  });
}

export const cases: fc.Arbitrary<Case> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 300 }),
    stages: fc.array(stage, { maxLength: 2 }),
    classes: fc.integer({ min: 1, max: 20 }),
    images: fc.integer({ min: 1, max: 90 }),
    batchSize: fc.integer({ min: 1, max: 70 }),
    seed: fc.nat(),
    keepGradients: fc.boolean(),
    optimizer: fc.constantFrom(...optimizers),
    labelSmoothing: fc.constantFrom(0, 0, 0.1, 0.5),
    average: fc.boolean(),
    averageStatistics: fc.boolean(),
    // Most gradients have a norm between the last two.
    clip: fc.constantFrom(0, 0, 1e-3, 0.1, 100),
    frozen: fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 12 })),
    settled: fc.boolean(),
    augment,
    distillation: fc.constantFrom(undefined, undefined, 0.3, 1),
    weighed: fc.boolean(),
  })
  .map(({ inputs, stages, classes, ...rest }) => {
    const layers: LayerSpec[] = [];
    let features = inputs;
    let isNormed = false;
    for (const { hidden, blocks, norm: behind } of stages) {
      layers.push(...layersOf(hidden, features, isNormed));
      features = hidden[hidden.length - 1].width;
      for (const { norm: normalize, inside, last } of blocks) {
        const ending = [linear(inside.at(-1)?.width ?? features, features), ...(last ? [dropout(last)] : [])];
        layers.push(residual(normalize(features), ...layersOf(inside, features, true), ...ending));
      }
      isNormed = blocks.length > 0 && behind !== null;
      if (isNormed && behind !== null) layers.push(behind(features));
    }
    return { spec: sequential(...layers, linear(features, classes), logSoftmax()), ...rest };
  });

/** Random probabilities [images, classes]. */
function randomProbabilities(random: RandomStream, images: number, classes: number): Float32Array {
  const values = Float32Array.from({ length: images * classes }, () => random.nextFloat());
  return values.map((value, i) => {
    const row = values.subarray(i - (i % classes), i - (i % classes) + classes);
    return value / row.reduce((sum, each) => sum + each, 1e-9);
  });
}

/** The frozen layers. */
function frozenOf({ spec, frozen = 0, clip = 0 }: Case): number[] {
  const layers = [...planModel(spec).layers.keys()];
  const chosen = clip > 0 ? [] : layers.filter((layer) => (frozen >> layer) & 1);
  return chosen.length === layers.length ? chosen.slice(0, -1) : chosen;
}

/** Everything that a run of two short trainings and an inference leaves behind, by name. */
export async function runCase(backend: Backend, sample: Case) {
  const { spec, images: count, batchSize, seed, keepGradients, average = false } = sample;
  const { averageStatistics = false, clip = 0 } = sample;
  const shape = shapeOf(sample);
  const input = inputOf(sample);
  const frozen = frozenOf(sample);
  const settled = sample.settled ? frozen : [];
  const options = { keepGradients, clip, average, averageStatistics, frozen, settled };
  const program = buildProgram(spec, input, options);
  const size = imageSize(shape);
  const classes = program.plan.layers.at(-1)?.out ?? 0;
  const random = new RandomStream(keyFromSeed(seed));
  const images = await backend.upload(
    Uint8Array.from({ length: count * size }, () => random.nextBelow(256)),
    shape,
  );
  const labels = Uint16Array.from({ length: count }, () => random.nextBelow(classes));
  const indices = Uint32Array.from({ length: count }, () => random.nextBelow(count));
  const probabilities = randomProbabilities(random, count, classes);
  const classWeights = Float32Array.from({ length: classes }, () => 3 * random.nextFloat());
  const { augment: changes, distillation, weighed } = sample;
  const session = await backend.createSession(program);
  for (const [name, values] of initialize(program.plan, keyFromSeed(seed))) await session.write(name, values);
  for (const { name, layer, trained, shape: lengths } of program.plan.parameters)
    if (!trained && settled.includes(layer))
      await session.write(
        name,
        Float32Array.from({ length: lengths[0] }, () => 0.2 + random.nextFloat()),
      );
  const augmentation = changes && {
    options: changes.options,
    mixing: changes.mixing,
    key: [seed, 8] as const,
  };
  const results = new Map<string, Float32Array>();
  const steps = Math.ceil(count / batchSize);
  for (const round of [0, 1]) {
    const losses = await session.train({
      images,
      labels,
      indices,
      batchSize,
      firstStep: round * steps,
      learningRates: new Float32Array(steps).fill(0.01),
      optimizer: sample.optimizer ?? adam,
      labelSmoothing: sample.labelSmoothing ?? 0,
      distillation: distillation === undefined ? undefined : { probabilities, share: distillation },
      augmentation,
      classWeights: weighed ? classWeights : undefined,
      averageDecays: new Float32Array(steps).fill(0.9),
      dropoutKey: [seed, 7],
    });
    results.set(`losses of round ${round}`, losses);
  }
  const roles: TensorRole[] = ['value', 'firstMoment', 'secondMoment'];
  if (keepGradients || clip > 0) roles.push('gradient');
  if (average) {
    roles.push('average');
    results.set(
      'log-probabilities of the average',
      await session.infer(images, indices, { weights: 'average' }),
    );
  }
  const statistics: TensorRole[] = program.averageStatistics ? ['value', 'average'] : ['value'];
  for (const { name, trained } of program.plan.parameters) {
    for (const role of trained ? roles : statistics)
      results.set(`${role} of ${name}`, await session.read(name, role));
  }
  results.set('log-probabilities', await session.infer(images, indices));
  results.set('log-probabilities of one image', await session.infer(images, indices.subarray(0, 1)));
  const batches = { batchSize, firstStep: 3, augmentation };
  results.set('log-probabilities in training', await session.infer(images, indices, { batches }));
  const outputs: Output[] = program.plan.layers.map((_, layer) => ({ of: 'activations', layer }));
  outputs.push({ of: 'pixelGradient' });
  for (const output of outputs) {
    const other = await backend.createSession(buildProgram(spec, input, { output }));
    for (const { name } of program.plan.parameters) await other.write(name, await session.read(name));
    results.set(JSON.stringify(output), await other.infer(images, indices, { classes: labels }));
    other.dispose();
  }
  session.dispose();
  images.dispose();
  return results;
}
