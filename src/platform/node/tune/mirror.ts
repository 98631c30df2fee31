/**
 * A copy of a study's trials in memory. A look reads only what has changed since the last one, so a worker can look often,
 * also in a study of thousands of trials.
 *
 * Every write stores the number of its transaction. A look first asks for the lowest number that is still being written,
 * and the next look reads the rows from that number on. So no row is missed, however long its transaction takes; some are
 * read twice. In a database that was restored on another server, `StudyStore.prepare` resets the numbers first.
 */

import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { parseJson } from '../../../core/json.ts';
import { valuesSchema } from '../../../study/schema.ts';
import { type StoredTrial, storedStates } from '../../../study/study.ts';
import type { Database, Sql } from './database.ts';

const version = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));

const studyRow = z.object({ trials: z.number(), seen: version });
const reportRow = z.object({ number: z.number(), step: z.number(), value: z.number(), changed: version });
const trialRow = z.object({
  number: z.number(),
  params: z.string(),
  state: z.enum(storedStates),
  attempt: z.number(),
  value: z.number().nullable(),
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
  changed: version,
});

/** What a look found. */
export interface Look {
  /** The number of trials of the study. */
  readonly budget: number;
  /** In the order of their numbers. */
  readonly trials: readonly StoredTrial[];
}

interface Entry {
  readonly changed: bigint;
  readonly trial: Omit<StoredTrial, 'reports'>;
}

interface Report {
  readonly changed: bigint;
  readonly step: number;
  readonly value: number;
}

/** The copy. */
export class StudyMirror {
  readonly #study: number;
  readonly #place: string;
  readonly #entries = new Map<number, Entry>();
  readonly #reports = new Map<number, Report[]>();
  #seen = 0n;

  constructor({ place }: Pick<Database, 'place'>, study: number) {
    this.#place = place;
    this.#study = study;
  }

  /**
   * Reads what has changed. In a transaction, only before its first write: a write that is undone must not be copied.
   * @throws CoutureError of kind `runtime` when the study was deleted
   */
  async look(sql: Sql): Promise<Look> {
    const [row] = await sql.query(
      'select trials, pg_snapshot_xmin(pg_current_snapshot())::text as seen from couture.study where id = $1',
      [this.#study],
    );
    if (row === undefined) throw new CoutureError('runtime', 'The study was deleted while it ran.');
    const { trials: budget, seen } = studyRow.parse(row);
    const since = [this.#study, String(this.#seen)];
    // Trials before reports: a report belongs to a trial.
    const trials = await sql.query(
      `select number, params, state, attempt, value, accuracy, loss, seconds, error, changed::text
      from couture.trial where study_id = $1 and changed >= $2::xid8`,
      since,
    );
    const reports = await sql.query(
      'select number, step, value, changed::text from couture.report where study_id = $1 and changed >= $2::xid8',
      since,
    );
    for (const each of trials) this.#takeTrial(each);
    for (const each of reports) this.#takeReport(each);
    if (seen > this.#seen) this.#seen = seen;
    return { budget, trials: this.#all() };
  }

  /** Of two looks at once, the earlier may end later, so older rows change nothing. */
  #takeTrial(row: unknown): void {
    const { params, changed, ...rest } = trialRow.parse(row);
    const known = this.#entries.get(rest.number);
    if (known !== undefined && known.changed > changed) return;
    const values = known?.trial.values ?? valuesSchema.parse(parseJson(params, this.#place));
    this.#entries.set(rest.number, { changed, trial: { ...rest, values } });
  }

  #takeReport(row: unknown): void {
    const { number, ...report } = reportRow.parse(row);
    const all = this.#reports.get(number) ?? [];
    const at = all.findIndex(({ step }) => step >= report.step);
    if (at < 0) all.push(report);
    else if (all[at].step !== report.step) all.splice(at, 0, report);
    else if (all[at].changed <= report.changed) all[at] = report;
    this.#reports.set(number, all);
  }

  #all(): StoredTrial[] {
    return [...this.#entries.values()]
      .map(({ trial }) => ({
        ...trial,
        reports: (this.#reports.get(trial.number) ?? []).map(({ step, value }) => ({ step, value })),
      }))
      .sort((a, b) => a.number - b.number);
  }
}
