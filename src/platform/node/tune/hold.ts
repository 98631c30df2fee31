/**
 * Keeps a study of a PostgreSQL server from being deleted while processes work on it: each holds a shared lock, and who deletes it
 * needs the exclusive one. The lock is that of an open transaction without any other statement, so the server gives it up when
 * the process ends, however it ends.
 */

import type { BossDb, Database, Sql } from './database.ts';

/** The first key of all locks of studies; the second is the number of the study. Arbitrary and fixed. */
const LOCKS = 7032020;

/** How often a process asks whether its transaction is still open. */
const CHECK_MS = 5000;

/** Settings of the transaction: it may be idle, and the server notices within a minute that a machine has gone. */
const settings = [
  'idle_in_transaction_session_timeout = 0',
  'tcp_keepalives_idle = 20',
  'tcp_keepalives_interval = 10',
  'tcp_keepalives_count = 3',
];

/** An open transaction of pg-boss's pool. */
export interface OpenTransaction {
  readonly db: BossDb;
  rollback(): Promise<void>;
}

/** Holds the shared lock of a study until the returned function is called. After a lost connection it takes it again. */
export async function holdStudy(
  begin: () => Promise<OpenTransaction>,
  patiently: Database['patiently'],
  study: number,
): Promise<() => Promise<void>> {
  const take = async (): Promise<OpenTransaction> =>
    await patiently(async () => {
      const open = await begin();
      try {
        for (const setting of settings) await open.db.executeSql(`set local ${setting}`);
        await open.db.executeSql('select pg_advisory_xact_lock_shared($1, $2)', [LOCKS, study]);
        return open;
      } catch (error) {
        await open.rollback();
        throw error;
      }
    });
  let held: OpenTransaction | undefined = await take();
  let checking = Promise.resolve();
  const check = async (): Promise<void> => {
    try {
      await held?.db.executeSql('select 1');
    } catch {
      held = undefined;
      // A server that stays away ends the work by the next statement.
      held = await take().catch(() => undefined);
    }
  };
  const timer = setInterval(() => {
    checking = checking.then(check);
  }, CHECK_MS);
  return async () => {
    clearInterval(timer);
    await checking;
    // Only the lock is lost with it.
    await held?.rollback().catch(() => {});
  };
}

/** Takes the exclusive lock of a study for a transaction; false while a process works on it. */
export async function lockStudy(sql: Sql, study: number): Promise<boolean> {
  const rows = await sql.query('select 1 where pg_try_advisory_xact_lock($1, $2)', [LOCKS, study]);
  return rows.length > 0;
}
