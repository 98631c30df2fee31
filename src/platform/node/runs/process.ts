/**
 * Identifies the process that holds a lock, also against a later process with its number, and checks whether
 * it still runs.
 */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { isAlive, processFields } from '../files/alive.ts';

export const holderSchema = z.object({
  pid: z.int().min(1),
  host: z.string().max(1000),
  /**
   * When the process started, in the system's own unit: distinguishes a process from a later one with its
   * number.
   */
  started: z.string().max(100).nullable(),
  /** No two holders have the same one. Absent in locks of older versions. */
  token: z.string().max(100).optional(),
});
/** A process that holds something. */
export type Holder = z.infer<typeof holderSchema>;

/** This process as a holder. */
export function thisProcess(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid) ?? null,
    token: crypto.randomUUID(),
  };
}

/** Whether the holder may still run. For a process on another machine this is unknown. */
export function mayRun({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true;
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return started === null || now === undefined || now === started;
}

/** On Linux, the boot and the clock tick at which a process started; undefined elsewhere. */
function startOf(pid: number): string | undefined {
  const fields = processFields(pid);
  if (fields === undefined) return undefined;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
