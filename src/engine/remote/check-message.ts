/**
 * Checks of the messages between a page and the worker of its engine, made when they are received. A message from
 * another version of Couture, or from another script of the page, is reported and not used. Workers do not load schemas
 * (zod).
 */

import {
  aBoolean,
  aNumber,
  anArray,
  anObject,
  anything,
  arrayOf,
  aString,
  checkArguments,
  either,
  floats,
  indices,
  type Kind,
  kind,
  oneOf,
  optional,
  record,
  bytes as someBytes,
} from '../../core/arguments.ts';
import { CoutureError, exitCodes } from '../../core/errors.ts';
import { aShape } from '../../data/argument-kinds.ts';
import type { CallName, FromHost, ToHost } from './protocol.ts';

const aCount = kind('an integer of at least 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const aPair = kind(
  'two numbers',
  (value) => Array.isArray(value) && value.length === 2 && value.every((word) => typeof word === 'number'),
);
const labels = arrayOf('Uint16Array');
const aRole = oneOf(['value', 'gradient', 'firstMoment', 'secondMoment', 'average']);
const someLayers = kind('an array of layers', (value) => Array.isArray(value) && value.length > 0);

const aProgram = record(
  {
    plan: record({ layers: someLayers, parameters: anArray }),
    input: record({ shape: aShape, pixels: record({ offset: anArray, scale: anArray }) }),
    train: anArray,
    infer: anArray,
    fixed: aCount,
    outputWidth: aCount,
    average: aBoolean,
    averageStatistics: aBoolean,
  },
  'a program',
);
const aSetting = kind('an object of numbers and booleans', (value) => {
  const values = typeof value === 'object' && value !== null ? Object.values(value) : [undefined];
  return values.every((each) => typeof each === 'number' || typeof each === 'boolean');
});
const aDecay = kind(
  'a number of at least 0 and below 1',
  (value) => typeof value === 'number' && value >= 0 && value < 1,
);
const momentFields = { beta1: aDecay, beta2: aDecay, weightDecay: aNumber };
const anOptimizer = either(
  record({ name: oneOf(['adam']), ...momentFields, epsilon: aNumber }, 'adam'),
  record(
    {
      name: oneOf(['sgd']),
      momentum: aNumber,
      nesterov: aBoolean,
      weightDecay: aNumber,
      lasso: optional(record({ penalty: aNumber, threshold: aNumber })),
    },
    'sgd',
  ),
  record({ name: oneOf(['lion']), ...momentFields }, 'lion with its settings'),
);
const batches = {
  batchSize: aCount,
  firstStep: aCount,
  augmentation: optional(record({ options: aSetting, mixing: optional(aSetting), key: aPair })),
};
const anOrder = record(
  {
    ...batches,
    labels,
    indices,
    learningRates: floats,
    optimizer: anOptimizer,
    labelSmoothing: optional(aNumber),
    classWeights: optional(floats),
    distillation: optional(record({ probabilities: floats, share: aNumber })),
    averageDecays: optional(floats),
    dropoutKey: aPair,
  },
  'a training request',
);

/** The arguments and the answer of each call. */
const calls: Readonly<
  Record<CallName, { readonly ask: Readonly<Record<string, Kind>>; readonly answer: Kind }>
> = {
  start: {
    ask: { options: anObject },
    answer: record({ name: aString, variant: aString, threads: aCount }, 'the description of a backend'),
  },
  reserve: { ask: { images: aCount, bytes: aCount }, answer: anything },
  fill: { ask: { images: aCount, at: aCount, pixels: someBytes }, answer: anything },
  upload: { ask: { images: aCount, shape: aShape }, answer: aCount },
  releaseImages: { ask: { images: aCount }, answer: anything },
  createSession: {
    ask: { session: aCount, program: aProgram, options: optional(record({ batchSize: optional(aCount) })) },
    answer: anything,
  },
  train: { ask: { session: aCount, images: aCount, request: anOrder }, answer: floats },
  infer: {
    ask: {
      session: aCount,
      images: aCount,
      indices,
      options: record({
        classes: optional(labels),
        weights: optional(oneOf(['value', 'average'])),
        batches: optional(record(batches)),
      }),
    },
    answer: floats,
  },
  read: { ask: { session: aCount, parameter: aString, role: aRole }, answer: floats },
  write: { ask: { session: aCount, parameter: aString, values: floats, role: aRole }, answer: anything },
  releaseSession: { ask: { session: aCount }, answer: anything },
  dispose: { ask: {}, answer: anything },
};

const aCall = record({ call: oneOf(Object.keys(calls)) }, 'a call');
const toHost = record({ id: aCount, call: aCall }, 'a message');

/**
 * Checks a message to the host.
 * @throws CoutureError of kind `usage` naming the part that is wrong
 */
export function checkToHost(message: ToHost): void {
  checkArguments('The engine', { message: [message, toHost] });
  const { call } = message;
  checkArguments('The engine', { [call.call]: [call, record(calls[call.call].ask)] });
}

/** The number of a message that may otherwise be wrong; -1 if it has none. */
export function numberOf(message: unknown): number {
  const id: unknown =
    typeof message === 'object' && message !== null ? Reflect.get(message, 'id') : undefined;
  return aCount.misfit(id) === undefined ? Number(id) : -1;
}

const aSentence = kind('a sentence', (value) => typeof value === 'string' && value !== '');
const anError = record(
  {
    name: aString,
    message: aSentence,
    stack: optional(aString),
    kind: optional(oneOf(Object.keys(exitCodes))),
    hint: optional(aString),
  },
  'an error',
);
const fromHost = record({ type: oneOf(['answer', 'error']), id: aCount }, 'a message');

/**
 * The error for a wrong message from the host; undefined if the message is right.
 * @param callOf finds the call with this number that waits for its answer
 */
export function misfitOfAnswer(
  message: FromHost,
  callOf: (id: number) => CallName | undefined,
): CoutureError | undefined {
  const wrong = (at: string, fault: string): CoutureError =>
    new CoutureError('runtime', `The worker of the engine sent an invalid answer: ${at} ${fault}.`, {
      hint: 'Reload the page. The page and its worker must be of the same version of Couture.',
    });
  const misfit = fromHost.misfit(message);
  if (misfit !== undefined) return wrong(`message${misfit.at}`, misfit.fault);
  const call = callOf(message.id);
  if (call === undefined) return wrong('message.id', `is ${message.id}, but no such call is waiting`);
  const [part, value, wanted] =
    message.type === 'error'
      ? (['error', message.error, anError] as const)
      : (['answer', message.answer, calls[call].answer] as const);
  const fault = wanted.misfit(value);
  return fault && wrong(`${part}${fault.at}`, fault.fault);
}
