/** `couture reproduce`: a run repeated from its config, and its weights compared bit for bit. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { paint } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';
import { watch } from '../ui/train-watched.ts';

interface ReproduceFlags extends EngineFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture reproduce baseline-seed1
  couture reproduce baseline-seed1 --threads 1 --json`;

/** Adds the command to the program. */
export function registerReproduce(program: Command, context: CliContext): void {
  const command = program
    .command('reproduce')
    .description(
      'Repeat a finished run from its config.json and certify that its weights come out bit for bit.',
    )
    .argument('<run>', 'path of a run, or its name under runs/train');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (path: string, flags: ReproduceFlags) => await runReproduce(path, flags, context));
}

async function runReproduce(path: string, flags: ReproduceFlags, context: CliContext): Promise<void> {
  const { openRun } = await import('../../platform/node/runs.ts');
  const run = await openRun(path);
  const { reproduceRun } = await import('../../platform/node/runs.ts');
  const { backend, threads } = flags;
  const result = await watch({ backend, threads }, context, (options) => reproduceRun(run, options));
  const { reproduced, expected, found } = result;
  if (flags.json) printJson(context, 'reproduce', { run: run.path, ...result });
  else {
    const verdict = reproduced
      ? paint(context.color, ['bold', 'green'], 'reproduced: the same bits')
      : paint(context.color, ['bold', 'red'], 'not reproduced: the weights differ');
    context.out(`${run.path} ${verdict}`);
    context.out(
      table(
        ['', 'best weights, sha256', 'last weights, sha256'],
        [
          ['then', expected.weightsSha256, expected.lastSha256],
          ['now', found.weightsSha256, found.lastSha256],
        ],
      ),
    );
  }
  if (!reproduced) {
    throw new CoutureError('runtime', `${run.path} could not be reproduced.`, {
      hint: run.config.settings.fast
        ? 'It was trained with --fast, whose bits are those of its machine; env.json tells which that was.'
        : 'Its env.json tells which version of Couture and which backend made it.',
    });
  }
}
