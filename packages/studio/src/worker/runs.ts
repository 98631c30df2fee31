/** Stored runs, those of this browser and those of the machine that serves the page: the list, and one in detail. */

import { CoutureError } from '@couture/core';
import { trainCommand } from 'couture/report';
import { glanceAtRun, openRun, readResults, removeRun } from 'couture/runs';
import type { RunDetails, RunList, StoredRun } from '../protocol.ts';
import { forgetModel } from './models.ts';
import { readList, writeList } from './run-index.ts';
import { say } from './say.ts';
import { FOLDER, servedRuns } from './served.ts';
import { OWN, platform } from './store.ts';

/** In the folder of a run that a person deleted: when. It can be brought back until then. */
const REMOVED = 'studio-removed.json';
const MOST_MARK = 1000;
const DAYS = 30;

/** Runs as they were seen last, by path. Those that are finished do not change by themselves. */
const seen = new Map<string, { readonly run: StoredRun; readonly stamp: string }>();
/** Whether the stored list differs from what was seen. */
let isChanged = false;

/** Tells other tabs of this page, and hears from them, which run has changed. */
const tabs = new BroadcastChannel('couture-studio-runs');
tabs.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (typeof data === 'string') forget(data);
  say({ type: 'runs' });
});

/** Forgets what is known of a run: its place in the list, and its model. */
function forget(path: string): void {
  seen.delete(path);
  forgetModel(path);
}

/** Forgets what is known of a run that has changed, here and in other tabs. */
export function runsChanged(path: string): void {
  forget(path);
  isChanged = true;
  tabs.postMessage(path);
}

/** Every run, newest first; damaged ones with what is wrong. Runs that were deleted are listed apart, for 30 days. */
async function listRuns(): Promise<RunList> {
  const { store } = await platform();
  if (!isListRead) for (const run of await readList(store)) seen.set(run.path, { run, stamp: '' });
  isListRead = true;
  const names = await store.list(OWN);
  let done = 0;
  const own = await inLanes(names, async (name) => {
    const run = await ownRun(store.paths.join(OWN, name));
    done += 1;
    if (done % 100 === 0) say({ type: 'listing', done, total: names.length });
    return run;
  });
  if (isChanged) {
    isChanged = false;
    const kept = own.filter((run) => run !== undefined).filter(isFixed);
    await writeList(store, kept);
  }
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

/** What was answered last. */
let answered = '';

/** Every run; null where nothing has changed since the last answer. */
export async function runsIfChanged(onlyIf: boolean): Promise<RunList | null> {
  const list = await listRuns();
  const text = JSON.stringify(list);
  if (onlyIf && text === answered) return null;
  answered = text;
  return list;
}

let isListRead = false;

/** A run that does not change by itself. */
function isFixed({ state, removed }: StoredRun): boolean {
  return state === 'finished' || removed !== undefined;
}

/** Works on all items, some at a time, and gives the results in their order. */
async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  lanes = 16,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      results[place] = await work(items[place]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** A run of this browser; undefined where it was deleted more than 30 days ago, and is deleted for good now. */
async function ownRun(path: string): Promise<StoredRun | undefined> {
  const known = seen.get(path);
  // A run in training changes, and one that is left from a kill is taken up again.
  const run = known !== undefined && isFixed(known.run) ? known.run : await lookAtOwn(path);
  if (run?.removed === undefined || Date.now() - Date.parse(run.removed) < DAYS * 86_400_000) return run;
  await removeForGood(run.name).catch(() => {});
  return undefined;
}

async function lookAtOwn(path: string): Promise<StoredRun | undefined> {
  const run = await look(path, '', path.slice(OWN.length + 1));
  if (run !== undefined && isFixed(run)) isChanged = true;
  return run;
}

async function look(path: string, stamp: string, name: string): Promise<StoredRun | undefined> {
  const known = seen.get(path);
  if (known !== undefined && stamp !== '' && known.stamp === stamp) return known.run;
  // The files of a served run have changed.
  if (stamp !== '') forgetModel(path);
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
  const path = pathOf(name);
  runsChanged(path);
  await removeRun(await platform(), path);
  runsChanged(path);
}

/** @throws CoutureError of kind `usage` for a run of the machine's folder */
function pathOf(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) return `${OWN}/${name}`;
  throw new CoutureError('usage', `The run ${name} is not one of this browser, so it is not deleted here.`);
}
