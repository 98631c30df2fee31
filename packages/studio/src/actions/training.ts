/** Starts, pauses and resumes runs, one at a time. */

import { batch } from '@preact/signals';
import { request } from '../client.ts';
import type { RunEnd } from '../protocol.ts';
import * as state from '../state.ts';
import { attempt, setProblem } from './attempt.ts';
import { predictAgain } from './models.ts';
import { epochBefore } from './remembered.ts';
import { listRuns } from './runs.ts';

/** Marks the run that is in progress, so that a reload goes on with it. */
const IN_PROGRESS = 'couture-studio-run';

/** Remembers the run in progress until it ends. */
export function markInProgress(name: string): void {
  sessionStorage.setItem(IN_PROGRESS, name);
}

/** The run that a reload broke off; undefined where there was none. */
export function brokenOff(): string | undefined {
  return sessionStorage.getItem(IN_PROGRESS) ?? undefined;
}

/** Shows the weights of the last run no more. */
export function clearWeights(): void {
  batch(() => {
    state.weights.value = undefined;
    state.snapshots.value = [];
    state.shownEpoch.value = undefined;
  });
}

/** Trains the setup as a new run. */
export async function start(): Promise<void> {
  const { value } = state.resolved;
  if (!('config' in value) || isTraining()) return;
  state.run.value = undefined;
  state.taken.value = undefined;
  clearWeights();
  // Where the browser agrees, it does not clear the runs of this page by itself.
  void navigator.storage?.persist?.();
  state.view.value = 'train';
  await train(async () => await request('train', { config: value.config }));
}

/** Continues a run where it stopped, to more epochs where they are given. */
export async function resume(name: string, epochs?: number): Promise<void> {
  if (isTraining()) return;
  state.view.value = 'train';
  await train(async () => await request('resume', { name, epochs }));
}

/** Goes on with the run that a reload broke off, in whichever view that was. */
export async function goOn(name: string): Promise<void> {
  await train(async () => await request('resume', { name }));
  // A duplicate of a tab remembers the run as well, and the other tab trains it.
  if (state.runs.value?.find((run) => run.name === name)?.state === 'in use') setProblem('train', undefined);
}

/** Shows a run of this browser in Train as it was left, where nothing else is shown there. */
export async function showRun(name: string): Promise<void> {
  // What is not there any more, or is in use by another tab, is not shown.
  const stored = state.runs.value?.find((run) => run.name === name);
  if (stored === undefined || !['finished', 'unfinished'].includes(stored.state)) return;
  const details = await request('details', { name }).catch(() => undefined);
  if (details === undefined || state.run.value !== undefined || isTraining()) return;
  const { config, history, result, command } = details;
  clearWeights();
  const end = result === undefined ? 'paused' : 'finished';
  state.run.value = {
    ...{ name, config, history, result, command, state: end, notices: [] },
    ...{ epoch: history.length, step: 0, steps: 1, loss: undefined, imagesPerSecond: undefined },
    trained: result !== undefined,
  };
  state.shownEpoch.value = epochBefore(name);
  await request('first-layers', { name, epochs: history.length }).catch(() => {});
}

async function train(work: () => Promise<RunEnd>): Promise<void> {
  state.starting.value = true;
  let ended = 'failed' as state.LiveRun['state'];
  await attempt('train', async () => {
    const { name, result, command } = await work();
    ended = result === undefined ? 'paused' : 'finished';
    const run = state.run.value;
    // A run that was paused before it began is not the one that is shown.
    if (run?.name === name)
      state.run.value = { ...run, state: ended, result, command, imagesPerSecond: undefined };
  });
  sessionStorage.removeItem(IN_PROGRESS);
  state.starting.value = false;
  const run = state.run.value;
  // A run that was shown before is not the one that could not begin.
  if (run?.state === 'training' && ended === 'failed') state.run.value = { ...run, state: 'failed' };
  const listed = listRuns();
  // A person who has chosen the shipped model meanwhile compares with it.
  if (run !== undefined && ended === 'finished' && state.model.value.kind !== 'shipped') {
    state.model.value = { kind: 'run', name: run.name };
    predictAgain();
  }
  await listed;
}

function isTraining(): boolean {
  return state.starting.value || state.run.value?.state === 'training';
}

/** Changes the learning rate of the run in progress, from the next epoch on. */
export async function changeRate(learningRate: number): Promise<void> {
  await attempt('rate', async () => {
    const config = await request('rate', { learningRate });
    const run = state.run.value;
    if (run !== undefined) state.run.value = { ...run, config };
  });
}

/** Stops a run whose files have no room in the browser, at its last checkpoint. */
export async function stopWithoutRoom(): Promise<void> {
  await attempt('train', async () => {
    await request('stop-without-room', {});
  });
}

/** Stops the run in progress at a checkpoint. */
export async function pause(): Promise<void> {
  await attempt('train', async () => {
    await request('pause', {});
  });
}
