/** POST /models/NAME/predict. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { joinBytes } from '../../core/join-bytes.ts';
import { inQuotes } from '../../core/printable.ts';
import type { PreparationFacts } from '../../data/prepare.ts';
import type { Prediction } from '../../use/predictor.ts';
import { type Inputs, readInputs } from '../http/inputs.ts';
import type { Limits } from '../limits.ts';
import type { Models, Slot } from '../models/models.ts';
import type { ServedModel } from '../models/served-model.ts';
import type { PicturePool } from '../pictures/pool.ts';
import { Refused } from '../refusals.ts';
import { modelParams, type PredictAnswer, type PredictQuery, predictQuery } from '../schemas.ts';

/** What the route needs. */
export interface PredictContext {
  readonly models: Models;
  readonly pool: PicturePool;
  readonly limits: Limits;
}

/** An image on its way to the network. */
interface Question {
  readonly pixels: Uint8Array;
  readonly source?: string;
  readonly prepared?: PreparationFacts;
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
      // A reload during the request must not free the model.
      model.hold();
      const stop = startClock(request, limits);
      try {
        const text = await answer(request, slot, model, context);
        return await reply.type('application/json; charset=utf-8').send(text);
      } catch (error) {
        throw whyStopped(error, request, limits);
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

async function answer(
  request: FastifyRequest<{ Querystring: PredictQuery }>,
  { address }: Slot,
  model: ServedModel,
  { pool, limits }: PredictContext,
): Promise<string> {
  const { state, query } = request;
  const { signal } = state.controller;
  Object.assign(state, { model: address, revision: model.revision });
  const inputs = await readInputs(request.body, request.headers['content-type'] ?? '', model, limits);
  const { waiting } = model.batching;
  const count = inputs.kind === 'pixels' ? inputs.images.length : inputs.pictures.length;
  state.images = count;
  if (waiting + count > limits.waitingImages + limits.images || waiting > limits.waitingImages)
    throw new Refused(
      'overloaded',
      `More than ${limits.waitingImages} images wait for the model, the limit.`,
      {
        hint: 'Try again later.',
      },
    );
  const questions = await prepareAll(inputs, model, pool, { query, limits, signal });
  const pixels = questions.map((question) => question.pixels);
  const { unknownBelow } = query;
  const answers = await model.batching.predictMany(pixels, { signal, unknownBelow });
  return answerText(address, model, questions, answers, query);
}

async function prepareAll(
  inputs: Inputs,
  { shape, steps }: ServedModel,
  pool: PicturePool,
  { query, limits, signal }: { query: PredictQuery; limits: Limits; signal: AbortSignal },
): Promise<Question[]> {
  if (inputs.kind === 'pixels') return inputs.images.map((pixels) => ({ pixels }));
  const wanted = query.invert === undefined ? steps : { ...steps, invert: query.invert };
  return await Promise.all(
    inputs.pictures.map(async ({ bytes, name, source }) => {
      const job = { bytes, name, shape, steps: wanted, maxMegapixels: limits.megapixels };
      const { pixels, facts } = await pool.prepare(job, signal);
      return { pixels, prepared: facts, ...(source !== undefined && { source }) };
    }),
  );
}

/** An answer whose parts are only read. */
type Unsent = {
  readonly [Key in Exclude<keyof PredictAnswer, 'predictions' | 'classNames'>]: PredictAnswer[Key];
};

/** The answer as JSON. Its fields are those of `couture predict --json`. */
function answerText(
  address: string,
  model: ServedModel,
  questions: readonly Question[],
  answers: readonly Prediction[],
  { unlike, seen }: PredictQuery,
): string {
  const looks = unlike ? looksOf(model, questions) : undefined;
  const predictions = answers.map((prediction, i) => {
    const { pixels, ...question } = questions[i];
    return {
      ...question,
      ...(looks && { unlike: looks[i] }),
      ...prediction,
      ...(seen && { seen: Buffer.from(pixels).toString('base64') }),
    };
  });
  const { revision, classNames, shape } = model;
  const whole = { couture: 1 as const, model: address, revision, classNames, shape, predictions };
  return JSON.stringify(whole satisfies Unsent);
}

/** How far each image is from the training images; undefined if the model has no description of them. */
function looksOf({ scorer, shape }: ServedModel, questions: readonly Question[]) {
  if (scorer === undefined) return undefined;
  const scores = scorer.scores(joinBytes(questions.map(({ pixels }) => pixels)), shape);
  const { limit } = scorer;
  return Array.from(scores, (score) => ({ score, limit, unlike: score > limit }));
}
