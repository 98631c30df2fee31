/** Stored runs, those of this browser and those of the machine that serves the page: the list, and one in detail. */

import { CoutureError } from '@couture/core';
import { trainCommand } from 'couture/report';
import { glanceAtRun, openRun, type RunMetrics, readResults, removeRun } from 'couture/runs';
import type { RunDetails, RunList, RunResult, StoredRun, StudioEvent } from '../protocol.ts';
import { drawFirstLayer } from './first-layer.ts';
import { inLanes } from './lanes.ts';
import { forgetModel } from './models.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { dropFromList, readList, writeList } from './run-index.ts';
import { say } from './say.ts';
import { FOLDER, servedRuns } from './served.ts';
import { keptLayers, OWN, platform, studioStore } from './store.ts';

/** In the folder of a run that a person deleted: when. It can be brought back until then. */
const REMOVED = 'studio-removed.json';
const MOST_MARK = 1000;
const DAYS = 30;

/** Runs as they were seen last, by path. Those that are finished do not change by themselves. */
const seen = new Map<string, { readonly run: StoredRun; readonly stamp: string }>();
/** How often a run has changed, by path: what was read before a change is not kept. */
const changes = new Map<string, number>();
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
  changes.set(path, changesOf(path) + 1);
  seen.delete(path);
  forgetModel(path);
}

function changesOf(path: string): number {
  return changes.get(path) ?? 0;
}

/** Forgets what is known of a run that has changed: here, in the stored list, and in other tabs. */
export async function runsChanged(path: string): Promise<void> {
  forget(path);
  isChanged = true;
  tabs.postMessage(path);
  await dropFromList(await studioStore(), path);
}

let listRead: Promise<void> | undefined;

/** Reads the stored list, once. */
async function readSeen(): Promise<void> {
  const { store } = await platform();
  // Of a run that has changed since, the list is older than what is known.
  for (const run of await readList(store))
    if (!changes.has(run.path) && !seen.has(run.path)) seen.set(run.path, { run, stamp: '' });
}

/** Every run, newest first; damaged ones with what is wrong. Runs that were deleted are listed apart, for 30 days. */
const listRuns = oneAtATime(async (): Promise<RunList> => {
  const { store } = await platform();
  listRead ??= readSeen();
  await listRead;
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
    // A run that has changed since it was looked at is not seen any more.
    const fixed = own.filter((run) => run !== undefined).filter(isFixed);
    await writeList(store, () => fixed.filter((run) => seen.get(run.path)?.run === run));
  }
  const folder = await servedRuns();
  const served = await inLanes(folder ?? [], async ({ name, holder, files }) => {
    const path = `${FOLDER}/${name}`;
    return await look(path, JSON.stringify([holder, files]), path);
  });
  const all = [...own, ...served].filter((run) => run !== undefined);
  all.sort((a, b) => (b.started ?? '').localeCompare(a.started ?? ''));
  return {
    runs: all.filter(({ removed }) => removed === undefined),
    removed: all.filter(({ removed }) => removed !== undefined),
    served: folder !== undefined,
  };
});

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

/** A run that does not change by itself. */
function isFixed({ state, removed }: StoredRun): boolean {
  return state === 'finished' || removed !== undefined;
}

/** A run of this browser; undefined where it was deleted more than 30 days ago, and is deleted for good now. */
async function ownRun(path: string): Promise<StoredRun | undefined> {
  const known = seen.get(path);
  // A run in training changes, and one that is left from a kill is taken up again.
  const run = known !== undefined && isFixed(known.run) ? known.run : await lookAtOwn(path);
  if (!isOld(run?.removed)) return run;
  // Another tab may have brought it back: the mark alone counts, not what was seen of it.
  if (isOld(await removedAt(path))) {
    await removeForGood(path.slice(OWN.length + 1)).catch(() => {});
    return undefined;
  }
  forget(path);
  return await lookAtOwn(path);
}

/** Whether a run was deleted so long ago that it is deleted for good. */
function isOld(removed: string | undefined): boolean {
  return removed !== undefined && Date.now() - Date.parse(removed) >= DAYS * 86_400_000;
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
  const before = changesOf(path);
  const place = await platform();
  const glance = await glanceAtRun(place, path);
  // A folder that is left from a run that was killed while it was made.
  if (glance.state === 'vacant') return undefined;
  const where = stamp === '' ? 'browser' : 'folder';
  const removed = where === 'browser' ? await removedAt(path) : undefined;
  const run: StoredRun = { ...glance, name, where, removed };
  // A served run also counts as damaged where the server did not answer, so it is looked at again.
  const isSure = where === 'browser' || run.state !== 'damaged';
  if (isSure && changesOf(path) === before) seen.set(path, { run, stamp });
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
    result: metrics === undefined ? undefined : resultOf(metrics),
    seconds: metrics?.seconds ?? history.reduce((sum, { seconds }) => sum + seconds, 0),
    couture: environment.couture,
    command: trainCommand(config),
  };
}

/** What a run came to. */
export function resultOf(metrics: RunMetrics): RunResult {
  const { testAccuracy, bestEpoch, weightsSha256, seconds } = metrics;
  return { testAccuracy, bestEpoch, weightsSha256, seconds };
}

/** What is kept of the first layers of a run, up to an epoch, as the events that told them. */
export async function keptEvents(name: string, upTo: number): Promise<StudioEvent[]> {
  const kept = await keptLayers.read(name, upTo);
  return await Promise.all(
    kept.map(async ({ epoch, layer }): Promise<StudioEvent> => {
      return { type: 'weights', epoch, weights: await drawFirstLayer(layer) };
    }),
  );
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
  await runsChanged(path);
}

/** Brings a deleted run back. */
export async function restore(name: string): Promise<void> {
  const { store } = await platform();
  const path = pathOf(name);
  await store.remove(store.paths.join(path, REMOVED));
  await runsChanged(path);
}

/** Deletes a run for good. */
export async function removeForGood(name: string): Promise<void> {
  const path = pathOf(name);
  await runsChanged(path);
  await removeRun(await platform(), path);
  keptLayers.drop(name);
  await runsChanged(path);
}

/** @throws CoutureError of kind `usage` for a run of the machine's folder */
function pathOf(name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) return `${OWN}/${name}`;
  throw new CoutureError('usage', `The run ${name} is not one of this browser, so it is not deleted here.`);
}
