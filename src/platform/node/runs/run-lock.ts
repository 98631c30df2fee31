/** One process at a time writes into a run folder: a file that names the process, taken over when that one is gone. */

import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { jsonOrNone } from '../../../core/json.ts';
import { errorCode, reason, writeFileAtomic } from '../files/files.ts';

const holderSchema = z.object({
  pid: z.int().min(1),
  host: z.string().max(1000),
  /** When the process started, in the system's own unit: tells a process from a later one with its number. */
  started: z.string().max(100).nullable(),
});
type Holder = z.infer<typeof holderSchema>;

/** How long a file may stay empty while its writer is between making and filling it. */
const FILL_MS = 300;

/**
 * Takes the lock of a run folder. Resolves to the function that gives it back.
 * @throws CoutureError of kind `runtime` when a live process holds it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const mine: Holder = { pid: process.pid, host: hostname(), started: processStart(process.pid) };
  if (!(await create(path, mine))) await takeOver(path, mine, folder);
  let held = true;
  return async () => {
    // Given back once: by the second time it may be another's.
    if (held) await rm(path, { force: true });
    held = false;
  };
}

/** False when the file is there already. */
async function create(path: string, content: Holder | string): Promise<boolean> {
  try {
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { flag: 'wx' });
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    throw new CoutureError('runtime', `Cannot write ${path}: ${reason(cause)}.`, { cause });
  }
}

/** Two processes may find the same stale lock: a second lock makes sure that only one replaces it. */
async function takeOver(path: string, mine: Holder, folder: string): Promise<void> {
  await refuseIfHeld(path, folder);
  const guard = `${path}.takeover`;
  if (!(await create(guard, String(process.pid)))) {
    throw new CoutureError('runtime', `Another process is just taking over ${folder}.`, {
      hint: `If that is not so, delete ${guard} and try again.`,
    });
  }
  try {
    await refuseIfHeld(path, folder);
    await writeFileAtomic(path, JSON.stringify(mine));
  } finally {
    await rm(guard, { force: true });
  }
}

async function refuseIfHeld(path: string, folder: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined) return;
  const elsewhere = holder.host !== hostname();
  if (!elsewhere && !isAlive(holder)) return;
  throw new CoutureError(
    'runtime',
    `${folder} is in use by process ${holder.pid}${elsewhere ? ` on ${holder.host}` : ''}.`,
    {
      hint: elsewhere
        ? `If that process is gone, delete ${path} and try again.`
        : 'Wait for it, stop it, or start a run of another name.',
    },
  );
}

/** The process named in a lock; undefined when there is no lock or it was never filled. */
async function readHolder(path: string): Promise<Holder | undefined> {
  for (let waited = 0; ; waited += 50) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = holderSchema.safeParse(jsonOrNone(text));
    if (parsed.success) return parsed.data;
    if (waited >= FILL_MS) return undefined;
    await wait(50);
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const now = processStart(pid);
  return started === null || now === null || now === started;
}

/** On Linux, the boot and the clock tick at which a process started; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${fields[19]}`;
  } catch {
    return null;
  }
}
