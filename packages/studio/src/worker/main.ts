/** The Studio's worker: data, training, runs and models. The page only shows what it says. */

import { CoutureError } from '@couture/core';
import type { FromWorker, RequestName, Requests, ToWorker } from '../protocol.ts';
import { currentSet, imageOf, importFiles, open, placesOf, useSet } from './data.ts';
import { cell, evaluate } from './evaluate.ts';
import { setBase } from './host.ts';
import { warmUp } from './models.ts';
import { explain, predict } from './predict.ts';
import { roomOf } from './room.ts';
import { detailsOf, keptEvents, remove, removeForGood, restore, runsIfChanged } from './runs.ts';
import { say } from './say.ts';
import { seeAnswers } from './see.ts';
import { listSets, removeSet } from './sets.ts';
import { measureEpoch } from './speed.ts';
import { studyAnswers } from './study-answers.ts';
import { copyRun, exportRun } from './take-along.ts';
import { tilesOf } from './tiles.ts';
import { changeRate, pause, stopWithoutRoom, trainInto } from './training.ts';

/** How each request is answered. */
const answers: {
  readonly [Name in RequestName]: (ask: Requests[Name]['ask']) => Promise<Requests[Name]['answer']>;
} = {
  open: async ({ address }) => {
    setBase(address);
    return await open(address, warmUp());
  },
  import: async ({ files }) => await importFiles(files),
  count: async ({ choice }) => placesOf(choice).length,
  tiles: async ({ choice, from, count, columns }) =>
    await tilesOf(currentSet().sets[choice.split], placesOf(choice).subarray(from, from + count), columns),
  image: async ({ choice, place }) => imageOf(choice.split, placesOf(choice)[place] ?? 0),
  train: async ({ config }) => await trainInto({ config }),
  resume: async ({ name, epochs }) => await trainInto({ name, epochs }),
  pause: async () => await done(pause()),
  rate: async ({ learningRate }) => await changeRate(learningRate),
  predict: async ({ model, picture }) => await predict(model, picture),
  explain: async ({ model, picture }) => await explain(model, picture),
  evaluate: async ({ model }) => await evaluate(model),
  cell: async ({ actual, predicted, columns, most }) => await cell(actual, predicted, columns, most),
  runs: async ({ ifChanged }) => await runsIfChanged(ifChanged),
  details: async ({ name }) => await detailsOf(name),
  'first-layers': async ({ name, epochs }) => {
    for (const event of await keptEvents(name, epochs)) say(event);
    return null;
  },
  remove: async ({ name }) => await done(remove(name)),
  restore: async ({ name }) => await done(restore(name)),
  'remove-for-good': async ({ name }) => await done(removeForGood(name)),
  copy: async ({ name }) => await copyRun(name),
  sets: async () => await listSets(),
  'use-set': async ({ kept }) => await useSet(kept),
  'remove-set': async ({ digest }) => await done(removeSet(digest)),
  speed: async ({ config }) => (await measureEpoch(config)) ?? null,
  room: async () => await roomOf(),
  'stop-without-room': async () => await done(stopWithoutRoom()),
  export: async ({ name, what }) => await exportRun(name, what),
  ...seeAnswers,
  ...studyAnswers,
};

/** The answer of what has none. */
async function done(work: Promise<void>): Promise<null> {
  await work;
  return null;
}

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

/** Hints name commands; here there are buttons. */
function wordsOf({ message, hint }: CoutureError): { message: string; hint: string | undefined } {
  const own = hint
    ?.replace(/, under another name or with --overwrite/, '')
    .replace(/Continue with: npx couture train --resume \S+?(?=;|$)/, 'Resume it in Runs')
    .replace(/; add --backend cpu to use the CPU/, '');
  const words = message.replace(/^runs\/train\/(\S+) (?=is )/, 'The run $1 ');
  return { message: words.replaceAll(/ in runs\/train\/(\S+?)(?=[.;,]|$)/g, ' in the run $1'), hint: own };
}

/** An expected failure in its own words; anything else is a fault of the Studio, which the console has as well. */
function failureOf(error: unknown): Extract<FromWorker, { type: 'failed' }>['failure'] {
  if (error instanceof CoutureError) return { ...wordsOf(error), interrupted: error.kind === 'interrupted' };
  // Not as an uncaught error: the page would take it for the end of every request.
  console.error(error);
  return {
    message: `Something went wrong in the Studio: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Reload the page; your runs are kept.',
    interrupted: false,
  };
}

addEventListener('message', (event: MessageEvent<ToWorker>) => void answer(event.data));
