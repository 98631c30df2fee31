/** `couture figures`: the figures of a run as SVG or PNG files. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { quoted } from '../../core/format.ts';
import { didYouMean } from '../../core/nearest.ts';
import { inQuotes } from '../../core/printable.ts';
import type { CliContext } from '../context.ts';
import {
  addEngineOptions,
  addJsonOption,
  addUmapOption,
  type EngineFlags,
  needed,
  oneOf,
  wholeNumber,
} from '../options.ts';
import { inspectView } from '../ui/inspecting.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';

interface FiguresFlags extends EngineFlags {
  readonly out?: string;
  readonly format: 'svg' | 'png';
  readonly theme?: 'light' | 'dark';
  readonly width: number;
  readonly only?: string;
  readonly umap: boolean;
  readonly json?: true;
}

const help = `
An SVG follows the light or dark preference of the reader unless --theme is
given; a PNG is light by default.

Examples:
  couture figures baseline-seed1 --out figures --format png
  couture figures baseline-seed1 --out figures --only confusion,calibration --theme dark`;

/** Adds the command to the program. */
export function registerFigures(program: Command, context: CliContext): void {
  const command = program
    .command('figures')
    .description('Write each figure of a run to a file.')
    .argument('<run>', 'path of a run, or its name under runs/train')
    .option('--out <dir>', 'folder for the files, made if it is missing')
    .option('--format <format>', 'svg or png', oneOf('--format', ['svg', 'png']), 'svg')
    .option('--theme <theme>', 'light or dark', oneOf('--theme', ['light', 'dark']))
    .option('--width <pixels>', 'width of each figure', wholeNumber('--width', 320, 2000), 640)
    .option('--only <names>', 'comma-separated names of figures');
  addJsonOption(addEngineOptions(addUmapOption(command)))
    .addHelpText('after', help)
    .action(async (run: string, flags: FiguresFlags) => await runFigures(run, flags, context));
}

async function runFigures(path: string, flags: FiguresFlags, context: CliContext): Promise<void> {
  const { format, theme, width, only, umap, backend, threads } = flags;
  const out = needed(
    '--out',
    flags.out,
    `Give the folder for the files: couture figures ${quoted(path)} --out figures`,
  );
  const { openFinishedRuns } = await import('../../platform/node/runs.ts');
  const [{ run }] = await openFinishedRuns([path]);
  const { drawRun, figureNames } = await import('../../platform/node/reports.ts');
  const names = only === undefined ? undefined : chosen(figureNames, only);
  const { end, ...watched } = inspectView(context, 1);
  const engine = { backend, threads, show: { umap } };
  try {
    const files = await drawRun(run, out, { format, theme, width, names, ...engine, ...watched });
    end();
    const absent =
      names === undefined ? [] : names.filter((name) => !files.some((file) => file.name === name));
    if (absent.length > 0) context.err(`There is nothing to draw for ${absent.join(', ')}.`);
    if (flags.json) printJson(context, 'figures', { run: run.path, format, files });
    else if (files.length > 0)
      context.out(
        table(
          ['file', 'figure'],
          files.map((file) => [file.path, file.title]),
        ),
      );
  } finally {
    end();
  }
}

/** The requested names, each checked. */
function chosen(known: readonly string[], only: string): readonly string[] {
  const names = only.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!known.includes(name)) {
      throw new CoutureError('usage', `There is no figure ${inQuotes(name)}.`, {
        hint: didYouMean(name, known),
      });
    }
  }
  return names;
}
