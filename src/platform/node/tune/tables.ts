/** The tables of studies, by versioned migrations. pg-boss deletes old jobs, so results live here. */

import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode } from '../files/system-errors.ts';
import type { Database } from './database.ts';

/** Each migration leads to the version of its place in the list, counted from 1. A published one never changes. */
const migrations: readonly (readonly string[])[] = [
  [
    `create table couture.study (
      id integer generated always as identity primary key,
      name text not null unique,
      plan text not null,
      trials integer not null
    )`,
    `create table couture.trial (
      study_id integer not null references couture.study on delete cascade,
      number integer not null,
      params text not null,
      state text not null check (state in ('waiting', 'running', 'complete', 'pruned', 'failed')),
      counts boolean not null default true,
      job uuid,
      queued integer not null default 0,
      attempt integer not null default 0,
      worker text,
      value double precision,
      accuracy double precision,
      loss double precision,
      seconds double precision,
      error text,
      started_at timestamptz,
      finished_at timestamptz,
      primary key (study_id, number)
    )`,
    `create table couture.report (
      study_id integer not null,
      number integer not null,
      step integer not null,
      attempt integer not null,
      value double precision not null,
      at timestamptz not null default clock_timestamp(),
      primary key (study_id, number, step),
      foreign key (study_id, number) references couture.trial on delete cascade
    )`,
  ],
  // The transaction of the last change, by which mirror.ts reads only what is new.
  ['trial', 'report'].flatMap((table) => [
    `alter table couture.${table} add column changed xid8 not null default pg_current_xact_id()`,
    `create index ${table}_changed on couture.${table} (study_id, changed)`,
  ]),
  // Trials that broke a constraint before training, which are no longer asked for.
  ['alter table couture.trial drop column counts'],
];

const versionRow = z.object({ version: z.number() });

/** Names that are already there: of a schema, a table, a type, or in the server's own catalog. */
const alreadyThere = new Set(['42P06', '42P07', '42710', '23505']);

/**
 * Brings the tables to the version of this Couture.
 * @throws CoutureError of kind `usage` when a newer Couture has changed them
 */
export async function migrate(database: Database): Promise<void> {
  try {
    await migrateOnce(database);
  } catch (error) {
    // A process that waited for the lock may not see in its transaction what the other one has made meanwhile: PostgreSQL
    // 15 then fails even at `create schema if not exists`. A new transaction sees it.
    if (!alreadyThere.has(errorCode(error) ?? '')) throw error;
    await migrateOnce(database);
  }
}

async function migrateOnce(database: Database): Promise<void> {
  await database.transaction(async ({ query }) => {
    // Of several processes that start at once, one migrates. The number is arbitrary and fixed.
    await query('select pg_advisory_xact_lock(7032019)');
    await query('create schema if not exists couture');
    await query('create table if not exists couture.version (version integer not null)');
    const [row] = await query('select version from couture.version');
    const version = row === undefined ? 0 : versionRow.parse(row).version;
    if (version > migrations.length)
      throw new CoutureError(
        'usage',
        `The studies in ${database.place} have version ${version}, but this Couture knows only version ${migrations.length}.`,
        { hint: 'Use the newer Couture that wrote them: npm install couture@latest' },
      );
    for (const statement of migrations.slice(version).flat()) await query(statement);
    await query(
      row === undefined
        ? 'insert into couture.version values ($1)'
        : 'update couture.version set version = $1',
      [migrations.length],
    );
  });
}
