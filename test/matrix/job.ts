/**
 * The training that every runtime repeats: short, on images drawn from Philox, with sizes that fill no tile evenly,
 * so that every kernel also runs its edges. It uses nothing that only one platform has.
 */

import { fork, keyFromSeed, RandomStream } from '../../src/core/random.ts';
import { defaultDataset } from '../../src/data/index.ts';
import type { BackendInfo } from '../../src/engine/index.ts';
import {
  type Backend,
  type Dataset,
  type RunConfig,
  resolveConfig,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import type { TensorMap } from '../../src/model/index.ts';
import { weightsSha256 } from '../../src/ship/index.ts';
import { inputOf, type Teacher, type TrainState } from '../../src/train/index.ts';
import { NetworkTeacher, RememberingTeacher, type TeacherModel } from '../../src/use/index.ts';

/** What is trained: the published networks' layers, everything that came after them, residual blocks, or a student of two. */
export type Kind = 'plain' | 'modern' | 'residual' | 'taught';

/** The engine of a case. */
export interface Engine {
  readonly threads: number;
  /** Default: wasm. */
  readonly backend?: 'wasm' | 'reference';
  /** Node's backend only: pair 128-bit vectors where V8 can; default true. */
  readonly pairing?: boolean;
}

/** One way to run the job. */
export interface Case extends Engine {
  readonly kind: Kind;
  /** Stopped within the first epoch and resumed from the checkpoint. */
  readonly resumed?: boolean;
  /** Default: 3,001. */
  readonly images?: number;
}

/** What came of a case. */
export interface Outcome {
  readonly info: BackendInfo;
  readonly sha256: string;
  /** On the validation images, to show that something was learnt. */
  readonly accuracy: number;
}

const SIDE = 28;
const CLASSES = 10;
/** More than the loop trains on before it first looks at its signal, so that a run can be cut within an epoch. */
const IMAGES = 3_001;

const settings = {
  hidden: [67, 35],
  dropout: [0.25, 0.1],
  epochs: 2,
  batchSize: 61,
  validation: 0.15,
  seed: 7,
};
const configs: Readonly<Record<Kind, RunConfig>> = {
  plain: resolveConfig({ settings }),
  modern: resolveConfig({
    settings: {
      ...settings,
      activation: 'gelu',
      norm: 'batch',
      weightDecay: 0.05,
      schedule: 'one-cycle',
      warmup: 0.2,
      labelSmoothing: 0.1,
      average: 0.9,
      flip: true,
      rotate: 3,
      zoom: 0.02,
      erase: 0.2,
    },
  }),
  residual: resolveConfig({
    settings: { ...settings, activation: 'silu', norm: 'layer', blocks: 2, expansion: 3, weightDecay: 0.05 },
  }),
  taught: resolveConfig({
    settings: {
      ...settings,
      hidden: [35],
      dropout: [],
      activation: 'root',
      teacher: 'plain,modern',
      distillation: 0.6,
      shift: 1,
    },
  }),
};

/** Noise in which the two rows of an image's class are brighter. */
function drawDataset(count: number): Dataset {
  const key = keyFromSeed(7);
  const noise = new RandomStream(fork(key, 'pixels'));
  const classes = new RandomStream(fork(key, 'labels'));
  const images = new Uint8Array(count * SIDE * SIDE);
  for (let i = 0; i < images.length; i += 4) {
    const word = noise.nextWord();
    for (let lane = 0; lane < 4; lane++) images[i + lane] = ((word >>> (8 * lane)) & 0xff) >> 1;
  }
  const labels = Uint16Array.from({ length: count }, () => classes.nextBelow(CLASSES));
  labels.forEach((label, i) => {
    const begin = (i * SIDE + 2 * label) * SIDE;
    for (let at = begin; at < begin + 2 * SIDE; at++) images[at] += 40;
  });
  const classNames = Array.from({ length: CLASSES }, (_, label) => `rows ${2 * label} and ${2 * label + 1}`);
  const shape = { height: SIDE, width: SIDE, channels: 1 } as const;
  const info = { ...defaultDataset, name: 'rows', shape, classNames };
  return { info, split: 'train', images, labels, length: count };
}

/** Runs the cases one after the other, each on a backend of its own. */
export async function runCases(
  cases: readonly Case[],
  start: (engine: Engine) => Promise<Backend>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { kind, images = IMAGES, resumed, ...engine } of cases) {
    const dataset = drawDataset(images);
    const backend = await start(engine);
    const config = configs[kind];
    const options = { backend, dataset, ...(config.settings.teacher && (await teach(backend, dataset))) };
    const resume = resumed ? await cutWithinAnEpoch(config, options) : undefined;
    const { parameters, accuracy } = await finish(config, { ...options, ...(resume && { resume }) });
    outcomes.push({ info: backend.info, sha256: await sumOf(parameters), accuracy });
    await backend.dispose();
  }
  return outcomes;
}

/** Two networks as a teacher, trained here and now. */
async function teach(backend: Backend, dataset: Dataset): Promise<{ teacher: Teacher }> {
  const models: TeacherModel[] = [];
  for (const config of [configs.plain, configs.modern]) {
    const { parameters } = await finish(config, { backend, dataset });
    models.push({
      members: [{ spec: config.model, input: inputOf(config), weights: parameters }],
      temperature: 0.8,
    });
  }
  const networks = await NetworkTeacher.create(models, backend);
  return { teacher: new RememberingTeacher(networks, dataset, backend) };
}

async function cutWithinAnEpoch(config: RunConfig, options: TrainOptions): Promise<TrainState> {
  const stop = new AbortController();
  for await (const event of train(config, { ...options, signal: stop.signal })) {
    if (event.type === 'step') stop.abort();
    if (event.type === 'checkpoint' && event.state.step > 0) return event.state;
  }
  throw new Error('The run was to be cut within an epoch, but the epoch was over.');
}

async function finish(
  config: RunConfig,
  options: TrainOptions,
): Promise<{ parameters: TensorMap; accuracy: number }> {
  let parameters: TensorMap = new Map();
  let accuracy = 0;
  for await (const event of train(config, options)) {
    if (event.type !== 'epoch') continue;
    parameters = event.parameters;
    accuracy = event.metrics.validationAccuracy;
  }
  return { parameters, accuracy };
}

async function sumOf(parameters: TensorMap): Promise<string> {
  return await weightsSha256(
    new Map([...parameters].map(([name, data]) => [name, { shape: [data.length], data }])),
  );
}
