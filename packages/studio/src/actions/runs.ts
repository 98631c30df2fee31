/** Runs that are kept: the list, and the files that a person takes along. */

import { request } from '../client.ts';
import * as state from '../state.ts';
import { attempt } from './attempt.ts';
import { chooseModel } from './models.ts';

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
