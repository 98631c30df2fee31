/**
 * The list of finished runs in one file: reading a thousand runs takes seconds, and reading their list none. Whatever is not
 * in it is read from the run itself, and a run that is opened is always read from its own files.
 */

import type { RunStore } from 'couture/runs';
import type { StoredRun } from '../protocol.ts';

const FILE = 'list.json';
const MOST_BYTES = 64 * 1024 * 1024;

/** The runs of the list; none where there is no list, or another version wrote it. */
export async function readList(store: RunStore): Promise<StoredRun[]> {
  try {
    const bytes = await store.read(FILE, MOST_BYTES);
    if (bytes === undefined) return [];
    const { version, runs }: { version: unknown; runs: unknown } = JSON.parse(
      new TextDecoder().decode(bytes),
    );
    return version === 1 && Array.isArray(runs) ? runs.filter(isRun) : [];
  } catch {
    // It is made again from the runs.
    return [];
  }
}

function isRun(value: unknown): value is StoredRun {
  const { name, path, where, state } = (value ?? {}) as Partial<Record<keyof StoredRun, unknown>>;
  return (
    typeof name === 'string' &&
    path === `runs/train/${name}` &&
    where === 'browser' &&
    typeof state === 'string'
  );
}

/** Changes of the list, one after another. */
let changing: Promise<void> = Promise.resolve();

/** Writes the list. Without it, the runs are only slower to list. */
export async function writeList(store: RunStore, runs: () => readonly StoredRun[]): Promise<void> {
  changing = changing.then(async () => {
    await store.write(FILE, JSON.stringify({ version: 1, runs: runs() })).catch(() => {});
  });
  await changing;
}

/** Takes a run that has changed out of the list: it is read from its own files again. */
export async function dropFromList(store: RunStore, path: string): Promise<void> {
  changing = changing.then(async () => {
    const listed = await readList(store);
    const others = listed.filter((run) => run.path !== path);
    if (others.length === listed.length) return;
    await store.write(FILE, JSON.stringify({ version: 1, runs: others })).catch(() => {});
  });
  await changing;
}
