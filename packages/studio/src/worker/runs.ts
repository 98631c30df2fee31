/** Stored runs: the list, and files of one for the person. */

import { CoutureError } from '@couture/core';
import { downloadZip } from 'client-zip';
import { trainCommand } from 'couture/report';
import { openRun, packRuns, removeRun, summarizeRuns } from 'couture/runs';
import type { StoredRun } from '../protocol.ts';
import { currentSet } from './data.ts';
import { platform } from './store.ts';

/** More than any file of a run has. */
const MOST_BYTES = 2 ** 31;

/** Every run, newest first. Damaged ones are there with what is wrong. */
export async function listRuns(): Promise<StoredRun[]> {
  const place = await platform();
  const runs = await Promise.all(
    (await summarizeRuns(place)).map(async (summary): Promise<StoredRun> => {
      if (summary.state === 'damaged' || summary.state === 'vacant') return { ...summary, history: [] };
      const run = await openRun(place, summary.path);
      const [history, metrics] = [await run.history(), await run.metrics()];
      const { config } = run;
      return {
        ...summary,
        history,
        config,
        weightsSha256: metrics?.weightsSha256,
        command: trainCommand(config),
      };
    }),
  );
  return runs.sort((a, b) => (b.started ?? '').localeCompare(a.started ?? ''));
}

/** Removes a run. */
export async function remove(name: string): Promise<void> {
  const place = await platform();
  await removeRun(place, (await openRun(place, name)).path);
}

/** A file of a run: its model, its config, or all of its files as a ZIP that the command line opens. */
export async function exportRun(
  name: string,
  what: 'model' | 'config' | 'run',
): Promise<{ file: Blob; name: string }> {
  const { train, test } = currentSet().sets;
  const place = await platform([train, test]);
  const run = await openRun(place, name);
  const { store } = place;
  const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await store.read(path, MOST_BYTES);
    if (bytes === undefined) throw new CoutureError('data', `${path} is missing.`);
    return new Uint8Array(bytes);
  };
  if (what === 'config') {
    const file = new Blob([await read(store.paths.join(run.path, 'config.json'))], {
      type: 'application/json',
    });
    return { file, name: `${run.name}-config.json` };
  }
  if (what === 'model') {
    const out = `${run.name}.safetensors`;
    const { path } = await packRuns(place, [run], out, { backend: 'cpu' });
    const file = new Blob([await read(path)]);
    await store.remove(path);
    return { file, name: out };
  }
  const files: { name: string; input: Uint8Array<ArrayBuffer> }[] = [];
  const visit = async (folder: string, inside: string): Promise<void> => {
    for (const entry of await store.list(folder)) {
      const path = store.paths.join(folder, entry);
      if ((await store.kind(path)) === 'folder') await visit(path, `${inside}/${entry}`);
      else files.push({ name: `${inside}/${entry}`, input: await read(path) });
    }
  };
  await visit(run.path, run.name);
  return { file: await downloadZip(files).blob(), name: `${run.name}.zip` };
}
