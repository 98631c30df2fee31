/** Everything that changes the state of the page. */

import type { RecipeName, TrainSettings } from '@couture/core';
import { batch, effect } from '@preact/signals';
import { listen, request, StudioError } from './client.ts';
import { prepareFigures } from './parts/load-figures.ts';
import type { Choice, ModelChoice, Picture, RunEnd, StudioEvent } from './protocol.ts';
import { fromAddress, toAddress } from './setup.ts';
import * as state from './state.ts';

type Place = keyof typeof state.problems.value;

/** Marks the run that is in progress, so that a reload goes on with it. */
const IN_PROGRESS = 'couture-studio-run';

function setProblem(place: Place, problem: state.Problem | undefined): void {
  const { [place]: _, ...others } = state.problems.value;
  state.problems.value = problem === undefined ? others : { ...others, [place]: problem };
}

/** Does something, and puts what goes wrong beside the place that it is about. */
async function attempt(place: Place, work: () => Promise<void>): Promise<void> {
  setProblem(place, undefined);
  try {
    await work();
  } catch (error) {
    if (error instanceof StudioError && error.interrupted) return;
    const { message, hint } = error as Error & { readonly hint?: string };
    setProblem(place, { message, hint });
  }
}

/** Begins: the address, the data, the runs, and a run that a reload broke off. */
export function begin(): void {
  listen(hear);
  readAddress();
  addEventListener('hashchange', readAddress);
  effect(writeAddress);
  effect(() => {
    const { value } = state.theme;
    document.documentElement.style.colorScheme = value === 'auto' ? 'light dark' : value;
  });
  void attempt('data', async () => {
    state.set.value = await request('open', { address: new URL('data/', document.baseURI).href });
    // Now, so that it does not hold up the page in the middle of training.
    void prepareFigures();
    const name = sessionStorage.getItem(IN_PROGRESS);
    if (name !== null) await resume(name);
  });
  void listRuns();
  // An answer before anything is done: the first test image, by the shipped model, as soon as both have come.
  predictPicture({ kind: 'image', split: 'test', index: 0 });
}

/** Notices that came before their run. */
const early: string[] = [];

function hear(event: StudioEvent): void {
  const run = state.run.value;
  switch (event.type) {
    case 'set':
      state.set.value = event.set;
      break;
    case 'importing':
      state.importing.value = event;
      break;
    case 'begun': {
      const { name, config, history } = event;
      sessionStorage.setItem(IN_PROGRESS, name);
      state.starting.value = false;
      state.run.value = {
        ...{ name, config, history, state: 'training', epoch: history.length + 1, step: 0, steps: 1 },
        ...{
          loss: undefined,
          imagesPerSecond: undefined,
          notices: [...early.splice(0), ...(run?.name === name ? run.notices : [])],
        },
        result: undefined,
      };
      break;
    }
    case 'step': {
      if (run === undefined) break;
      const { epoch, step, steps, loss, imagesPerSecond } = event;
      state.run.value = { ...run, epoch, step, steps, loss, imagesPerSecond };
      break;
    }
    case 'epoch':
      if (run === undefined) break;
      batch(() => {
        state.run.value = { ...run, history: [...run.history, event.metrics] };
        if (event.metrics.epoch === 1 && state.model.value.kind === 'shipped')
          state.model.value = { kind: 'live' };
      });
      if (state.model.value.kind === 'live') again();
      break;
    case 'weights':
      state.weights.value = event.weights;
      break;
    case 'notice':
      if (run === undefined) early.push(event.text);
      else state.run.value = { ...run, notices: [...run.notices, event.text] };
      break;
  }
}

/** Chooses a recipe and drops what differed from the last one. */
export function chooseRecipe(recipe: RecipeName | null): void {
  state.setup.value = { recipe, settings: {} };
}

/** Changes a setting; undefined gives it back to the recipe. */
export function changeSetting(key: keyof TrainSettings, value: unknown): void {
  const { recipe, settings } = state.setup.value;
  const { [key]: _, ...others } = settings;
  state.setup.value = { recipe, settings: value === undefined ? others : { ...others, [key]: value } };
}

/** Trains the setup as a new run. */
export async function start(): Promise<void> {
  const { value } = state.resolved;
  if (!('config' in value) || isTraining()) return;
  state.run.value = undefined;
  state.weights.value = undefined;
  // Where the browser agrees, it does not clear the runs of this page by itself.
  void navigator.storage?.persist?.();
  await train(async () => await request('train', { config: value.config }));
}

/** Continues a run where it stopped. */
export async function resume(name: string): Promise<void> {
  if (isTraining()) return;
  await train(async () => await request('resume', { name }));
}

async function train(work: () => Promise<RunEnd>): Promise<void> {
  state.view.value = 'train';
  state.starting.value = true;
  let ended = 'failed' as LiveState;
  await attempt('train', async () => {
    const { result } = await work();
    ended = result === undefined ? 'paused' : 'finished';
    const run = state.run.value;
    if (run !== undefined) state.run.value = { ...run, state: ended, result, imagesPerSecond: undefined };
  });
  sessionStorage.removeItem(IN_PROGRESS);
  state.starting.value = false;
  const run = state.run.value;
  if (run !== undefined && ended === 'failed') state.run.value = { ...run, state: 'failed' };
  void listRuns();
  if (run !== undefined && ended === 'finished') {
    state.model.value = { kind: 'run', name: run.name };
    again();
  }
}

type LiveState = state.LiveRun['state'];

function isTraining(): boolean {
  return state.starting.value || state.run.value?.state === 'training';
}

/** Stops the run in progress at a checkpoint. */
export async function pause(): Promise<void> {
  await attempt('train', async () => {
    await request('pause', {});
  });
}

/** Reads files that a person chose. */
export async function importFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  await attempt('data', async () => {
    const set = await request('import', { files });
    batch(() => {
      state.set.value = set;
      state.opened.value = undefined;
      state.judged.value = undefined;
      state.picture.value = { kind: 'image', split: 'test', index: 0 };
      state.answer.value = undefined;
    });
  });
  state.importing.value = undefined;
}

/** Enlarges an image of the data view. */
export async function openImage(choice: Choice, place: number): Promise<void> {
  await attempt('data', async () => {
    state.opened.value = await request('image', { choice, place });
  });
}

/** Chooses the model that predicts. */
export function chooseModel(model: ModelChoice): void {
  state.model.value = model;
  again();
}

/** Predicts a picture. */
export function predictPicture(picture: Picture): void {
  state.picture.value = picture;
  again();
}

let asking = false;
let stale = false;

/** Predicts the picture again. While an answer is awaited, only the newest picture is kept. */
function again(): void {
  if (asking) {
    stale = true;
    return;
  }
  const picture = state.picture.value;
  if (picture === undefined) return;
  asking = true;
  void attempt('predict', async () => {
    state.answer.value = await request('predict', { model: state.model.value, picture });
  }).finally(() => {
    asking = false;
    if (!stale) return;
    stale = false;
    again();
  });
}

/** Evaluates the chosen model on the test images. */
export async function evaluate(): Promise<void> {
  state.judging.value = true;
  await attempt('understand', async () => {
    state.judged.value = await request('evaluate', { model: state.model.value });
  });
  state.judging.value = false;
}

/** Lists the runs again. */
export async function listRuns(): Promise<void> {
  await attempt('runs', async () => {
    state.runs.value = await request('runs', {});
  });
}

/** Removes a run. */
export async function removeRun(name: string): Promise<void> {
  await attempt('runs', async () => {
    await request('remove', { name });
    const { value } = state.model;
    if (value.kind === 'run' && value.name === name) chooseModel({ kind: 'shipped' });
    state.runs.value = await request('runs', {});
  });
}

/** Gives the person a file of a run. */
export async function exportFile(name: string, what: 'model' | 'config' | 'run'): Promise<void> {
  await attempt('runs', async () => {
    const { file, name: fileName } = await request('export', { name, what });
    saveFile(file, fileName);
  });
}

/** Saves a file where the browser puts downloads. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What the page itself wrote last, so that it is not read back. */
let written = '';

function readAddress(): void {
  const text = location.hash.slice(1);
  if (text === written && text !== '') return;
  const parts = new URLSearchParams(text);
  const view = state.views.find((name) => name === parts.get('view'));
  parts.delete('view');
  const { setup, unknown } = fromAddress(parts);
  state.setup.value = setup;
  if (view !== undefined) state.view.value = view;
  const message = `The address has parts that the Studio does not know: ${unknown.join(', ').slice(0, 200)}.`;
  setProblem('address', unknown.length === 0 ? undefined : { message });
}

let writing: ReturnType<typeof setTimeout> | undefined;

/** At most every 300 ms: browsers refuse more than a hundred changes in half a minute. */
function writeAddress(): void {
  const parts = toAddress(state.setup.value);
  const all = new URLSearchParams([['view', state.view.value], ...parts]);
  clearTimeout(writing);
  writing = setTimeout(() => {
    written = all.toString().replaceAll('%2C', ',');
    history.replaceState(null, '', `#${written}`);
  }, 300);
}
