/** `couture pack`: finished runs as one model file. */

import type { Command } from 'commander';
import { quoted } from '../../core/format.ts';
import { type Precision, precisions } from '../../ship/precision.ts';
import { MAX_VIEW_SHIFT } from '../../use/views.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, needed, oneOf, wholeNumber } from '../options.ts';
import { dataView } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';
import { modelJson, packedText } from '../ui/packed.ts';
import { lateProgress } from '../ui/progress.ts';

interface PackFlags extends EngineFlags {
  readonly out?: string;
  readonly precision: Precision;
  readonly flip?: true;
  readonly shift: number;
  readonly calibrate?: true;
  readonly fold: boolean;
  readonly title?: string;
  readonly json?: true;
}

const help = `
One run gives a network and several give an ensemble. Of a model file, only the
networks are used. The file contains its own card: couture card FILE. The
figures on the card are measured with the weights as the file stores them.

Examples:
  couture pack baseline-seed1 --out clothes.safetensors
  couture pack fast-90-seed1 --out small.safetensors --precision int8 --calibrate
  couture pack first second third --out best.safetensors --precision float16 --flip --shift 1
  couture pack first best.safetensors --out better.safetensors`;

/** Adds the command to the program. */
export function registerPack(program: Command, context: CliContext): void {
  const command = program
    .command('pack')
    .description('Pack finished runs into one model file with its model card.')
    .argument(
      '<model...>',
      'runs of the same data, by path or by name under runs/train, and model files to add their networks',
    )
    .option('--out <file>', 'the file to write; its name must end in .safetensors')
    .option(
      '--precision <name>',
      `number format of the weight matrices: ${precisions.join(', ')}`,
      oneOf('--precision', precisions),
      'float32',
    )
    .option('--flip', 'also classify each image mirrored')
    .option(
      '--shift <pixels>',
      `also classify each image moved by this many pixels right, left, down and up, up to ${MAX_VIEW_SHIFT}`,
      wholeNumber('--shift', 0, MAX_VIEW_SHIFT),
      0,
    )
    .option('--calibrate', 'fit a temperature on the common validation images of the runs')
    .option('--no-fold', 'do not fold BatchNorm1d layers into the Linear before them')
    .option('--title <text>', 'first line of the card (default: made from networks and data set)');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (runs: string[], flags: PackFlags) => await runPack(runs, flags, context));
}

async function runPack(runs: readonly string[], flags: PackFlags, context: CliContext): Promise<void> {
  const { precision, flip = false, shift, calibrate, fold, title, backend, threads } = flags;
  const out = needed(
    '--out',
    flags.out,
    `Give the file to write: couture pack ${runs.map(quoted).join(' ')} --out model.safetensors`,
  );
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
