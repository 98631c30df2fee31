/** Couture as a contender: `node couture.ts THREADS wide|narrow|fast`. */

import { performance } from 'node:perf_hooks';
import { keyFromSeed } from '../../src/core/philox.ts';
import type { DeviceImages, Session } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { planModel } from '../../src/model/plan.ts';
import { buildProgram } from '../../src/model/program.ts';
import { type ModelSpec, multilayer } from '../../src/model/spec.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { inputOf, resolveConfig } from '../../src/train/config.ts';
import { Classifier } from '../../src/use/classifier.ts';
import {
  CLASSES,
  type Model,
  makeImages,
  makeLabels,
  PIXELS,
  shuffled,
  TEST_IMAGES,
  TRAIN_IMAGES,
} from '../models.ts';
import { type Answer, medianOf, type Question, serve, type TrainQuestion, timed } from '../protocol.ts';

/** How long the steps of one request take, about; as in src/train/train.ts. */
const CHUNK_SECONDS = 0.1;

const [threads, shape] = process.argv.slice(2);
const backend = await createNodeBackend({
  threads: Number(threads),
  pairing: shape !== 'narrow',
  fast: shape === 'fast',
});
const images = makeImages(TRAIN_IMAGES);
const labels = Uint16Array.from(makeLabels(TRAIN_IMAGES));
const input = inputOf(resolveConfig());
const order = shuffled(TRAIN_IMAGES);
const key = keyFromSeed(1);
let uploaded: DeviceImages | undefined;
const sessions = new Map<string, { session: Session; step: number; secondsPerStep: number }>();
const classifiers = new Map<string, Classifier>();

function specOf(model: Model): ModelSpec {
  return multilayer(PIXELS, model.hidden, CLASSES, model.dropout);
}

async function sessionFor(model: Model, batchSize: number) {
  const name = JSON.stringify([model.hidden, batchSize]);
  const known = sessions.get(name);
  if (known) return known;
  const program = buildProgram(specOf(model), input);
  const session = await backend.createSession(program);
  for (const [parameter, values] of initialize(program.plan, key)) await session.write(parameter, values);
  const made = { session, step: 0, secondsPerStep: 0.002 };
  sessions.set(name, made);
  return made;
}

async function train({ model, batchSize, steps }: TrainQuestion): Promise<number> {
  uploaded ??= await backend.upload(images, input.shape);
  const device = uploaded;
  const run = await sessionFor(model, batchSize);
  const perEpoch = Math.floor(TRAIN_IMAGES / batchSize);
  let done = 0;
  const seconds = await timed(async () => {
    while (done < steps) {
      const from = run.step % perEpoch;
      const wanted = Math.max(1, Math.ceil(CHUNK_SECONDS / run.secondsPerStep));
      const chunk = Math.min(wanted, steps - done, perEpoch - from);
      const began = performance.now();
      await run.session.train({
        images: device,
        labels,
        indices: order.subarray(from * batchSize, (from + chunk) * batchSize),
        batchSize,
        firstStep: run.step,
        learningRates: new Float32Array(chunk).fill(0.0007),
        optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
        dropoutKey: key,
      });
      run.secondsPerStep = (performance.now() - began) / 1000 / chunk;
      run.step += chunk;
      done += chunk;
    }
  });
  return seconds;
}

function classifierFor(model: Model): Classifier {
  const known = classifiers.get(model.name);
  if (known) return known;
  const spec = specOf(model);
  const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  const weights = initialize(planModel(spec), key);
  const made = new Classifier({ spec, input, classNames, weights, backend, shared: true });
  classifiers.set(model.name, made);
  return made;
}

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'train') return { seconds: await train(question) };
  if (question.ask === 'evaluate') {
    const classifier = classifierFor(question.model);
    const test = images.subarray(0, TEST_IMAGES * PIXELS);
    return { seconds: await timed(() => classifier.logProbabilities(test)) };
  }
  if (question.ask === 'predict') {
    const classifier = classifierFor(question.model);
    const image = images.slice(0, PIXELS);
    return { seconds: await medianOf(question.count, () => classifier.predict(image)) };
  }
  return { info: `Couture on Node ${process.versions.node}, ${backend.info.variant}` };
}

await serve(answer);
