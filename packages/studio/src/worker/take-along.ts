/** Runs on their way: files of one for the person, and a copy of a run of the machine's folder in this browser. */

import { downloadZip } from 'client-zip';
import { openRun, packRuns } from 'couture/runs';
import { setsOf } from './data.ts';
import { requireRoom } from './room.ts';
import { runsChanged } from './runs.ts';
import { MOST_BYTES, readWhole, throughFile } from './scratch.ts';
import { OWN, platform, studioStore } from './store.ts';

/** A file of a run: its model, its config, or all of its files as a ZIP that the command line opens. */
export async function exportRun(
  name: string,
  what: 'model' | 'config' | 'run',
): Promise<{ file: Blob; name: string }> {
  const run = await openRun(await platform(), name);
  const store = await studioStore();
  if (what === 'config') {
    const file = new Blob([await readWhole(store.paths.join(run.path, 'config.json'))], {
      type: 'application/json',
    });
    return { file, name: `${run.name}-config.json` };
  }
  if (what === 'model') {
    // Its figures are those of the images that the run was trained on, whichever set is at hand.
    const { train, test } = await setsOf(run.config.data);
    return await throughFile(`${run.name}.safetensors`, 'application/octet-stream', async (out) => {
      await packRuns(await platform([train, test]), [run], out, { backend: 'cpu' });
    });
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

/** Most characters of the name of a run. */
const MOST_NAME = 100;

/** The name of a run with a number: a long one is cut, so that it stays the name of a run. */
function numbered(name: string, n: number): string {
  const end = `-${n}`;
  return name.slice(0, MOST_NAME - end.length) + end;
}

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
  for (let n = 2; !(await store.claimFolder(join(OWN, own))); n++) own = numbered(run.name, n);
  const folder = join(OWN, own);
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
