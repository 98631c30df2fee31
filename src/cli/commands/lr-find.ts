/** `couture lr-find`: finds a learning rate. */

import type { Command } from 'commander';
import {
  HIGHEST_RATE,
  LEAST_STEPS,
  MOST_STEPS,
  type RateRange,
  STANDARD_RANGE,
} from '../../train/find-rate.ts';
import { adviseRate } from '../../train/rate-curve.ts';
import type { CliContext } from '../context.ts';
import {
  addEngineOptions,
  addJsonOption,
  type EngineFlags,
  positiveNumber,
  wholeNumber,
} from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFromFlags } from '../settings-flags.ts';
import { dataView } from '../ui/data.ts';
import { count } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { rateReport, rateText } from '../ui/rates.ts';

interface LrFindFlags extends ConfigFlags, EngineFlags, RateRange {
  readonly name?: string;
  readonly json?: true;
}

const { startRate, endRate, leastSteps, mostSteps } = STANDARD_RANGE;

const help = `
The command trains from new weights with the flags of couture train, while the
learning rate rises from step to step, until the loss rises too. It ignores
--learning-rate, --schedule, --warmup, --epochs, --average and --patience.
The result goes to runs/lr-find and replaces an earlier one of the same name:
lr-find.json, lr-find.svg and lr-find.png.

Examples:
  couture lr-find --recipe baseline
  couture lr-find --hidden 512,512 --norm batch --batch-size 256
  couture lr-find --optimizer sgd --end-rate 10 --name sgd`;

/** Adds the command to the program. */
export function registerLrFind(program: Command, context: CliContext): void {
  const command = program
    .command('lr-find')
    .description('Find a learning rate: a short training with a rising rate, a plot, and a suggested rate.');
  addConfigOptions(command, { shown: () => false })
    .option(
      '--start-rate <n>',
      `smallest rate (default: ${rateText(startRate)})`,
      positiveNumber('--start-rate', HIGHEST_RATE),
    )
    .option(
      '--end-rate <n>',
      `largest rate (default: ${rateText(endRate)})`,
      positiveNumber('--end-rate', HIGHEST_RATE),
    )
    .option(
      '--steps <n>',
      `number of steps (default: one epoch, but from ${leastSteps} to ${mostSteps} steps)`,
      wholeNumber('--steps', LEAST_STEPS, MOST_STEPS),
    )
    .option('--name <name>', 'name of the folder in runs/lr-find (default: as couture train names a run)');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (flags: LrFindFlags) => await runLrFind(flags, context));
}

async function runLrFind(flags: LrFindFlags, context: CliContext): Promise<void> {
  const config = await configFromFlags(flags, context);
  const { findRunRate } = await import('../../platform/node/runs.ts');
  const { startRate, endRate, steps, name, backend, threads } = flags;
  const { signal, env } = context;
  const { onData, end } = dataView(context);
  let progress: ReturnType<CliContext['progress']> | undefined;
  const found = await findRunRate(config, {
    ...{ startRate, endRate, steps, name, backend, threads },
    ...{ signal, env, onData },
    onStep: (done, total, rate) => {
      end();
      if (progress === undefined)
        context.err(`At most ${count(total)} steps while the learning rate rises; Ctrl-C stops early.`);
      progress ??= context.progress(total, 'raising the learning rate');
      progress.update(done, `${count(done)} of ${count(total)} steps, ${rateText(rate)}`);
    },
  }).finally(() => {
    end();
    progress?.done();
  });
  const { curve, path, figures } = found;
  if (!flags.json) return context.out(rateReport(found, context));
  const { recipe, settings } = config;
  printJson(context, 'lr-find', {
    ...{ recipe, seed: settings.seed, path, figures },
    suggested: curve.suggested ?? null,
    steepest: curve.steepest ?? null,
    advice: adviseRate(curve),
    curve,
  });
}
