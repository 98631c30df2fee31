/** The database of a study on several machines: a PostgreSQL server, reached through the pool of pg-boss. */

import { CoutureError } from '../../../core/errors.ts';
import { errorCode } from '../files/system-errors.ts';
import { bossOptions, type Database } from './database.ts';
import { holdStudy } from './hold.ts';
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
 * A text without the URL and its password. No error of PostgreSQL is known to contain either, but their texts are not ours.
 */
export function redacted(text: string, url: string): string {
  let shown = text.replaceAll(url, withoutPassword(url));
  for (const secret of secretsOf(url)) shown = shown.replaceAll(secret, '…');
  return shown;
}

/** The password as it is written in a URL, and as it is meant. */
function secretsOf(url: string): string[] {
  const written = URL.canParse(url) ? new URL(url).password : /:\/\/[^:]*:(.*)@/.exec(url)?.[1];
  if (!written) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
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
    const why = redacted(cause instanceof Error ? cause.message : String(cause), url);
    throw new CoutureError('runtime', `Cannot open ${place}: ${why || 'there is no answer'}.`, {
      hint: 'Check that the server runs, and that the user may create schemas in this database.',
    });
  }
  const pool = boss.getDb();
  const patiently = patience(place);
  const begin = async () => {
    const open = await pool.beginTransaction?.();
    if (open === undefined) throw new Error('pg-boss gave no transaction');
    return open;
  };
  return {
    place,
    boss,
    patiently,
    query: async (text, values) =>
      await patiently(async () => (await pool.executeSql(text, values && [...values])).rows),
    transaction: async (work) =>
      await patiently(async () => {
        const open = await begin();
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
    hold: async (study) => await holdStudy(begin, patiently, study),
    onError: (listener) => void boss.on('error', ({ message }) => listener(redacted(message, url))),
    async close() {
      await boss.stop({ graceful: false });
    },
  };
}

/** How long a server may be away, for example to restart. */
const MOST_AWAY_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Errors of a connection, of Node and of PostgreSQL: class 08, 57P01 to 57P03 (it shuts down or starts), and 53300 (it has
 * too many connections).
 */
const away = /^(ECONN\w+|EHOST\w+|ENET\w+|EAI_AGAIN|EPIPE|ETIMEDOUT|08\w{3}|57P0[123]|53300)$/;

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
  // Once this process has waited in vain, it ends, and its last statements do not wait again.
  let given = MOST_AWAY_MS;
  return async (work) => {
    const begun = performance.now();
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        if (!isAway(cause)) throw cause;
        if (performance.now() - begun >= given) {
          given = 0;
          throw new CoutureError('runtime', `${place} has not answered for ${MOST_AWAY_MS / 1000} s.`, {
            hint: 'Start the worker again when the server is back: the study goes on.',
            cause,
          });
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  };
}
