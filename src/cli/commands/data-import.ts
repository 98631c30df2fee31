/** `couture data import`: imports your own pictures as a data set in the cache. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { MAX_SIDE } from '../../data/image-shape.ts';
import { importDigest } from '../../data/import/summary.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption, oneOf, positiveNumber, wholeNumber } from '../options.ts';
import { importView, tookNameNotice } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';

interface ImportFlags {
  readonly name?: string;
  readonly size?: number;
  readonly color?: true;
  readonly gray?: true;
  readonly invert?: PictureSteps['invert'];
  readonly trim?: true;
  readonly strict?: true;
  readonly testShare?: number;
  readonly json?: true;
}

const help = `
Formats: a folder with one folder of images for each class, or such a tree in
train and another in test; a ZIP or tar archive of these; a CSV file of
path,label or of label,pixel0,pixel1 …; a folder of IDX files; NPZ files with
images and labels. Commands with --data import a path by themselves. Use this
command for its options and to see the result.

Examples:
  couture data import photos/
  couture data import photos.zip --name pets --size 48
  couture data import drawings/ --gray --invert auto --trim --strict`;

/** Adds `import` to the verb `data`. */
export function registerDataImport(data: Command, context: CliContext): void {
  const command = data
    .command('import')
    .description('import your own pictures: folder of class folders, ZIP, tar, CSV, IDX, NPZ')
    .argument('<path>', 'a folder or a file')
    .option('--name <name>', 'name of the data set (default: from the path)')
    .option(
      '--size <n>',
      'height and width of the images (default: the common size of the pictures up to 64, otherwise 32)',
      wholeNumber('--size', 1, MAX_SIDE),
    )
    .option('--color', 'make color images (default: if the pictures have color)')
    .option('--gray', 'make gray images')
    .option(
      '--invert <when>',
      'swap light and dark: auto, yes or no (default: no)',
      oneOf('--invert', ['auto', 'yes', 'no']),
    )
    .option('--trim', 'crop pictures to the object')
    .option('--strict', 'fail instead of skipping files')
    .option(
      '--test-share <share>',
      'share of the images for the test split if there is none (default: 1/6)',
      positiveNumber('--test-share', 0.5),
    );
  addJsonOption(command)
    .addHelpText('after', help)
    .action(async (path: string, flags: ImportFlags) => await runImport(path, flags, context));
}

async function runImport(path: string, flags: ImportFlags, context: CliContext): Promise<void> {
  if (flags.color && flags.gray) throw new CoutureError('usage', 'Give --color or --gray, not both.');
  const { importDataset } = await import('../../platform/node/data/import.ts');
  const { onProgress, end } = importView(context);
  const { name, size, invert, trim, strict, testShare } = flags;
  const channels: 1 | 3 | undefined = flags.color ? 3 : flags.gray ? 1 : undefined;
  const { signal, env } = context;
  const options = {
    name,
    size,
    channels,
    invert,
    trim,
    strict,
    testShare,
    signal,
    env,
    onProgress,
    keep: true,
  };
  const { info, report, wasKnown, tookName } = await importDataset(path, options).finally(end);
  if (flags.json) {
    printJson(context, 'data import', { ...info, report, wasKnown });
    return;
  }
  for (const line of importDigest(info, report)) context.out(printable(line));
  if (wasKnown) context.out('Nothing has changed since the last import, so no picture was read.');
  if (tookName) context.out(tookNameNotice(info.name));
  context.out(`\nTrain on it: couture train --data ${quoted(info.name)}`);
}

/** A name for a shell. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
