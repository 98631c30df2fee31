/** `couture pack`: finished runs as one model file. */

import type { Command } from 'commander';
import { type Precision, precisions } from '../../ship/precision.ts';
import { MAX_VIEW_SHIFT } from '../../use/views.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, oneOf, wholeNumber } from '../options.ts';
import { dataView } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';
import { modelJson, packedText } from '../ui/packed.ts';
import { lateProgress } from '../ui/progress.ts';

interface PackFlags extends EngineFlags {
  readonly out: string;
  readonly precision: Precision;
  readonly flip?: true;
  readonly shift: number;
  readonly calibrate?: true;
  readonly fold: boolean;
  readonly title?: string;
  readonly json?: true;
}

const help = `
One run gives its network, several an ensemble; of a model file it takes the networks alone. The file holds its own card: couture card FILE
What is measured for the card is measured with the weights as the file keeps them.

Examples:
  couture pack baseline-seed1 --out clothes.safetensors
  couture pack fast-90-seed1 --out small.safetensors --precision int8 --calibrate
  couture pack first second third --out best.safetensors --precision float16 --flip --shift 1
  couture pack first best.safetensors --out better.safetensors`;

/** Adds the command to the program. */
export function registerPack(program: Command, context: CliContext): void {
  const command = program
    .command('pack')
    .description('Finished runs as one model file that is ready to be used anywhere, with its model card.')
    .argument(
      '<model...>',
      'runs of the same data, by path or by name under runs/train, and model files whose networks join them',
    )
    .requiredOption('--out <file>', 'where to write it; the name ends in .safetensors')
    .option(
      '--precision <name>',
      `what matrices are kept in: ${precisions.join(', ')}`,
      oneOf('--precision', precisions),
      'float32',
    )
    .option('--flip', 'look at each image mirrored as well')
    .option(
      '--shift <pixels>',
      `look at each image moved by so many pixels to the right, left, down and up as well, up to ${MAX_VIEW_SHIFT}`,
      wholeNumber('--shift', 0, MAX_VIEW_SHIFT),
      0,
    )
    .option('--calibrate', 'fit a temperature on the validation images that the runs have in common')
    .option('--no-fold', 'keep BatchNorm1d layers as they are, not folded into the Linear before them')
    .option('--title <text>', 'first line of the card (default: made from networks and data set)');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (runs: string[], flags: PackFlags) => await runPack(runs, flags, context));
}

async function runPack(runs: readonly string[], flags: PackFlags, context: CliContext): Promise<void> {
  const { out, precision, flip = false, shift, calibrate, fold, title, backend, threads } = flags;
  const { packRuns } = await import('../../platform/node/runs.ts');
  const { onData, end } = dataView(context);
  const progress = lateProgress(context);
  const { signal, env } = context;
  const views = { flip, shift };
  try {
    const written = await packRuns(runs, out, {
      ...{ precision, views, calibrate, fold, title, backend, threads, signal, env, onData },
      onProgress: (stage, share) => progress.update(`measuring on ${stage} images`, share),
    });
    end();
    progress.end();
    if (flags.json) printJson(context, 'pack', modelJson(written));
    else context.out(packedText(written, context));
  } finally {
    end();
    progress.end();
  }
}
