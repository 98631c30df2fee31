/** Messages between a page and the worker that has its engine, both ways; and those to a thread of the engine. */

import { deserialize, serialize } from 'node:v8';
import { CoutureError } from '../../../../src/core/errors.ts';
import { createBackend } from '../../../../src/engine/create.ts';
import { connectBackend } from '../../../../src/engine/remote/client.ts';
import { hostBackend } from '../../../../src/engine/remote/host.ts';
import {
  type Call,
  type FromHost,
  type HostPort,
  type ToHost,
  uncarry,
} from '../../../../src/engine/remote/protocol.ts';
import { createWorkerLoop } from '../../../../src/engine/wasm/worker-loop.ts';
import { buildProgram } from '../../../../src/model/program.ts';
import { multilayer } from '../../../../src/model/spec.ts';
import { gray, inputFor } from '../../../../test/dataset-fixture.ts';
import type { Draw } from '../draw.ts';
import { must, type Reader, type Trial, Wrong } from '../reader.ts';

const shape = gray(2, 2);
const program = buildProgram(multilayer(4, [3], 2), inputFor(shape));
const pixels = Uint8Array.from({ length: 20 }, (_, i) => i * 12);
const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;

/** Nothing is asked of the session beside its program. */
const plainSession = { options: undefined };

/** One of each call, in an order that makes sense. */
const calls: readonly Call[] = [
  { call: 'start', options: { backend: 'reference' } },
  { call: 'reserve', images: 1, bytes: 20 },
  { call: 'fill', images: 1, at: 0, pixels },
  { call: 'upload', images: 1, shape },
  { call: 'createSession', session: 2, program, ...plainSession },
  { call: 'write', session: 2, parameter: 'fc1.bias', values: Float32Array.of(1, 2, 3), role: 'value' },
  {
    call: 'train',
    session: 2,
    images: 1,
    request: {
      labels: Uint16Array.of(0, 1, 0, 1, 0),
      indices: Uint32Array.of(0, 1, 2, 3, 4),
      learningRates: Float32Array.of(0.1, 0.1, 0.1),
      batchSize: 2,
      firstStep: 0,
      optimizer,
      dropoutKey: [1, 2],
    },
  },
  { call: 'infer', session: 2, images: 1, indices: Uint32Array.of(0, 4), options: {} },
  { call: 'read', session: 2, parameter: 'fc1.weight', role: 'value' },
  { call: 'releaseImages', images: 1 },
  { call: 'releaseSession', session: 2 },
  { call: 'dispose' },
];

/** What stands where something else is expected, as far as messages carry it. */
function stranger(draw: Draw): unknown {
  const numbers = [-1, 0, 0.5, 3, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53];
  return draw.pick<() => unknown>([
    () => undefined,
    () => null,
    () => draw.pick(numbers),
    () => draw.pick(numbers),
    () => draw.pick(['', '__proto__', 'constructor', 'value', 'train', '\x1b[2J', 'long'.repeat(1000)]),
    () => [],
    () => ({}),
    () => [1, 2, 3],
    () => new Uint8Array(draw.below(40)),
    () => new Float32Array(draw.below(40)).fill(Number.NaN),
    () => new Uint32Array(draw.below(9)).fill(2 ** 32 - 1),
    () => new Uint16Array(draw.below(9)).fill(65_535),
    () => new Map([['a', 1]]),
    () => 10n,
  ])();
}

/** A program is code of ours that travels: it comes whole, or something else comes in its place. */
const isWhole = (value: object): boolean => 'train' in value && 'infer' in value;

/** One change somewhere in a message. */
function changed(value: unknown, draw: Draw): unknown {
  const isTree = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
  if (!isTree || isWhole(value) || Object.keys(value).length === 0 || draw.chance(0.08))
    return stranger(draw);
  if (Array.isArray(value)) return value.with(draw.below(value.length), stranger(draw));
  const key = draw.pick(Object.keys(value));
  if (!draw.chance(0.1)) return { ...value, [key]: changed(Reflect.get(value, key), draw) };
  const { [key]: _, ...rest } = value as Record<string, unknown>;
  return rest;
}

export const hostMessages: Reader = {
  name: 'messages to the engine',
  weight: 4,
  // An engine that is asked for too much memory says so.
  refuses: ['data', 'usage', 'runtime', 'backend'],
  draw(draw): Trial {
    const isValid = draw.chance(1 / 8);
    const messages: unknown[] = calls.map((call, id) => ({ id, call }));
    const at = draw.below(messages.length);
    if (!isValid) {
      messages[at] = changed(messages[at], draw);
      if (draw.chance(0.2)) messages.splice(draw.below(messages.length), draw.between(1, 3));
      if (draw.chance(0.2)) messages.push(...messages.splice(draw.below(messages.length), 1));
    }
    const input = serialize(messages);
    return {
      input,
      isValid,
      async run() {
        const answers: FromHost[] = [];
        const hear = hostBackend({ create: createBackend, post: (message) => void answers.push(message) });
        const sent = deserialize(input) as ToHost[];
        for (const message of sent) await hear(message);
        must(answers.length === sent.length, `${answers.length} answers to ${sent.length} messages`);
        const errors = answers.flatMap((answer) => (answer.type === 'error' ? [uncarry(answer.error)] : []));
        const worst = errors.find((error) => !(error instanceof CoutureError)) ?? errors[0];
        if (worst !== undefined) throw worst;
      },
    };
  },
};

/** A port whose answers come from a list, one for each message. */
function portOf(answer: (message: ToHost, n: number) => unknown): HostPort {
  let heard: (message: FromHost) => void = () => {};
  let n = 0;
  return {
    post: (message) => queueMicrotask(() => heard(answer(message, n++) as FromHost)),
    listen: (listener) => {
      heard = listener;
    },
    terminate: async () => {},
  };
}

const answersOf: Readonly<Record<Call['call'], unknown>> = {
  start: { name: 'wasm', variant: 'simd128', threads: 1 },
  reserve: undefined,
  fill: undefined,
  upload: 5,
  releaseImages: undefined,
  createSession: undefined,
  train: new Float32Array(5),
  infer: new Float32Array(4),
  read: new Float32Array(12),
  write: undefined,
  releaseSession: undefined,
  dispose: undefined,
};

async function useBackend(port: HostPort): Promise<void> {
  const backend = await connectBackend(port, {});
  must(typeof backend.info.name === 'string' && backend.info.threads >= 1, 'a backend without a name');
  const images = await backend.upload(pixels, shape);
  must(Number.isSafeInteger(images.length) && images.length >= 0, `${images.length} images`);
  const session = await backend.createSession(program);
  const answers = [await session.infer(images, Uint32Array.of(0, 4)), await session.read('fc1.weight')];
  must(
    answers.every((answer) => answer instanceof Float32Array),
    'an answer that is no array of numbers',
  );
  session.dispose();
  await backend.dispose();
}

export const clientMessages: Reader = {
  name: 'answers of the engine',
  weight: 4,
  refuses: ['data', 'usage', 'runtime', 'backend'],
  draw(draw): Trial {
    const isValid = draw.chance(1 / 8);
    const at = isValid ? -1 : draw.below(9);
    const error = { name: 'CoutureError', message: 'No.', stack: undefined, kind: 'data', hint: undefined };
    const type = draw.pick(['answer', 'answer', 'error']);
    const wrong = changed(
      { type, id: at + 1, ...(type === 'error' ? { error } : { answer: new Float32Array(3) }) },
      draw,
    );
    const input = serialize({ at, wrong });
    return {
      input,
      isValid,
      async run() {
        const bad = deserialize(input).wrong;
        const port = portOf(({ id, call }, n) =>
          n === at ? bad : { type: 'answer', id, answer: answersOf[call.call] },
        );
        const late = new Wrong('whoever asked is left waiting');
        let timer: ReturnType<typeof setTimeout> | undefined;
        const timeout = new Promise<never>((_, reject) => {
          timer = setTimeout(reject, 1000, late);
        });
        try {
          await Promise.race([useBackend(port), timeout]);
        } catch (cause) {
          // An error of the worker that is none of ours comes over as what it is.
          if (cause instanceof CoutureError || !(cause instanceof Error) || cause.message !== error.message)
            throw cause;
        } finally {
          clearTimeout(timer);
        }
      },
    };
  },
};

export const threadMessages: Reader = {
  name: 'messages to a thread',
  weight: 3,
  draw(draw): Trial {
    const setup = { module: {}, memory: {}, wide: false, thread: 0, threads: 1, control: 0, scratch: 0 };
    const job = { kind: 'infer', ops: [], layout: {}, images: 0, shape, count: 0, batchSize: 1, indices: 0 };
    const messages: unknown[] = [
      { type: 'setup', setup },
      { type: 'job', job },
    ];
    const at = draw.below(messages.length);
    messages[at] = changed(messages[at], draw);
    const input = serialize(messages);
    return {
      input,
      isValid: false,
      async run() {
        const answers: { readonly type: string }[] = [];
        const hear = createWorkerLoop((message) => void answers.push(message));
        const sent = deserialize(input);
        for (const message of sent) hear(message);
        must(answers.length === sent.length, `${answers.length} answers to ${sent.length} messages`);
        must(
          answers.every(({ type }) => ['ready', 'done', 'failed'].includes(type)),
          'an answer of another type',
        );
      },
    };
  },
};
