/** Runs on their way: files of one for the person, and a copy of a run of the machine's folder in this browser. */

import { CoutureError } from '@couture/core';
import { downloadZip } from 'client-zip';
import { openRun, packRuns } from 'couture/runs';
import { currentSet } from './data.ts';
import { requireRoom } from './room.ts';
import { runsChanged } from './runs.ts';
import { platform } from './store.ts';

/** More than any file of a run has. */
const MOST_BYTES = 2 ** 31;

async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { store } = await platform();
  const bytes = await store.read(path, MOST_BYTES);
  if (bytes === undefined) throw new CoutureError('data', `${path} is missing.`);
  return new Uint8Array(bytes);
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
  if (what === 'config') {
    const file = new Blob([await readWhole(store.paths.join(run.path, 'config.json'))], {
      type: 'application/json',
    });
    return { file, name: `${run.name}-config.json` };
  }
  if (what === 'model') {
    const out = `${run.name}.safetensors`;
    const { path } = await packRuns(place, [run], out, { backend: 'cpu' });
    const file = new Blob([await readWhole(path)]);
    await store.remove(path);
    return { file, name: out };
  }
  const files = await filesOf(run.path);
  const entries = await Promise.all(
    files.map(async (path) => ({
      name: `${run.name}/${path}`,
      input: await readWhole(store.paths.join(run.path, path)),
    })),
  );
  return { file: await downloadZip(entries).blob(), name: `${run.name}.zip` };
}

/** The files of a run, by their paths in its folder. */
async function filesOf(folder: string): Promise<string[]> {
  const { store } = await platform();
  const found: string[] = [];
  const visit = async (inside: string): Promise<void> => {
    for (const entry of await store.list(store.paths.join(folder, inside))) {
      const path = store.paths.join(inside, entry);
      if ((await store.kind(store.paths.join(folder, path))) === 'folder') await visit(path);
      else found.push(path);
    }
  };
  await visit('');
  return found;
}

/**
 * Later files are never ahead of earlier ones: the reverse of the order in which a run in training writes them. The config
 * comes last, because a folder without one is not a run.
 */
const order = [
  ...['metrics.json', 'checkpoint/state.safetensors', 'weights/last.safetensors', 'results.csv'],
  ...['weights/best.safetensors', 'unlike.json', 'env.json', 'config.json'],
];

/**
 * Copies a run into this browser, under its own name or that name with a number.
 * @returns the name of the copy
 */
export async function copyRun(name: string): Promise<string> {
  const { store, ...place } = await platform();
  const run = await openRun({ store, ...place }, name);
  const { join } = store.paths;
  const files: [string, Uint8Array][] = [];
  for (const path of order) {
    const bytes = await store.read(join(run.path, path), MOST_BYTES);
    if (bytes !== undefined) files.push([path, bytes]);
  }
  await requireRoom(
    files.reduce((sum, [, { length }]) => sum + length, 1_000_000),
    `A copy of ${run.name}`,
  );
  let own = run.name;
  for (let n = 2; !(await store.claimFolder(join('runs/train', own))); n++) own = `${run.name}-${n}`;
  const folder = join('runs/train', own);
  const release = await store.lock(folder);
  try {
    for (const [path, bytes] of files) {
      await store.makeFolder(join(folder, store.paths.dirname(path)));
      await store.write(join(folder, path), bytes);
    }
    await (await openRun({ store, ...place }, folder)).checkSaved();
  } catch (error) {
    await store.remove(folder).catch(() => {});
    throw error;
  } finally {
    await release();
  }
  await runsChanged(folder);
  return own;
}
