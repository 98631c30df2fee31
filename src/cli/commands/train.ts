/** `couture train`: trains a network into a run folder, or resumes a run. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { TrainRunOptions } from '../../runs/experiment.ts';
import type { Run } from '../../runs/run.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFlagsGiven, configFromFlags } from '../settings-flags.ts';
import { inspectView } from '../ui/inspecting.ts';
import { printJson } from '../ui/json.ts';
import { nextCommands, runReport } from '../ui/report.ts';
import { trainWatched } from '../ui/train-watched.ts';

interface TrainFlags extends ConfigFlags, EngineFlags {
  readonly name?: string;
  readonly resume?: string;
  readonly fromStudy?: string;
  readonly overwrite?: true;
  readonly report?: boolean;
  readonly json?: true;
}

const help = `
A path is short for --data: a folder of class folders, a ZIP or tar of one, a
CSV file, IDX or NPZ files.
Flags override --config, --config overrides --recipe, and --recipe overrides
the defaults.
Ctrl-C saves a checkpoint and prints the command that continues.
A run stays on the CPU or GPU that it started on. Only the CPU guarantees the
same bits: --backend cpu.

Examples:
  couture train photos/
  couture train --recipe baseline --seed 1
  couture train --recipe deeper --epochs 5 --name short
  couture train --hidden 256,128 --dropout 0.3,0.3 --patience 3
  couture train --data photos/ --init-from net.safetensors --epochs 5
  couture train --resume baseline-seed1
  couture train --resume short --epochs 10`;

/** Adds the command to the program. */
export function registerTrain(program: Command, context: CliContext): void {
  const command = program
    .command('train')
    .description('Train a network into a run folder and evaluate it on the test split, or resume a run.')
    .argument('[path]', 'your own pictures, like --data');
  addConfigOptions(command)
    .option(
      '--init-from <model>',
      'start with the weights of a run, a model file or a shipped model; other classes get a new last layer',
    )
    .option(
      '--name <name>',
      'name of the run folder (default: the recipe, the name of your own data set, or custom; and the seed)',
    )
    .option('--resume <run>', 'continue a run, bit for bit as if it had never stopped; --epochs extends it')
    .option('--from-study <name>', 'train the best trial of a study over three seeds, and report it')
    .option('--overwrite', 'replace an existing run of that name')
    .option('--report', 'write a report at the end (default: for your own data)')
    .option('--no-report', 'do not write a report');
  addJsonOption(addEngineOptions(command, 'measured'))
    .addHelpText('after', help)
    .action(
      async (path: string | undefined, flags: TrainFlags) => await runTrain(withPath(path, flags), context),
    );
}

/** @throws CoutureError of kind `usage` when the data set is given twice */
function withPath(path: string | undefined, flags: TrainFlags): TrainFlags {
  if (path === undefined) return flags;
  if (flags.data !== undefined)
    throw new CoutureError('usage', `Give a path or --data, not both: ${path} and ${flags.data}.`);
  return { ...flags, data: path };
}

async function runTrain(flags: TrainFlags, context: CliContext): Promise<void> {
  if (flags.fromStudy !== undefined) {
    const { refuseBesideStudy, trainFromStudy } = await import('./train-from-study.ts');
    const given = configFlagsGiven(flags);
    for (const [key, flag] of [
      ['resume', '--resume'],
      ['name', '--name'],
      ['overwrite', '--overwrite'],
      ['backend', '--backend'],
    ] as const)
      if (flags[key] !== undefined) given.push(flag);
    refuseBesideStudy(given);
    await trainFromStudy(flags.fromStudy, flags, context);
    return;
  }
  const request =
    flags.resume === undefined
      ? await freshRun(flags, context)
      : await resumedRun(flags, flags.resume, context);
  const { backend, threads } = flags;
  const { run, metrics } = await trainWatched({ ...request, backend, threads }, context);
  const isOwn = run.config.data.origin.kind === 'import';
  const wantsReport = flags.report ?? (isOwn && flags.json === undefined);
  const report = wantsReport ? await writeReport(run, flags, context) : undefined;
  if (flags.json) {
    const { recipe, settings } = run.config;
    const { version, ...figures } = metrics;
    printJson(context, 'train', {
      ...{ run: run.path, recipe, seed: settings.seed, ...figures },
      ...(report !== undefined && { report }),
    });
  } else {
    context.out(runReport(run, metrics, context));
    context.out(nextCommands(run, report));
  }
}

/** The report without UMAP, which takes the longest. */
async function writeReport(run: Run, { threads }: TrainFlags, context: CliContext): Promise<string> {
  const { reportRuns } = await import('../../platform/node/reports.ts');
  const { end, ...watched } = inspectView(context, 1);
  try {
    const { path } = await reportRuns([run], { backend: 'cpu', threads, show: { umap: false }, ...watched });
    return path;
  } finally {
    end();
  }
}

async function freshRun(flags: TrainFlags, context: CliContext): Promise<TrainRunOptions> {
  const { name, overwrite = false } = flags;
  if (overwrite && name === undefined) {
    throw new CoutureError('usage', '--overwrite needs the name of the run to replace.', {
      hint: 'Add --name: a run without a name gets a new number if its name exists.',
    });
  }
  if (name !== undefined && !overwrite) {
    const { checkNewRun } = await import('../../platform/node/runs.ts');
    await checkNewRun(name);
  }
  return { config: await configFromFlags(flags, context), name, overwrite };
}

async function resumedRun(flags: TrainFlags, path: string, context: CliContext): Promise<TrainRunOptions> {
  const { epochs } = flags;
  const given = configFlagsGiven(flags).filter((flag) => flag !== '--epochs');
  if (flags.name !== undefined) given.push('--name');
  if (flags.overwrite) given.push('--overwrite');
  if (given.length > 0) {
    throw new CoutureError('usage', `--resume uses the config of the run; leave out ${given.join(', ')}.`);
  }
  const { openRun } = await import('../../platform/node/runs.ts');
  const run = await openRun(path);
  const goesFurther = epochs !== undefined && epochs !== run.config.settings.epochs;
  if (!goesFurther && (await run.metrics()) !== undefined)
    context.err(`${run.name} is already finished, so nothing is trained.`);
  return { resume: run, epochs };
}
