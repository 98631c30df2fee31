/** Whether a process of this machine is running. */

import { readFileSync } from 'node:fs';
import { errorCode } from './system-errors.ts';

/**
 * A process that has ended but was not waited for (a zombie) does not count.
 * @param pid its number, which may since have been given to another process
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is running and belongs to another user.
    if (errorCode(error) !== 'EPERM') return false;
  }
  return !['Z', 'X'].includes(processFields(pid)?.[0] ?? '');
}

/** On Linux, what the system says of a process, from its state on; undefined elsewhere. */
export function processFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything: count from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
