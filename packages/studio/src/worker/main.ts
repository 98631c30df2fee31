/** The Studio's worker: data, training, runs and models. The page only shows what it says. */

import { CoutureError } from '@couture/core';
import type { FromWorker, RequestName, Requests, ToWorker } from '../protocol.ts';
import { currentSet, imageOf, importFiles, openFashion, placesOf } from './data.ts';
import { cell, evaluate } from './evaluate.ts';
import { warmUp } from './models.ts';
import { explain, predict } from './predict.ts';
import { exportRun, listRuns, remove } from './runs.ts';
import { seeAnswers } from './see.ts';
import { tilesOf } from './tiles.ts';
import { changeRate, pause, trainInto } from './training.ts';

/** How each request is answered. */
const answers: {
  readonly [Name in RequestName]: (ask: Requests[Name]['ask']) => Promise<Requests[Name]['answer']>;
} = {
  open: async ({ address }) => {
    warmUp();
    return await openFashion(address);
  },
  import: async ({ files }) => await importFiles(files),
  count: async ({ choice }) => placesOf(choice).length,
  tiles: async ({ choice, from, count, columns }) =>
    await tilesOf(currentSet().sets[choice.split], placesOf(choice).subarray(from, from + count), columns),
  image: async ({ choice, place }) => imageOf(choice.split, placesOf(choice)[place] ?? 0),
  train: async ({ config }) => await trainInto({ config }),
  resume: async ({ name }) => await trainInto({ name }),
  pause: async () => {
    pause();
    return null;
  },
  rate: async ({ learningRate }) => await changeRate(learningRate),
  predict: async ({ model, picture }) => await predict(model, picture),
  explain: async ({ model, picture }) => await explain(model, picture),
  evaluate: async ({ model }) => await evaluate(model),
  cell: async ({ actual, predicted, columns, most }) => await cell(actual, predicted, columns, most),
  runs: async () => await listRuns(),
  remove: async ({ name }) => {
    await remove(name);
    return null;
  },
  export: async ({ name, what }) => await exportRun(name, what),
  ...seeAnswers,
};

async function answer({ type, id, ask }: ToWorker): Promise<void> {
  const post = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });
  try {
    const value = await (answers[type] as (ask: unknown) => Promise<unknown>)(ask);
    const bitmap =
      value !== null && typeof value === 'object' && 'bitmap' in value ? value.bitmap : undefined;
    post({ type: 'answer', id, value }, bitmap instanceof ImageBitmap ? [bitmap] : []);
  } catch (error) {
    post({ type: 'failed', id, failure: failureOf(error) });
  }
}

/** An expected failure in its own words; anything else is a fault of the Studio, which is also reported. */
function failureOf(error: unknown): Extract<FromWorker, { type: 'failed' }>['failure'] {
  if (error instanceof CoutureError)
    return { message: error.message, hint: error.hint, interrupted: error.kind === 'interrupted' };
  reportError(error);
  return {
    message: `Something went wrong in the Studio: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Reload the page; your runs are kept.',
    interrupted: false,
  };
}

addEventListener('message', (event: MessageEvent<ToWorker>) => void answer(event.data));
