/** Studies on this machine: each has a folder in runs/tune with its database, its trials, and study.json, its last state. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { inQuotes } from '../../../core/printable.ts';
import { writeSealed } from '../../../runs/json.ts';
import { decodeStudy, MOST_STUDY_BYTES } from '../../../study/decode.ts';
import type { Study } from '../../../study/study.ts';
import { errorCode } from '../files/system-errors.ts';
import { folderStore } from '../runs/folder-store.ts';
import { lockRun } from '../runs/run-lock.ts';

/** The folder of all studies. */
export const studiesFolder = join('runs', 'tune');

/** The folder of a study. */
export function studyFolder(name: string): string {
  return join(studiesFolder, name);
}

/** Names of the studies on this machine. */
export async function studyNames(): Promise<string[]> {
  try {
    const entries = await readdir(studiesFolder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The last state of a study; undefined if it has none yet. */
export async function findStudy(name: string): Promise<Study | undefined> {
  const path = join(studyFolder(name), 'study.json');
  const bytes = await folderStore.read(path, MOST_STUDY_BYTES);
  return bytes === undefined ? undefined : await decodeStudy(bytes, path);
}

/**
 * The last state of a study, also while another process works on it.
 * @throws CoutureError of kind `usage` when there is none, with the nearest name
 */
export async function readStudy(name: string): Promise<Study> {
  const study = await findStudy(name);
  if (study !== undefined) return study;
  const names = await studyNames();
  throw new CoutureError('usage', `There is no study ${inQuotes(name)} in ${studiesFolder}.`, {
    hint:
      names.length === 0 ? 'Start one: couture tune --recipe baseline --name NAME' : didYouMean(name, names),
  });
}

/** Writes the state of a study. */
export async function writeStudy(study: Study): Promise<void> {
  // A worker of a study elsewhere has no folder of it yet.
  await folderStore.makeFolder(studyFolder(study.plan.name));
  await writeSealed(folderStore, join(studyFolder(study.plan.name), 'study.json'), study);
}

/**
 * Deletes a study with its trials.
 * @throws CoutureError of kind `usage` when there is none, `runtime` when a process works on it
 */
export async function removeStudy(name: string): Promise<void> {
  const names = await studyNames();
  if (!names.includes(name)) {
    await readStudy(name);
    return;
  }
  const release = await lockRun(studyFolder(name));
  try {
    await rm(studyFolder(name), { recursive: true });
  } finally {
    await release();
  }
}
