/** Whether a process of this machine is running. */

import { errorCode } from './system-errors.ts';

/** @param pid its number, which may since have been given to another process */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errorCode(error) === 'EPERM';
  }
}
