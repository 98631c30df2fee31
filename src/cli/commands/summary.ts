/** `couture summary`: layers, parameters, memory and arithmetic of a network. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { summarize } from '../../model/summary.ts';
import { networkSettings, type RunConfig } from '../../train/settings.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFlagsGiven, configFromFlags } from '../settings-flags.ts';
import { bytes, count } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';

interface SummaryFlags extends ConfigFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture summary --recipe deeper
  couture summary --hidden 512,256
  couture summary --hidden 512,256 --norm batch --activation gelu
  couture summary baseline-seed1`;

/** Adds the command to the program. */
export function registerSummary(program: Command, context: CliContext): void {
  const command = program
    .command('summary')
    .description('Layers, shapes, parameters, memory and arithmetic of a network.')
    .argument('[run]', 'path of a run, or its name under runs/train; otherwise the flags define the network');
  addJsonOption(addConfigOptions(command, { keys: networkSettings }))
    .addHelpText('after', help)
    .action(async (run: string | undefined, flags: SummaryFlags) => await runSummary(run, flags, context));
}

async function runSummary(run: string | undefined, flags: SummaryFlags, context: CliContext): Promise<void> {
  const { model, recipe } = await chooseConfig(run, flags, context);
  const summary = summarize(model);
  if (flags.json) {
    printJson(context, 'summary', { recipe, model, ...summary });
    return;
  }
  const right = 'right' as const;
  context.out(
    table(
      ['layer', 'type', '', 'outputs', 'parameters', 'multiply-adds'],
      summary.layers.map((layer) => [
        layer.name,
        layer.type,
        layer.detail,
        count(layer.outputs),
        layer.parameters > 0 ? count(layer.parameters) : '',
        layer.macs > 0 ? count(layer.macs) : '',
      ]),
      ['left', 'left', 'left', right, right, right],
    ),
  );
  context.out(
    [
      '',
      `${count(summary.parameters)} parameters, ${bytes(summary.weightBytes)}; ${bytes(summary.trainingBytes)} while training with Adam`,
      `${count(summary.macsPerImage)} multiply-adds to classify an image, ${count(summary.trainingMacsPerImage)} to train on an image`,
    ].join('\n'),
  );
}

async function chooseConfig(
  run: string | undefined,
  flags: SummaryFlags,
  context: CliContext,
): Promise<RunConfig> {
  if (run === undefined) return await configFromFlags(flags, context);
  const given = configFlagsGiven(flags);
  if (given.length > 0)
    throw new CoutureError(
      'usage',
      `A run has its own config; leave out ${given.join(', ')}, or leave out the run.`,
    );
  const { openRun } = await import('../../platform/node/runs.ts');
  return (await openRun(run)).config;
}
