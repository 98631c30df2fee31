/** Runs that are kept: the list, and the files that a person takes along. */

import { batch } from '@preact/signals';
import { request } from '../client.ts';
import * as state from '../state.ts';
import { attempt, setProblem } from './attempt.ts';
import { chooseModel } from './models.ts';

/** Lists that have been asked for and not answered yet. */
let awaited = 0;

/** Lists the runs again where nobody else does at the moment: for what looks again and again. */
export async function lookAgain(): Promise<void> {
  if (awaited === 0) await listRuns(true);
}

/** Lists the runs again. A problem that is told stays until something is done. */
export async function listRuns(ifChanged = false): Promise<void> {
  awaited += 1;
  try {
    const list = await request('runs', { ifChanged });
    if (list === null) return;
    const { runs, removed, served } = list;
    const before = new Map(state.runs.value?.map((run) => [run.name, run]));
    batch(() => {
      state.runs.value = runs;
      state.removed.value = removed;
      state.served.value = served;
    });
    // What is shown of a run that has changed meanwhile.
    const shown = [...state.details.value.keys()];
    for (const name of shown) {
      const now = runs.find((run) => run.name === name);
      if (JSON.stringify(now) !== JSON.stringify(before.get(name))) await loadDetails(name);
    }
  } catch (error) {
    const { message, hint } = error as Error & { readonly hint?: string };
    setProblem('runs', { message, hint });
  } finally {
    awaited -= 1;
  }
}

async function loadDetails(name: string): Promise<void> {
  const isThere = state.runs.value?.some((run) => run.name === name && run.state !== 'damaged') === true;
  const found = isThere ? await request('details', { name }) : undefined;
  const all = new Map(state.details.value);
  if (found === undefined) all.delete(name);
  else all.set(name, found);
  state.details.value = all;
}

/** Opens a run in the list; undefined closes it. */
export async function openRun(name: string | undefined): Promise<void> {
  state.openedRun.value = name;
  if (name !== undefined) await attempt('runs', async () => await loadDetails(name));
}

/** Draws the curves of a run beside those of others, or no longer. */
export async function compareRun(name: string, on: boolean): Promise<void> {
  const names = new Set(state.compared.value);
  if (on) names.add(name);
  else names.delete(name);
  await compareRuns([...names]);
}

/** Draws the curves of these runs together. */
export async function compareRuns(names: readonly string[]): Promise<void> {
  state.compared.value = new Set(names);
  await attempt('runs', async () => {
    for (const name of names) if (!state.details.value.has(name)) await loadDetails(name);
  });
}

/** Deletes a run, which can be brought back. */
export async function removeRun(name: string): Promise<void> {
  await attempt('runs', async () => {
    await request('remove', { name });
    forget(name);
  });
  await listRuns();
}

/** Brings a deleted run back. */
export async function restoreRun(name: string): Promise<void> {
  await attempt('runs', async () => {
    await request('restore', { name });
  });
  await listRuns();
}

/** Deletes a run for good. */
export async function removeRunForGood(name: string): Promise<void> {
  await attempt('runs', async () => {
    await request('remove-for-good', { name });
    forget(name);
  });
  await listRuns();
}

/** Nothing shows a deleted run any more. */
function forget(name: string): void {
  const { value } = state.model;
  if (value.kind === 'run' && value.name === name) chooseModel({ kind: 'shipped' });
  if (state.openedRun.value === name) state.openedRun.value = undefined;
  if (state.compared.value.has(name)) void compareRun(name, false);
}

/** Copies a run of the machine's folder into this browser, and opens the copy. */
export async function copyRun(name: string): Promise<void> {
  let copy: string | undefined;
  await attempt('runs', async () => {
    copy = await request('copy', { name });
  });
  await listRuns();
  if (copy !== undefined) await openRun(copy);
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
