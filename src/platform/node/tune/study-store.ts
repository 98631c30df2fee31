/**
 * A study in a database. A trial and its job are made in one transaction. A worker claims a trial and gets a new attempt
 * number, and every later write names it: a late write of a worker that was given up changes nothing.
 */

import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { jsonOrNone, parseJson } from '../../../core/json.ts';
import { inQuotes } from '../../../core/printable.ts';
import type { AnyValues } from '../../../search/space.ts';
import { nextTrial } from '../../../study/next-trial.ts';
import { studyPlanSchema, valuesSchema } from '../../../study/schema.ts';
import type { Study, StudyPlan } from '../../../study/study.ts';
import { holderSchema, mayRun, thisProcess } from '../runs/process.ts';
import type { Database } from './database.ts';
import { lockStudy } from './hold.ts';
import { dropQueues, makeQueues, queuesOf, RETRIES, sendJob } from './jobs.ts';
import { type Look, StudyMirror } from './mirror.ts';

const studyRow = z.object({ id: z.number(), plan: z.string() });

/** How a trial ended. */
export interface Ending {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly value?: number | undefined;
  readonly accuracy?: number | undefined;
  readonly loss?: number | undefined;
  readonly seconds?: number | undefined;
  readonly error?: string | undefined;
}

/** Trials that are still to do. */
export interface Left {
  readonly waiting: number;
  readonly running: number;
  /** Not asked for yet. */
  readonly unasked: number;
}

/** A study of a database. */
export class StudyStore {
  readonly #database: Database;
  readonly #id: number;
  readonly #mirror: StudyMirror;
  readonly plan: StudyPlan;
  /** Names of the queues of this study. */
  readonly queues: ReturnType<typeof queuesOf>;

  private constructor(database: Database, id: number, plan: StudyPlan) {
    this.#database = database;
    this.#id = id;
    this.#mirror = new StudyMirror(database, id);
    this.plan = plan;
    this.queues = queuesOf(id);
  }

  /** Opens a study by its name; undefined if there is none. */
  static async find(database: Database, name: string): Promise<StudyStore | undefined> {
    const [row] = await database.query('select id, plan from couture.study where name = $1', [name]);
    if (row === undefined) return undefined;
    const { id, plan } = studyRow.parse(row);
    return new StudyStore(database, id, studyPlanSchema.parse(parseJson(plan, database.place)));
  }

  /** The names of all studies. */
  static async names(database: Database): Promise<string[]> {
    const rows = await database.query('select name from couture.study order by name');
    return rows.map((row) => z.object({ name: z.string() }).parse(row).name);
  }

  /** Creates a study; undefined if there is one of that name. */
  static async create(database: Database, plan: StudyPlan, trials: number): Promise<StudyStore | undefined> {
    const [row] = await database.query(
      'insert into couture.study (name, plan, trials) values ($1, $2, $3) on conflict (name) do nothing returning id',
      [plan.name, JSON.stringify(plan), trials],
    );
    return row === undefined ? undefined : await StudyStore.find(database, plan.name);
  }

  /**
   * Makes the queues, which exist once. Rows that pg_dump brought from another server may have transaction numbers which this
   * one has not reached: by mirror.ts, all later changes would look older than they.
   */
  async prepare(): Promise<void> {
    await makeQueues(this.#database, this.#id);
    for (const table of ['trial', 'report'])
      await this.#database.query(
        `update couture.${table} set changed = '0'::xid8
        where study_id = $1 and changed >= pg_snapshot_xmax(pg_current_snapshot())`,
        [this.#id],
      );
  }

  /** Changes how many trials the study has. */
  async setBudget(trials: number): Promise<void> {
    await this.#database.query('update couture.study set trials = $2 where id = $1', [this.#id, trials]);
  }

  /** The study with all its trials, in the order of their numbers, and how many are left. */
  async look(): Promise<{ readonly study: Study; readonly left: Left }> {
    const look = await this.#mirror.look(this.#database);
    return { study: { version: 1, plan: this.plan, trials: [...look.trials] }, left: leftOf(look) };
  }

  /** The study with all its trials. */
  async read(): Promise<Study> {
    return (await this.look()).study;
  }

  /**
   * Asks for trials until so many wait, or the budget is used. The row of the study is locked: no two processes ask at
   * once. `wanted` is called after that, because a trial may start meanwhile.
   */
  async ask(wanted: () => number): Promise<void> {
    await this.#database.transaction(async (sql, db) => {
      const [row] = await sql.query('select id from couture.study where id = $1 for update', [this.#id]);
      if (row === undefined)
        throw new CoutureError('runtime', `The study ${inQuotes(this.plan.name)} was deleted while it ran.`);
      const look = await this.#mirror.look(sql);
      const trials = [...look.trials];
      let { waiting, unasked } = leftOf(look);
      for (; waiting < wanted() && unasked > 0; waiting++, unasked--) {
        const { number, values } = nextTrial(this.plan, trials);
        await sql.query(
          "insert into couture.trial (study_id, number, params, state) values ($1, $2, $3, 'waiting')",
          [this.#id, number, JSON.stringify(values)],
        );
        const nothing = { value: null, accuracy: null, loss: null, seconds: null, error: null, reports: [] };
        trials.push({ ...nothing, number, values, state: 'waiting', attempt: 0 });
        await sendJob(this.#database, { study: this.#id, number }, sql, db);
      }
    });
  }

  /** Queues a trial again that this worker gives back. Its tries are counted from 0 again. */
  async requeue(number: number, attempt: number): Promise<boolean> {
    const where = 'number = $2 and attempt = $3';
    return (await this.#requeue(`${where} and state = 'running'`, [number, attempt])) > 0;
  }

  /** Queues all trials again that have not ended, for the only owner of an embedded store. */
  async requeueAll(): Promise<number> {
    return await this.#requeue(`state in ('waiting', 'running')`, []);
  }

  /**
   * Queues trials again whose worker was a process of this machine and is gone, which is known at once. Those of other
   * machines are queued again when their heartbeat fails to come.
   */
  async reclaim(): Promise<number> {
    const rows = await this.#database.query(
      "select number, attempt, worker from couture.trial where study_id = $1 and state = 'running'",
      [this.#id],
    );
    let reclaimed = 0;
    for (const row of rows) {
      const { number, attempt, worker } = z
        .object({ number: z.number(), attempt: z.number(), worker: z.string().nullable() })
        .parse(row);
      const holder = holderSchema.safeParse(jsonOrNone(worker ?? '')).data;
      if (holder === undefined || mayRun(holder)) continue;
      if (await this.requeue(number, attempt)) reclaimed += 1;
    }
    return reclaimed;
  }

  /** Queues trials again that wait without a job: an earlier version let the database delete jobs that nobody took. */
  async resend(): Promise<number> {
    return await this.#requeue(
      `state = 'waiting' and not exists
        (select from pgboss.job where job.name = $2 and job.id = trial.job)`,
      [this.queues.queue],
    );
  }

  async #requeue(where: string, values: readonly unknown[]): Promise<number> {
    const { queue } = this.queues;
    return await this.#database.transaction(async (sql, db) => {
      const rows = await sql.query(
        `update couture.trial set state = 'waiting', worker = null, changed = pg_current_xact_id()
        where study_id = $1 and ${where} returning number, job`,
        [this.#id, ...values],
      );
      for (const row of rows) {
        const { number, job } = z.object({ number: z.number(), job: z.string().nullable() }).parse(row);
        if (job !== null) await this.#database.boss.deleteJob(queue, job, { db });
        await sendJob(this.#database, { study: this.#id, number }, sql, db);
      }
      return rows.length;
    });
  }

  /** Takes a trial for this process; undefined if it has ended or its job is an old one. */
  async claim(number: number, job: string): Promise<{ attempt: number; values: AnyValues } | undefined> {
    const { pid, host, started } = thisProcess();
    const [row] = await this.#database.query(
      `update couture.trial set state = 'running', attempt = attempt + 1, worker = $4,
        started_at = coalesce(started_at, clock_timestamp()), changed = pg_current_xact_id()
      where study_id = $1 and number = $2 and job = $3 and state in ('waiting', 'running') returning attempt, params`,
      [this.#id, number, job, JSON.stringify({ pid, host, started })],
    );
    if (row === undefined) return undefined;
    const { attempt, params } = z.object({ attempt: z.number(), params: z.string() }).parse(row);
    return { attempt, values: valuesSchema.parse(parseJson(params, this.#database.place)) };
  }

  /** A trial whose process died waits for the next try of its job. */
  async release(number: number, attempt: number): Promise<void> {
    await this.#database.query(
      `update couture.trial set state = 'waiting', worker = null, changed = pg_current_xact_id()
      where study_id = $1 and number = $2 and attempt = $3 and state = 'running'`,
      [this.#id, number, attempt],
    );
  }

  /** Records a value after an epoch; false if this attempt was given up. */
  async report(
    number: number,
    attempt: number,
    { step, value }: { step: number; value: number },
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `insert into couture.report (study_id, number, step, attempt, value)
        select study_id, number, $4::int, attempt, $5::float8 from couture.trial
        where study_id = $1 and number = $2 and attempt = $3 and state = 'running'
      on conflict (study_id, number, step) do update
        set attempt = excluded.attempt, value = excluded.value, changed = pg_current_xact_id()
      returning step`,
      [this.#id, number, attempt, step, value],
    );
    return rows.length > 0;
  }

  /** Ends a trial; false if this attempt was given up, and nothing was changed. */
  async finish(number: number, attempt: number, ending: Ending): Promise<boolean> {
    const { state, value = null, accuracy = null, loss = null, seconds = null, error = null } = ending;
    const rows = await this.#database.query(
      `update couture.trial set state = $4, value = $5, accuracy = $6, loss = $7, seconds = $8, error = $9,
        finished_at = clock_timestamp(), changed = pg_current_xact_id()
      where study_id = $1 and number = $2 and attempt = $3 and state = 'running' returning number`,
      [this.#id, number, attempt, state, value, accuracy, loss, seconds, error],
    );
    return rows.length > 0;
  }

  /** Fails a trial whose workers all died; false if the job is an old one, because the trial was queued again since. */
  async bury(number: number, job: string): Promise<boolean> {
    const rows = await this.#database.query(
      `update couture.trial set state = 'failed', error = $4, finished_at = clock_timestamp(),
        changed = pg_current_xact_id()
      where study_id = $1 and number = $2 and job = $3 and state in ('waiting', 'running') returning number`,
      [this.#id, number, job, `Its process ended ${RETRIES + 1} times without a result.`],
    );
    return rows.length > 0;
  }

  /** Keeps the study from being deleted until the returned function is called. */
  async hold(): Promise<() => Promise<void>> {
    return await this.#database.hold(this.#id);
  }

  /** Deletes the study with its trials and jobs; false if a process works on it, and nothing was changed. */
  async remove(): Promise<boolean> {
    const removed = await this.#database.transaction(async (sql) => {
      if (!(await lockStudy(sql, this.#id))) return false;
      await sql.query('delete from couture.study where id = $1', [this.#id]);
      return true;
    });
    if (removed) await dropQueues(this.#database, this.#id);
    return removed;
  }
}

function leftOf({ budget, trials }: Look): Left {
  const of = (wanted: string): number => trials.filter(({ state }) => state === wanted).length;
  const unasked = Math.max(0, budget - trials.length);
  return { waiting: of('waiting'), running: of('running'), unasked };
}
