/** Whether somebody still works on what carries a process's number. */

import { errorCode } from './files.ts';

/** Whether a process of this machine is running. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return errorCode(error) === 'EPERM';
  }
}
