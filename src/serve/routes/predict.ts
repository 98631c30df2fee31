/** POST /models/NAME/predict. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { joinBytes } from '../../core/join-bytes.ts';
import { inQuotes } from '../../core/printable.ts';
import type { PreparationFacts } from '../../data/prepare.ts';
import { predictionsFrom, probability } from '../../use/predictor.ts';
import { prefersOctets } from '../http/accept.ts';
import { type Inputs, OCTETS, readInputs } from '../http/inputs.ts';
import type { Limits } from '../limits.ts';
import type { Models, Slot } from '../models/models.ts';
import type { ServedModel } from '../models/served-model.ts';
import type { PicturePool } from '../pictures/pool.ts';
import { Refused } from '../refusals.ts';
import { modelParams, type PredictAnswer, type PredictQuery, predictQuery } from '../schemas.ts';
import { checkAsked, checkPrepared } from './queries.ts';

/** What the route needs. */
export interface PredictContext {
  readonly models: Models;
  readonly pool: PicturePool;
  readonly limits: Limits;
}

/** Images on their way to the network. */
interface Questions {
  /** One after another. */
  readonly pixels: Uint8Array;
  /** What the answer says of each picture; absent for prepared images. */
  readonly facts?: readonly { readonly source?: string; readonly prepared: PreparationFacts }[];
}

/** Images with their results. */
interface Classified extends Questions {
  /** [images, classes] */
  readonly logProbabilities: Float32Array;
}

/** Adds the route. */
export function addPredict(server: FastifyInstance, context: PredictContext): void {
  const { models, limits } = context;
  server.post<{ Params: { name: string }; Querystring: PredictQuery }>(
    '/models/:name/predict',
    { schema: { params: modelParams, querystring: predictQuery } },
    async (request, reply) => {
      const slot = findSlot(models, request.params.name);
      const { model } = slot;
      const octets = prefersOctets(request.headers.accept);
      checkAsked(request.query, model, octets);
      // A reload during the request must not free the model.
      model.hold();
      const stop = startClock(request, limits);
      try {
        const found = await classify(request, slot, model, context);
        if (!octets) {
          const text = answerText(slot.address, model, found, request.query);
          return await reply.type('application/json; charset=utf-8').send(encoded(text, model, found));
        }
        const headers = { 'X-Model': slot.address, 'X-Revision': model.revision };
        return await reply.headers(headers).type(OCTETS).send(bytesOf(found));
      } catch (error) {
        const reason = whyStopped(error, request, limits);
        // A refused request may have other pictures in the queue. Others have nothing left to stop.
        request.state.controller.abort('over');
        throw reason;
      } finally {
        stop();
        void model.release();
      }
    },
  );
}

/** @throws Refused with the names that exist */
export function findSlot(models: Models, address: string): Slot {
  const slot = models.find(address);
  if (slot !== undefined) return slot;
  const known = models.slots.map((each) => each.address).join(', ');
  throw new Refused('not_found', `There is no model ${inQuotes(address)}.`, {
    hint: `The models are: ${known}.`,
  });
}

/** Aborts the request when its time is over. */
function startClock({ state }: FastifyRequest, { answerSeconds }: Limits): () => void {
  const timer = setTimeout(() => state.controller.abort('time'), answerSeconds * 1000);
  return () => clearTimeout(timer);
}

function whyStopped(error: unknown, { state }: FastifyRequest, { answerSeconds }: Limits): unknown {
  if (state.controller.signal.reason !== 'time') return error;
  return new Refused('timed_out', `There was no answer within ${answerSeconds} seconds, the limit.`, {
    hint: 'Try again later, or send fewer images.',
    cause: error,
  });
}

async function classify(
  request: FastifyRequest<{ Querystring: PredictQuery }>,
  { address }: Slot,
  model: ServedModel,
  { pool, limits }: PredictContext,
): Promise<Classified> {
  const { state, query } = request;
  const { signal } = state.controller;
  Object.assign(state, { model: address, revision: model.revision });
  const inputs = await readInputs(request.body, request.headers['content-type'] ?? '', model, limits);
  const waiting = model.batching.waiting + pool.length;
  const count = inputs.kind === 'pixels' ? inputs.pixels.length / model.size : inputs.pictures.length;
  if (inputs.kind === 'pixels') checkPrepared(query);
  state.images = count;
  if (waiting > 0 && waiting + count > limits.waitingImages)
    throw new Refused(
      'overloaded',
      `More than ${limits.waitingImages} images wait for the model, the limit.`,
      {
        hint: 'Try again later.',
      },
    );
  const questions = await prepareAll(inputs, model, pool, { query, limits, signal });
  const logProbabilities = await model.batching.logProbabilities(questions.pixels, { signal });
  return { ...questions, logProbabilities };
}

async function prepareAll(
  inputs: Inputs,
  { shape, steps }: ServedModel,
  pool: PicturePool,
  { query, limits, signal }: { query: PredictQuery; limits: Limits; signal: AbortSignal },
): Promise<Questions> {
  if (inputs.kind === 'pixels') return inputs;
  const wanted = query.invert === undefined ? steps : { ...steps, invert: query.invert };
  const prepared = await Promise.all(
    inputs.pictures.map(({ bytes, name }) =>
      pool.prepare({ bytes, name, shape, steps: wanted, maxMegapixels: limits.megapixels }, signal),
    ),
  );
  return {
    pixels: joinBytes(prepared.map(({ pixels }) => pixels)),
    facts: prepared.map(({ facts }, i) => {
      const { source } = inputs.pictures[i];
      return { ...(source !== undefined && { source }), prepared: facts };
    }),
  };
}

/** An answer whose parts are only read. */
type Unsent = {
  readonly [Key in Exclude<keyof PredictAnswer, 'predictions' | 'classNames'>]: PredictAnswer[Key];
};

/** The answer as JSON. Its fields are those of `couture predict --json`. */
function answerText(
  address: string,
  { revision, classNames, shape, size, scorer }: ServedModel,
  { pixels, facts, logProbabilities }: Classified,
  { unlike, seen, unknownBelow }: PredictQuery,
): string {
  const answers = predictionsFrom(logProbabilities, classNames, unknownBelow);
  const scores = unlike !== false ? scorer?.scores(pixels, shape) : undefined;
  const limit = scorer?.limit ?? 0;
  const predictions = answers.map((prediction, i) => ({
    ...facts?.[i],
    ...(scores && { unlike: { score: scores[i], limit, unlike: scores[i] > limit } }),
    ...prediction,
    ...(seen && { seen: Buffer.from(pixels.subarray(i * size, (i + 1) * size)).toString('base64') }),
  }));
  const whole = { couture: 1 as const, model: address, revision, classNames, shape, predictions };
  return JSON.stringify(whole satisfies Unsent);
}

/** The probabilities [images, classes] as float32, lower bytes first. */
function bytesOf({ logProbabilities }: Classified): Buffer {
  const bytes = Buffer.allocUnsafe(4 * logProbabilities.length);
  for (let i = 0; i < logProbabilities.length; i++)
    bytes.writeFloatLE(probability(logProbabilities[i]), 4 * i);
  return bytes;
}

/**
 * The text as bytes. Encoding it as UTF-8 takes as long as making it; only names of classes and files can have other characters
 * than ASCII.
 */
function encoded(text: string, { isAscii }: ServedModel, { facts }: Questions): string | Buffer {
  return isAscii && facts === undefined ? Buffer.from(text, 'latin1') : text;
}
