/** The database of a study on several machines: a PostgreSQL server, reached through the pool of pg-boss. */

import { CoutureError } from '../../../core/errors.ts';
import { errorCode } from '../files/system-errors.ts';
import { bossOptions, type Database } from './database.ts';
import { loadPgBoss } from './packages.ts';

/** The address of a server without its password. */
export function withoutPassword(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    // An unencoded password with a slash ends up in the path.
    if (pathname.includes('@')) return 'DATABASE_URL';
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
  const patiently = patience(place);
  return {
    place,
    boss,
    patiently,
    query: async (text, values) =>
      await patiently(async () => (await pool.executeSql(text, values && [...values])).rows),
    transaction: async (work) =>
      await patiently(async () => {
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
      }),
    async close() {
      await boss.stop({ graceful: false });
    },
  };
}

/** How long a server may be away, for example to restart. */
const MOST_AWAY_MS = 60_000;
const PAUSE_MS = 500;

/** Errors of a connection, of Node and of PostgreSQL (class 08, and 57P01 to 57P03: it shuts down or starts). */
const away = /^(ECONN\w+|EPIPE|ETIMEDOUT|08\w{3}|57P0[123])$/;

function isAway(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined && away.test(code)) return true;
  // The driver gives no code to a connection that ends during a statement.
  return error instanceof Error && /^(Connection terminated|timeout exceeded|Client has)/.test(error.message);
}

/**
 * Repeats work while the server is away. A statement may be carried out twice where only its answer was lost; every
 * statement of study-store.ts may be.
 */
function patience(place: string): Database['patiently'] {
  return async (work) => {
    const begun = performance.now();
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        if (!isAway(cause)) throw cause;
        if (performance.now() - begun > MOST_AWAY_MS)
          throw new CoutureError('runtime', `${place} has not answered for ${MOST_AWAY_MS / 1000} s.`, {
            hint: 'Start the worker again when the server is back: the study goes on.',
            cause,
          });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  };
}
