/**
 * A study in a database. A trial and its job are made in one transaction. A worker claims a trial and gets a new attempt
 * number, and every later write names it: a late write of a worker that was given up changes nothing.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { parseJson } from '../../../core/json.ts';
import { inQuotes } from '../../../core/printable.ts';
import { planModel } from '../../../model/plan.ts';
import { samplers } from '../../../search/samplers/index.ts';
import type { AnyValues } from '../../../search/space.ts';
import {
  configOf,
  directionOf,
  type StoredTrial,
  type Study,
  type StudyPlan,
  searchTrials,
  spaceOf,
  storedStates,
  studyPlanSchema,
} from '../../../study/study.ts';
import type { Database, Sql } from './database.ts';

/** The payload of a job. */
export const jobSchema = z.object({ study: z.number(), number: z.number() });

/** Trials in a row that break a constraint before the search gives up. */
const MOST_INFEASIBLE = 1000;

/** Attempts of a trial after the first: a worker may die, but a trial that kills workers must end. */
export const RETRIES = 3;

const studyRow = z.object({ id: z.number(), plan: z.string(), trials: z.number() });
const reportRow = z.object({ number: z.number(), step: z.number(), value: z.number() });
const trialRow = z.object({
  number: z.number(),
  params: z.string(),
  state: z.enum(storedStates),
  counts: z.boolean(),
  attempt: z.number(),
  value: z.number().nullable(),
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
});
const valuesSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number()).readonly()]),
);

/** How a trial ended. */
export interface Ending {
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly value?: number | undefined;
  readonly accuracy?: number | undefined;
  readonly loss?: number | undefined;
  readonly seconds?: number | undefined;
  readonly error?: string | undefined;
}

/** A study of a database. */
export class StudyStore {
  readonly #database: Database;
  readonly #id: number;
  readonly plan: StudyPlan;
  /** Name of the queue of this study. */
  readonly queue: string;

  private constructor(database: Database, id: number, plan: StudyPlan) {
    this.#database = database;
    this.#id = id;
    this.plan = plan;
    this.queue = `couture-tune-${id}`;
  }

  /** Opens a study by its name; undefined if there is none. */
  static async find(database: Database, name: string): Promise<StudyStore | undefined> {
    const [row] = await database.query('select id, plan, trials from couture.study where name = $1', [name]);
    if (row === undefined) return undefined;
    const { id, plan } = studyRow.parse(row);
    return new StudyStore(database, id, studyPlanSchema.parse(parseJson(plan, database.place)));
  }

  /** Creates a study with its queue, or opens the one of that name. */
  static async create(database: Database, plan: StudyPlan, trials: number): Promise<StudyStore> {
    await database.query(
      'insert into couture.study (name, plan, trials) values ($1, $2, $3) on conflict (name) do nothing',
      [plan.name, JSON.stringify(plan), trials],
    );
    const store = await StudyStore.find(database, plan.name);
    if (store === undefined)
      throw new CoutureError('runtime', `The study ${inQuotes(plan.name)} was deleted.`);
    return store;
  }

  /** Makes the queues, which exist once. */
  async prepare(): Promise<void> {
    const { boss, patiently } = this.#database;
    await patiently(async () => await boss.createQueue(`${this.queue}-dead`));
    await patiently(
      async () =>
        await boss.createQueue(this.queue, {
          retryLimit: RETRIES,
          retryDelay: 0,
          heartbeatSeconds: 30,
          // A trial ends by its own limits; this is only a bound.
          expireInSeconds: 23 * 3600,
          deadLetter: `${this.queue}-dead`,
        }),
    );
  }

  /** Changes how many trials the study has. */
  async setBudget(trials: number): Promise<void> {
    await this.#database.query('update couture.study set trials = $2 where id = $1', [this.#id, trials]);
  }

  /** The study with all its trials, in the order of their numbers. */
  async read(sql: Sql = this.#database): Promise<Study> {
    return {
      version: 1,
      plan: this.plan,
      trials: (await this.#trials(sql)).map(({ counts: _, ...trial }) => trial),
    };
  }

  async #trials(sql: Sql): Promise<(StoredTrial & { readonly counts: boolean })[]> {
    const reports = new Map<number, { step: number; value: number }[]>();
    const rows = await sql.query(
      'select number, step, value from couture.report where study_id = $1 order by number, step',
      [this.#id],
    );
    for (const row of rows) {
      const { number, step, value } = reportRow.parse(row);
      reports.set(number, [...(reports.get(number) ?? []), { step, value }]);
    }
    const trials = await sql.query('select * from couture.trial where study_id = $1 order by number', [
      this.#id,
    ]);
    return trials.map((row) => {
      const { params, ...trial } = trialRow.parse(row);
      const values = valuesSchema.parse(parseJson(params, this.#database.place));
      return { ...trial, values, reports: reports.get(trial.number) ?? [] };
    });
  }

  /** Trials that are still to do: not started, running, and not asked for yet. */
  async left(): Promise<{ readonly waiting: number; readonly running: number; readonly unasked: number }> {
    const [row] = await this.#database.query(
      `select s.trials,
        count(*) filter (where t.counts)::int as asked,
        count(*) filter (where t.state = 'waiting')::int as waiting,
        count(*) filter (where t.state = 'running')::int as running
      from couture.study s left join couture.trial t on t.study_id = s.id where s.id = $1 group by s.trials`,
      [this.#id],
    );
    const counts = z
      .object({ trials: z.number(), asked: z.number(), waiting: z.number(), running: z.number() })
      .parse(row);
    const { waiting, running } = counts;
    return { waiting, running, unasked: Math.max(0, counts.trials - counts.asked) };
  }

  /** Asks for trials until so many wait, or the budget is used. The row of the study is locked: no two processes ask at once. */
  async ask(wanted: number): Promise<void> {
    await this.#database.transaction(async (sql, db) => {
      const [row] = await sql.query('select id, plan, trials from couture.study where id = $1 for update', [
        this.#id,
      ]);
      if (row === undefined)
        throw new CoutureError('runtime', `The study ${inQuotes(this.plan.name)} was deleted while it ran.`);
      const { trials: budget } = studyRow.parse(row);
      const trials = await this.#trials(sql);
      let asked = trials.filter(({ counts }) => counts).length;
      let waiting = trials.filter(({ state }) => state === 'waiting').length;
      for (let infeasible = 0; waiting < wanted && asked < budget; ) {
        const number = trials.length;
        const values = this.#sample(number, trials);
        const error = this.#misfit(values);
        const state = error === undefined ? 'waiting' : 'failed';
        await sql.query(
          'insert into couture.trial (study_id, number, params, state, counts, error) values ($1, $2, $3, $4, $5, $6)',
          [this.#id, number, JSON.stringify(values), state, error === undefined, error ?? null],
        );
        const nothing = { value: null, accuracy: null, loss: null, seconds: null };
        const counts = error === undefined;
        trials.push({
          ...nothing,
          number,
          values,
          state,
          counts,
          attempt: 0,
          error: error ?? null,
          reports: [],
        });
        if (error === undefined) {
          await this.#send(number, sql, db);
          waiting += 1;
          asked += 1;
        } else if (++infeasible >= MOST_INFEASIBLE) {
          throw new CoutureError('usage', `${MOST_INFEASIBLE} trials in a row were not possible: ${error}`, {
            hint: 'Raise --max-bytes, or search smaller networks.',
          });
        }
      }
    });
  }

  #sample(number: number, trials: readonly StoredTrial[]): AnyValues {
    const { plan } = this;
    return samplers[plan.sampler]({
      space: spaceOf(plan),
      direction: directionOf(plan),
      seed: plan.seed,
      number,
      trials: searchTrials(trials),
    });
  }

  /** Why a trial cannot be, known before training. */
  #misfit(values: AnyValues): string | undefined {
    const { maxBytes } = this.plan;
    try {
      const { model } = configOf(this.plan, valuesSchema.parse(values));
      const bytes =
        4 * planModel(model).parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      if (maxBytes !== null && bytes > maxBytes)
        return `The weights have ${bytes} bytes, more than --max-bytes ${maxBytes}.`;
      return undefined;
    } catch (error) {
      if (error instanceof CoutureError) return error.message;
      throw error;
    }
  }

  /** Puts the job of a trial into the queue. Each time it is queued it has another id, so an old job claims nothing. */
  async #send(
    number: number,
    sql: Sql,
    db: Parameters<Parameters<Database['transaction']>[0]>[1],
  ): Promise<void> {
    const [row] = await sql.query(
      'update couture.trial set queued = queued + 1 where study_id = $1 and number = $2 returning queued',
      [this.#id, number],
    );
    const { queued } = z.object({ queued: z.number() }).parse(row);
    const job = uuidOf(`${this.plan.name}:${number}:${queued}`);
    await sql.query('update couture.trial set job = $3 where study_id = $1 and number = $2', [
      this.#id,
      number,
      job,
    ]);
    await this.#database.boss.send(this.queue, { study: this.#id, number }, { id: job, db });
  }

  /** Queues trials again: all that run, for the only owner of an embedded store, or one that this worker gives back. */
  async requeue(only?: { readonly number: number; readonly attempt: number }): Promise<number> {
    return await this.#database.transaction(async (sql, db) => {
      const rows = await sql.query(
        `update couture.trial set state = 'waiting', worker = null where study_id = $1
          and (state = 'running' or (state = 'waiting' and $2::int is null))
          and ($2::int is null or (number = $2 and attempt = $3)) returning number, job`,
        [this.#id, only?.number ?? null, only?.attempt ?? null],
      );
      for (const row of rows) {
        const { number, job } = z.object({ number: z.number(), job: z.string().nullable() }).parse(row);
        if (job !== null) await this.#database.boss.deleteJob(this.queue, job, { db });
        await this.#send(number, sql, db);
      }
      return rows.length;
    });
  }

  /** Takes a trial for a worker; undefined if it has ended or its job is an old one. */
  async claim(
    number: number,
    job: string,
    worker: string,
  ): Promise<{ attempt: number; values: AnyValues } | undefined> {
    const [row] = await this.#database.query(
      `update couture.trial set state = 'running', attempt = attempt + 1, worker = $4,
        started_at = coalesce(started_at, clock_timestamp())
      where study_id = $1 and number = $2 and job = $3 and state in ('waiting', 'running') returning attempt, params`,
      [this.#id, number, job, worker],
    );
    if (row === undefined) return undefined;
    const { attempt, params } = z.object({ attempt: z.number(), params: z.string() }).parse(row);
    return { attempt, values: valuesSchema.parse(parseJson(params, this.#database.place)) };
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
      on conflict (study_id, number, step) do update set attempt = excluded.attempt, value = excluded.value
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
        finished_at = clock_timestamp()
      where study_id = $1 and number = $2 and attempt = $3 and state = 'running' returning number`,
      [this.#id, number, attempt, state, value, accuracy, loss, seconds, error],
    );
    return rows.length > 0;
  }

  /** Fails a trial whose workers all died. */
  async bury(number: number): Promise<void> {
    await this.#database.query(
      `update couture.trial set state = 'failed', error = $3, finished_at = clock_timestamp()
      where study_id = $1 and number = $2 and state in ('waiting', 'running')`,
      [this.#id, number, `Its process ended ${RETRIES + 1} times without a result.`],
    );
  }
}

/** A UUID of version 5 in a namespace of its own (RFC 9562). */
function uuidOf(name: string): string {
  const digest = createHash('sha1').update('couture tune\n').update(name).digest();
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
