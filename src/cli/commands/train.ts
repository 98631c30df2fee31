/** `couture train`: a network into a run folder, or a run resumed. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { TrainRunOptions } from '../../runs/experiment.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addFromOption, addJsonOption, type EngineFlags } from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFlagsGiven, configFromFlags } from '../settings-flags.ts';
import { printJson } from '../ui/json.ts';
import { runReport } from '../ui/report.ts';
import { trainWatched } from '../ui/train-watched.ts';

interface TrainFlags extends ConfigFlags, EngineFlags {
  readonly name?: string;
  readonly resume?: string;
  readonly from?: string;
  readonly json?: true;
}

const help = `
Flags go over --config, that over --recipe, that over the defaults.
Ctrl-C saves a checkpoint and prints the command that goes on.

Examples:
  couture train --recipe baseline --seed 1
  couture train --recipe deeper --epochs 5 --name short
  couture train --hidden 256,128 --dropout 0.3,0.3 --patience 3
  couture train --resume baseline-seed1`;

/** Adds the command to the program. */
export function registerTrain(program: Command, context: CliContext): void {
  const command = program
    .command('train')
    .description('Train a network into a run folder and evaluate it on the test split, or resume a run.');
  addConfigOptions(command)
    .option('--name <name>', 'name of the run folder (default: recipe and seed)')
    .option('--resume <run>', 'go on with a run, bit for bit as if it had never stopped');
  addJsonOption(addEngineOptions(addFromOption(command)))
    .addHelpText('after', help)
    .action(async (flags: TrainFlags) => await runTrain(flags, context));
}

async function runTrain(flags: TrainFlags, context: CliContext): Promise<void> {
  const request =
    flags.resume === undefined ? await freshRun(flags) : await resumedRun(flags, flags.resume, context);
  const { from, backend, threads } = flags;
  const { run, metrics } = await trainWatched({ ...request, from, backend, threads }, context);
  if (flags.json) {
    const { recipe, settings } = run.config;
    const { version, ...figures } = metrics;
    printJson(context, 'train', { run: run.path, recipe, seed: settings.seed, ...figures });
  } else {
    context.out(runReport(run, metrics, context));
  }
}

async function freshRun(flags: TrainFlags): Promise<TrainRunOptions> {
  if (flags.name !== undefined) {
    const { checkNewRun } = await import('../../platform/node/runs.ts');
    await checkNewRun(flags.name);
  }
  return { config: await configFromFlags(flags), name: flags.name };
}

async function resumedRun(flags: TrainFlags, path: string, context: CliContext): Promise<TrainRunOptions> {
  const given = configFlagsGiven(flags);
  if (flags.name !== undefined) given.push('--name');
  if (given.length > 0) {
    throw new CoutureError(
      'usage',
      `--resume goes on with the run's own config; leave out ${given.join(', ')}.`,
    );
  }
  const { openRun } = await import('../../platform/node/runs.ts');
  const run = await openRun(path);
  if ((await run.metrics()) !== undefined)
    context.err(`${run.name} was finished before; nothing is trained.`);
  return { resume: run };
}
