/** What a study needs of a database: statements with bound parameters, transactions, and pg-boss. */

import type { PgBoss } from 'pg-boss';

/** Runs one statement. Values are bound, never part of the text. */
export interface Sql {
  query(text: string, values?: readonly unknown[]): Promise<unknown[]>;
}

/** A database with its queue. */
export interface Database extends Sql {
  /** Where it is, without a password. */
  readonly place: string;
  readonly boss: PgBoss;
  /** All statements of the work, and the jobs it sends, or none of them. */
  transaction<T>(work: (sql: Sql, db: BossDb) => Promise<T>): Promise<T>;
  /** Does the work again while a server is away for a moment; `query` and `transaction` do so by themselves. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  /** Keeps a study from being deleted by another process until the returned function is called. */
  hold(study: number): Promise<() => Promise<void>>;
  /** Calls back with what goes wrong beside the statements, for example a lost connection; without a password. */
  onError(listener: (message: string) => void): void;
  close(): Promise<void>;
}

/** A transaction as pg-boss takes it. */
export interface BossDb {
  // pg-boss's own type: the rows are checked by their readers.
  executeSql(text: string, values?: unknown[]): ReturnType<import('pg-boss').Db['executeSql']>;
}

/** Settings of pg-boss on both databases. */
export const bossOptions = {
  schema: 'pgboss',
  superviseIntervalSeconds: 5,
  monitorIntervalSeconds: 5,
  schedule: false,
} as const;
