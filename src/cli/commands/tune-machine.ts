/** How many trials and threads a study gets of this machine. */

import { availableParallelism } from 'node:os';

/** Flags of `tune` and of its workers. */
export interface MachineFlags {
  /** Trials at once. */
  readonly parallel?: number;
  /** Threads of each trial. */
  readonly threads?: number;
}

/** Trials at once, and threads of each: one thread a trial uses the cores best, because nothing waits for another thread. */
export function machineUse({ parallel, threads }: MachineFlags): Required<MachineFlags> {
  const cores = availableParallelism();
  const trialsAtOnce = parallel ?? Math.max(1, Math.floor(cores / (threads ?? 1)));
  return { parallel: trialsAtOnce, threads: threads ?? Math.max(1, Math.floor(cores / trialsAtOnce)) };
}
