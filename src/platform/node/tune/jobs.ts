/** The jobs of a study: one for each time that a trial is queued, in a queue of the study. */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BossDb, Database, Sql } from './database.ts';

/** Attempts of a trial after the first: a worker may die, but a trial that kills workers must end. */
export const RETRIES = 3;

/** Ten years. pg-boss would delete a job after 14 days in which no worker took it, and its trial would wait for ever. */
const RETENTION = { retentionSeconds: 10 * 365 * 24 * 3600 };

/** A dead letter has the payload of its job, so the id of the job is in the payload. */
export const jobSchema = z.object({ study: z.number(), number: z.number(), job: z.uuid() });

/** The names of the queue of a study, and of the queue of its dead letters. */
export function queuesOf(study: number): { readonly queue: string; readonly dead: string } {
  return { queue: `couture-tune-${study}`, dead: `couture-tune-${study}-dead` };
}

/** Makes the queues of a study, which exist once. An earlier version made them with another retention. */
export async function makeQueues({ boss, patiently }: Database, study: number): Promise<void> {
  const { queue, dead } = queuesOf(study);
  await patiently(async () => await boss.createQueue(dead, RETENTION));
  await patiently(
    async () =>
      await boss.createQueue(queue, {
        retryLimit: RETRIES,
        retryDelay: 0,
        heartbeatSeconds: 30,
        // A trial ends by its own limits; this is only a bound.
        expireInSeconds: 23 * 3600,
        deadLetter: dead,
        ...RETENTION,
      }),
  );
  for (const name of [queue, dead]) await patiently(async () => await boss.updateQueue(name, RETENTION));
}

/** Deletes the queues of a study with all their jobs. The queue names the one of its dead letters, so it goes first. */
export async function dropQueues({ boss, patiently }: Database, study: number): Promise<void> {
  const { queue, dead } = queuesOf(study);
  for (const name of [queue, dead]) await patiently(async () => await boss.deleteQueue(name));
}

/**
 * Puts the job of a trial into the queue, in the transaction that changes the trial. Each time it is queued it has
 * another id, so an old job claims nothing.
 */
export async function sendJob(
  { boss }: Database,
  { study, number }: { readonly study: number; readonly number: number },
  sql: Sql,
  db: BossDb,
): Promise<void> {
  const [row] = await sql.query(
    `update couture.trial set queued = queued + 1, changed = pg_current_xact_id()
    where study_id = $1 and number = $2 returning queued`,
    [study, number],
  );
  const { queued } = z.object({ queued: z.number() }).parse(row);
  const job = uuidOf(`${study}:${number}:${queued}`);
  await sql.query('update couture.trial set job = $3 where study_id = $1 and number = $2', [
    study,
    number,
    job,
  ]);
  await boss.send(queuesOf(study).queue, { study, number, job }, { id: job, db });
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
