/** Stored runs, those of this browser and those of the machine that serves the page: the list, and one in detail. */

import { CoutureError } from '@couture/core';
import { trainCommand } from 'couture/report';
import { glanceAtRun, openRun, readResults, removeRun } from 'couture/runs';
import type { RunDetails, RunList, StoredRun } from '../protocol.ts';
import { say } from './say.ts';
import { FOLDER, servedRuns } from './served.ts';
import { platform } from './store.ts';

/** Where the runs of this browser are. */
const OWN = 'runs/train';
/** In the folder of a run that a person deleted: when. It can be brought back until then. */
const REMOVED = 'studio-removed.json';
const MOST_MARK = 1000;
const DAYS = 30;

/** Runs as they were seen last, by path. Those that are finished do not change by themselves. */
const seen = new Map<string, { readonly run: StoredRun; readonly stamp: string }>();

/** Tells other tabs of this page, and hears from them, that runs have changed. */
const tabs = new BroadcastChannel('couture-studio-runs');
tabs.addEventListener('message', () => {
  seen.clear();
  say({ type: 'runs' });
});

/** Forgets what was seen of a run, or of all, here and in other tabs. */
export function runsChanged(path?: string): void {
  if (path === undefined) seen.clear();
  else seen.delete(path);
  tabs.postMessage(null);
}

/** Every run, newest first; damaged ones with what is wrong. Runs that were deleted are listed apart, for 30 days. */
export async function listRuns(): Promise<RunList> {
  const { store } = await platform();
  const names = await store.list(OWN);
  const own = await Promise.all(names.map(async (name) => await ownRun(store.paths.join(OWN, name))));
  const folder = await servedRuns();
  const served = await Promise.all(
    (folder ?? []).map(async ({ name, holder, files }) => {
      const path = `${FOLDER}/${name}`;
      return await look(path, JSON.stringify([holder, files]), path);
    }),
  );
  const all = [...own, ...served].filter((run) => run !== undefined);
  all.sort((a, b) => (b.started ?? '').localeCompare(a.started ?? ''));
  return {
    runs: all.filter(({ removed }) => removed === undefined),
    removed: all.filter(({ removed }) => removed !== undefined),
    served: folder !== undefined,
  };
}

/** A run of this browser; undefined where it was deleted more than 30 days ago, and is deleted for good now. */
async function ownRun(path: string): Promise<StoredRun | undefined> {
  const known = seen.get(path);
  // A run in training changes, and one that is left from a kill is taken up again.
  if (known?.run.state === 'finished' || known?.run.removed !== undefined) return known.run;
  const run = await look(path, '', path.slice(OWN.length + 1));
  if (run?.removed === undefined || Date.now() - Date.parse(run.removed) < DAYS * 86_400_000) return run;
  await removeForGood(run.name).catch(() => {});
  return undefined;
}

async function look(path: string, stamp: string, name: string): Promise<StoredRun | undefined> {
  const known = seen.get(path);
  if (known !== undefined && stamp !== '' && known.stamp === stamp) return known.run;
  const place = await platform();
  const glance = await glanceAtRun(place, path);
  // A folder that is left from a run that was killed while it was made.
  if (glance.state === 'vacant') return undefined;
  const where = stamp === '' ? 'browser' : 'folder';
  const removed = where === 'browser' ? await removedAt(path) : undefined;
  const run: StoredRun = { ...glance, name, where, removed };
  seen.set(path, { run, stamp });
  return run;
}

async function removedAt(path: string): Promise<string | undefined> {
  const { store } = await platform();
  const bytes = await store.read(store.paths.join(path, REMOVED), MOST_MARK);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  // A mark that cannot be read counts from now on.
  return Number.isNaN(Date.parse(text)) ? new Date().toISOString() : text;
}

/** One run with its curves, whose files are compared with each other. */
export async function detailsOf(name: string): Promise<RunDetails> {
  const place = await platform();
  const run = await openRun(place, name);
  const inUse = (await place.store.lockHolder(run.path)) !== undefined;
  // The files of a run in training are between two epochs for a moment.
  const history = inUse ? await readResults(place, run.path) : await run.history();
  const [metrics, environment] = [await run.metrics(), await run.environment()];
  const { config } = run;
  return {
    name,
    history,
    config,
    weightsSha256: metrics?.weightsSha256,
    seconds: metrics?.seconds ?? history.reduce((sum, { seconds }) => sum + seconds, 0),
    couture: environment.couture,
    command: trainCommand(config),
  };
}

/** Deletes a run. It can be brought back for 30 days. */
export async function remove(name: string): Promise<void> {
  const { store } = await platform();
  const path = pathOf(name);
  const release = await store.lock(path);
  try {
    await store.write(store.paths.join(path, REMOVED), new Date().toISOString());
  } finally {
    await release();
  }
  runsChanged(path);
}

/** Brings a deleted run back. */
export async function restore(name: string): Promise<void> {
  const { store } = await platform();
  await store.remove(store.paths.join(pathOf(name), REMOVED));
  runsChanged(pathOf(name));
}

/** Deletes a run for good. */
export async function removeForGood(name: string): Promise<void> {
  await removeRun(await platform(), pathOf(name));
  runsChanged(pathOf(name));
}

/** @throws CoutureError of kind `usage` for a run of the machine's folder */
function pathOf(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) return `${OWN}/${name}`;
  throw new CoutureError('usage', `The run ${name} is not one of this browser, so it is not deleted here.`);
}
