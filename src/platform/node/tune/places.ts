/**
 * Where commands find studies: in the PostgreSQL database of DATABASE_URL, if it is set, and in the folders of runs/tune.
 * A study of a database is read there, so it is current on every machine.
 */

import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { inQuotes } from '../../../core/printable.ts';
import type { Study } from '../../../study/study.ts';
import { folderStore } from '../runs/folder-store.ts';
import { findStudy, readStudy, removeStudy, studyFolder, studyNames } from './studies.ts';
import { StudyStore } from './study-store.ts';

/** The studies that a command can reach. */
export interface StudyPlaces {
  /** Those of the database first. */
  names(): Promise<string[]>;
  find(name: string): Promise<Study | undefined>;
  /** @throws CoutureError of kind `usage` when there is none, with the nearest name */
  read(name: string): Promise<Study>;
  /**
   * Deletes a study with its trials.
   * @throws CoutureError of kind `usage` when there is none, `runtime` when a process works on it
   */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

/** The studies of an environment. */
export async function openStudyPlaces({
  DATABASE_URL,
}: Readonly<Record<string, string | undefined>>): Promise<StudyPlaces> {
  if (!DATABASE_URL)
    return {
      names: studyNames,
      find: findStudy,
      read: readStudy,
      remove: removeStudy,
      close: async () => {},
    };
  const { openPostgres } = await import('./postgres.ts');
  const { migrate } = await import('./tables.ts');
  const database = await openPostgres(DATABASE_URL);
  try {
    await migrate(database);
  } catch (error) {
    // An open database would keep the process alive.
    await database.close();
    throw error;
  }
  const find = async (name: string): Promise<Study | undefined> =>
    (await (await StudyStore.find(database, name))?.read()) ?? (await findStudy(name));
  return {
    async names() {
      return [...new Set([...(await StudyStore.names(database)), ...(await studyNames())])];
    },
    find,
    async read(name) {
      const study = await find(name);
      if (study !== undefined) return study;
      throw new CoutureError('usage', `There is no study ${inQuotes(name)} in ${database.place}.`, {
        hint: 'See those that are there: couture tune list',
      });
    },
    async remove(name) {
      const store = await StudyStore.find(database, name);
      if (store === undefined) {
        await removeStudy(name);
        return;
      }
      if (!(await store.remove()))
        throw new CoutureError('runtime', `A process works on the study ${name}.`, {
          hint: 'Stop its workers first, with Ctrl-C.',
        });
      // A folder with a database of its own is another study of that name.
      const [folder, own] = [studyFolder(name), join(studyFolder(name), 'db')];
      if ((await folderStore.kind(folder)) !== undefined && (await folderStore.kind(own)) === undefined)
        await removeStudy(name);
    },
    close: async () => await database.close(),
  };
}
