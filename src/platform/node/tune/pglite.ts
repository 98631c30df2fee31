/**
 * The database of a study on one machine: PGlite, PostgreSQL in WebAssembly, in a folder of the study. PGlite has no lock of
 * its own, and two processes in one folder silently lose rows, so the folder of the study is locked first. A commit survives
 * the end of the process; PGlite does not promise that it survives a power failure.
 */

import { join } from 'node:path';
import { makePrivateFolder } from '../files/folders.ts';
import { lockRun } from '../runs/run-lock.ts';
import { type BossDb, bossOptions, type Database } from './database.ts';
import { loadPGlite, loadPgBoss } from './packages.ts';

/**
 * Opens the database of a study's folder, which this process then owns.
 * @throws CoutureError of kind `runtime` when another process has it
 */
export async function openPglite(folder: string): Promise<Database> {
  const { PGlite } = await loadPGlite();
  const { PgBoss, fromPglite } = await loadPgBoss();
  await makePrivateFolder(folder);
  const release = await lockRun(folder);
  try {
    const path = join(folder, 'db');
    await makePrivateFolder(path);
    const pglite = await PGlite.create(path);
    const boss = new PgBoss({ ...bossOptions, backend: 'pglite', db: fromPglite(pglite) });
    return {
      place: folder,
      boss,
      query: async (text, values) => (await pglite.query(text, values && [...values])).rows,
      transaction: async (work) =>
        await pglite.transaction(async (transaction) => {
          const db: BossDb = {
            executeSql: async (text, values) =>
              values?.length
                ? await transaction.query(text, values)
                : { rows: (await transaction.exec(text)).flatMap(({ rows }) => rows) },
          };
          return await work(
            { query: async (text, values) => (await transaction.query(text, values && [...values])).rows },
            db,
          );
        }),
      patiently: async (work) => await work(),
      // The lock of the folder does so.
      hold: async () => async () => {},
      onError: (listener) => void boss.on('error', ({ message }) => listener(message)),
      async close() {
        await boss.stop({ graceful: false });
        await pglite.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
