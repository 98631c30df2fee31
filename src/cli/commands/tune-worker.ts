/** `couture tune worker`: joins a study of a PostgreSQL database. A worker may come, go or die at any time. */

import type { Command } from 'commander';
import { MAX_THREADS } from '../../engine/threads.ts';
import type { CliContext } from '../context.ts';
import { wholeNumber } from '../options.ts';
import { studyReport } from '../ui/study.ts';
import { type MachineFlags, machineUse } from './tune-machine.ts';

/** Adds the command below `tune`. */
export function registerTuneWorker(tune: Command, context: CliContext): void {
  tune
    .command('worker')
    .description('work on a study in the PostgreSQL database of DATABASE_URL')
    .argument('<name>', 'the study')
    .option(
      '--parallel <n>',
      'trials at once (default: the number of cores)',
      wholeNumber('--parallel', 1, 256),
    )
    .option('--threads <n>', 'threads of each trial', wholeNumber('--threads', 1, MAX_THREADS))
    .action(async (name: string, flags: MachineFlags) => {
      const { joinStudy } = await import('./tune-run.ts');
      context.out(studyReport(await joinStudy(name, { ...machineUse(flags), context })));
    });
}
