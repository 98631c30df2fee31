/** `couture data show`: images of a set on the terminal, with their labels. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { imageAt, type SplitName } from '../../data/dataset.ts';
import { imageGrid } from '../../data/terminal-image.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption, oneOf, wholeNumber } from '../options.ts';
import { terminalColors } from '../ui/images.ts';
import { openWatched } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';

interface ShowFlags {
  readonly split: SplitName;
  readonly count: number;
  readonly index?: readonly number[];
  readonly json?: true;
}

const readIndex = wholeNumber('--index', 0);

/** Adds `show` to the verb `data`. */
export function registerDataShow(data: Command, context: CliContext): void {
  const command = data
    .command('show')
    .description('print images of a data set with their labels')
    .argument('[set]', 'a name, or your own folder, archive or file', 'fashion-mnist')
    .option('--split <split>', 'which images, train or test', oneOf('--split', ['train', 'test']), 'test')
    .option('--count <n>', 'how many images', wholeNumber('--count', 1, 1000), 5)
    .option('--index <n...>', 'image numbers, counted from 0', collect);
  addJsonOption(command).action(
    async (source: string, flags: ShowFlags) => await runShow(source, flags, context),
  );
}

function collect(text: string, before: readonly number[] | undefined): number[] {
  return [...(before ?? []), readIndex(text)];
}

async function runShow(source: string, flags: ShowFlags, context: CliContext): Promise<void> {
  const { split } = flags;
  const opened = await openWatched(source, context);
  const dataset = await opened.load(split);
  const { name, classNames, shape } = dataset.info;
  const first = Math.min(flags.count, dataset.length);
  const indices = flags.index ?? Array.from({ length: first }, (_, i) => i);
  const wrong = indices.find((index) => index >= dataset.length);
  if (wrong !== undefined) {
    throw new CoutureError(
      'usage',
      `--index ${wrong} is out of range: there are ${dataset.length} ${split} images.`,
      {
        hint: `Give a number from 0 to ${dataset.length - 1}.`,
      },
    );
  }
  const images = indices.map((index) => {
    const label = dataset.labels[index];
    return { index, label, className: classNames[label] };
  });
  if (flags.json) {
    printJson(context, 'data show', { name, split, images });
    return;
  }
  const pictures = images.map(({ index, className }) => ({
    pixels: imageAt(dataset, index),
    caption: `${index}: ${printable(className)}`,
  }));
  const { columns } = context;
  for (const line of imageGrid(pictures, { shape, columns, colors: terminalColors(context) }))
    context.out(line);
}
