/** `couture reproduce`: repeats a run from its config and compares the weights bit for bit. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { Reproduction } from '../../runs/reproduce.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { paint, percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';
import { watch } from '../ui/train-watched.ts';

interface ReproduceFlags extends EngineFlags {
  readonly json?: true;
}

const help = `
Only runs that were trained on the CPU are compared bit for bit. A run of a GPU
is trained on a GPU again, and the test accuracy is compared, which the CPU
always computes.

Examples:
  couture reproduce baseline-seed1
  couture reproduce baseline-seed1 --threads 1 --json`;

/** Adds the command to the program. */
export function registerReproduce(program: Command, context: CliContext): void {
  const command = program
    .command('reproduce')
    .description(
      'Repeat a finished run from its config.json and check that its weights are bit for bit the same.',
    )
    .argument('<run>', 'path of a run, or its name under runs/train');
  addJsonOption(addEngineOptions(command, 'own'))
    .addHelpText('after', help)
    .action(async (path: string, flags: ReproduceFlags) => await runReproduce(path, flags, context));
}

async function runReproduce(path: string, flags: ReproduceFlags, context: CliContext): Promise<void> {
  const { openRun } = await import('../../platform/node/runs.ts');
  const run = await openRun(path);
  const { reproduceRun } = await import('../../platform/node/runs.ts');
  const { backend, threads } = flags;
  const result = await watch({ backend, threads }, context, (options) => reproduceRun(run, options));
  const { reproduced, expected, found, backends } = result;
  const onGpu = backends.expected === 'gpu' || backends.found === 'gpu';
  if (flags.json) printJson(context, 'reproduce', { run: run.path, ...result });
  else {
    context.out(`${run.path} ${verdictOf(result, onGpu, context)}`);
    context.out(
      table(
        ['', 'on', 'test accuracy', 'best weights, sha256', 'last weights, sha256'],
        [rowOf('then', backends.expected, expected), rowOf('now', backends.found, found)],
      ),
    );
  }
  if (reproduced || (onGpu && result.agrees)) return;
  throw new CoutureError('runtime', `Could not reproduce ${run.path}.`, {
    hint: hintFor(run.config.settings.fast, onGpu, result),
  });
}

const rowOf = (
  when: string,
  kind: string,
  { testAccuracy, weightsSha256, lastSha256 }: Reproduction['found'],
): string[] => [when, kind.toUpperCase(), percent(testAccuracy), weightsSha256, lastSha256];

function verdictOf({ reproduced, agrees }: Reproduction, onGpu: boolean, { color }: CliContext): string {
  if (reproduced) return paint(color, ['bold', 'green'], 'reproduced: the same bits');
  if (!onGpu) return paint(color, ['bold', 'red'], 'not reproduced: the weights differ');
  return agrees
    ? paint(
        color,
        ['bold', 'green'],
        'repeated: other bits, as expected on a GPU; the test accuracy is within the 95% interval of the first',
      )
    : paint(
        color,
        ['bold', 'red'],
        'not reproduced: the test accuracy is outside the 95% interval of the first',
      );
}

function hintFor(fast: boolean, onGpu: boolean, { places }: Reproduction): string {
  if (onGpu) return 'Only the CPU guarantees the same bits: train with --backend cpu if they matter.';
  if (!fast) return 'Its env.json lists the version of Couture and the backend that made it.';
  const [before, now] = [places.expected.join(', then by '), places.found.join(', then by ')];
  return before === now
    ? `It was trained with --fast, whose bits depend on the machine, by ${before}.`
    : `It was trained with --fast by ${before}, and now by ${now}: another machine may give other bits.`;
}
