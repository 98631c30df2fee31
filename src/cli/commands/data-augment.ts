/** `couture data augment`: shows what augmentation does to training images. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { augmentedEpochs } from '../../data/augment.ts';
import { splitOf } from '../../data/split.ts';
import { augmentationExamples } from '../../inspect/augmentation.ts';
import type { AugmentationExamples } from '../../inspect/inspection.ts';
import { type RunConfig, settingGroups } from '../../train/settings.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption, type ImageFile, imageFile, wholeNumber } from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFromFlags } from '../settings-flags.ts';
import { augmentationJson, augmentationText } from '../ui/augmentation.ts';
import { dataView } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';

interface AugmentFlags extends ConfigFlags {
  readonly count: number;
  readonly out?: ImageFile;
  readonly json?: true;
}

const help = `
Takes the flags of couture train and shows the images that it would train on:
the original, each change alone, and the images of the first epochs.

Examples:
  couture data augment --flip --shift 2
  couture data augment --rotate 10 --elastic 1 --erase 0.25 --out augmentation.png
  couture data augment --config runs/train/baseline-seed1/config.json --flip`;

/** Adds `augment` to the verb `data`. */
export function registerDataAugment(data: Command, context: CliContext): void {
  const command = data.command('augment').description('show what augmentation does to training images');
  addConfigOptions(command, { shown: (key) => settingGroups.Augmentation.includes(key) || key === 'seed' })
    .option('--count <n>', 'number of images on the terminal', wholeNumber('--count', 1, 5), 1)
    .option('--out <file>', 'also draw the images: a file that ends in .svg or .png', imageFile('--out'));
  addJsonOption(command)
    .addHelpText('after', help)
    .action(async (flags: AugmentFlags) => await runAugment(flags, context));
}

async function runAugment(flags: AugmentFlags, context: CliContext): Promise<void> {
  const config = await configFromFlags(flags, context);
  const { out, count, json } = flags;
  if (augmentedEpochs(config.settings) === 0) {
    throw new CoutureError('usage', 'These settings do not change any training image.', {
      hint: 'Turn augmentation on, for example: couture data augment --flip --shift 2 --rotate 10',
    });
  }
  const { checkOutput } = await import('../../platform/node/runs.ts');
  if (out !== undefined) await checkOutput(out.path);
  const examples = await look(config, context);
  if (out !== undefined) await draw(examples, out);
  if (json) {
    printJson(context, 'data augment', { ...augmentationJson(examples), ...(out && { figure: out.path }) });
    return;
  }
  context.out(augmentationText(examples, count, context));
  if (out !== undefined) context.out(`\nDrawn: ${out.path}`);
}

async function look(config: RunConfig, context: CliContext): Promise<AugmentationExamples> {
  const { loadSplit } = await import('../../platform/node/data/load-split.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  const train = await loadSplit(config.data, 'train', { signal, env, onData }).finally(end);
  return augmentationExamples(train, splitOf(config.settings, train.length).train, config);
}

async function draw(examples: AugmentationExamples, { path, format }: ImageFile): Promise<void> {
  const { drawAugmentation } = await import('../../figures/augmentation.ts');
  const { nodeDocument, themeOf, writeFigure } = await import('../../platform/node/images/figures.ts');
  const theme = themeOf(format);
  const figure = drawAugmentation(examples, { document: nodeDocument(), theme, width: 800 });
  await writeFigure(path, figure, format);
}
