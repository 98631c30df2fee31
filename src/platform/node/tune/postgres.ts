/** The database of a study on several machines: a PostgreSQL server, reached through the pool of pg-boss. */

import { CoutureError } from '../../../core/errors.ts';
import { bossOptions, type Database } from './database.ts';
import { loadPgBoss } from './packages.ts';

/** The address of a server without its password. */
export function withoutPassword(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    return `${protocol}//${hostname}${port && `:${port}`}${pathname}`;
  } catch {
    return 'DATABASE_URL';
  }
}

/**
 * Opens the database at a URL.
 * @throws CoutureError of kind `usage` when the URL is not that of a PostgreSQL server, `runtime` when it does not answer
 */
export async function openPostgres(url: string): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new CoutureError('usage', 'DATABASE_URL is not the address of a PostgreSQL server.', {
      hint: 'It looks like postgres://user:password@host:5432/database.',
    });
  const { PgBoss } = await loadPgBoss();
  const place = withoutPassword(url);
  const boss = new PgBoss({ ...bossOptions, connectionString: url });
  // Without a listener, a lost connection would end the process.
  boss.on('error', () => {});
  try {
    await boss.start();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replaceAll(url, place) : String(cause);
    throw new CoutureError('runtime', `Cannot open ${place}: ${why || 'there is no answer'}.`, {
      hint: 'Check that the server runs, and that the user may create schemas in this database.',
    });
  }
  const pool = boss.getDb();
  return {
    place,
    boss,
    query: async (text, values) => (await pool.executeSql(text, values && [...values])).rows,
    async transaction(work) {
      const open = await pool.beginTransaction?.();
      if (open === undefined) throw new Error('pg-boss gave no transaction');
      const { db } = open;
      try {
        const result = await work(
          { query: async (text, values) => (await db.executeSql(text, values && [...values])).rows },
          db,
        );
        await open.commit();
        return result;
      } catch (error) {
        await open.rollback();
        throw error;
      }
    },
    async close() {
      await boss.stop({ graceful: false });
    },
  };
}
