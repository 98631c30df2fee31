/** `couture import`: a network that another program trained, as a model file. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { quoted } from '../../core/format.ts';
import { inQuotes } from '../../core/printable.ts';
import { decodeText } from '../../core/text.ts';
import { type ImageShape, MAX_SIDE } from '../../data/image-shape.ts';
import { type ActivationName, activationNames } from '../../model/spec.ts';
import { type ImportedModel, importCommand } from '../../runs/import-model.ts';
import type { CliContext } from '../context.ts';
import {
  addEngineOptions,
  addJsonOption,
  commaSeparated,
  type EngineFlags,
  needed,
  numbersBetween,
  oneOf,
} from '../options.ts';
import { dataView } from '../ui/data.ts';
import { openWatched } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';
import { modelJson, packedText } from '../ui/packed.ts';
import { lateProgress } from '../ui/progress.ts';

/** 1,000 class names of 200 characters, of up to 4 bytes each. */
const MAX_CLASSES_BYTES = 2 ** 20;

interface ImportFlags extends EngineFlags {
  readonly out?: string;
  readonly key?: string;
  readonly activation?: ActivationName;
  readonly layers?: readonly string[];
  readonly dropout?: readonly number[];
  readonly norm?: 'layer';
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly data?: string;
  readonly shape?: ImageShape;
  readonly classes?: readonly string[];
  readonly classesFile?: string;
  readonly title?: string;
  readonly json?: true;
}

const help = `
Reads a safetensors file, a .pt file of torch.save(model.state_dict(), FILE), or
a folder with model.safetensors. Nothing in the file is executed.
The shapes of the tensors give Linear, BatchNorm1d and LayerNorm. The norm of a
layer comes before its activation. A file that couture export wrote needs no
flags.

Examples:
  couture import net.pt --activation relu --mean 0.5 --std 0.5 \\
    --data fashion-mnist --out net.safetensors
  couture import net.safetensors --activation gelu --mean 0 --std 1 \\
    --shape 28x28 --classes cat,dog,bird --out pets.safetensors
  couture import net.pt --layers fc1,relu,dropout=0.25,fc2 --mean 0.286 --std 0.353 \\
    --data fashion-mnist --out net.safetensors
  couture import exported/ --out again.safetensors`;

/** Adds the command to the program. */
export function registerImport(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .description('Make a model file of a network that PyTorch trained.')
    .argument('<path>', 'a .safetensors or .pt file, or a folder with one')
    .option('--out <file>', 'the model file to write; its name must end in .safetensors')
    .option('--key <key>', 'the weights that are meant, where a checkpoint has an average beside them')
    .option(
      '--activation <name>',
      `activation of the hidden layers: ${activationNames.join(', ')}`,
      oneOf('--activation', activationNames),
    )
    .option(
      '--layers <names>',
      'all layers in order: names of the file, activations, and dropout=P',
      commaSeparated('--layers'),
    )
    .option('--dropout <n,n,…>', 'dropout after each hidden layer', numbersBetween('--dropout', 0, 0.99))
    .option(
      '--norm <name>',
      'layer: norms without running statistics are LayerNorm',
      oneOf('--norm', ['layer'] as const),
    )
    .option(
      '--mean <n,…>',
      'the mean of transforms.Normalize; 0 for ToTensor alone',
      numbersBetween('--mean', -1000, 1000),
    )
    .option(
      '--std <n,…>',
      'the std of transforms.Normalize; 1 for ToTensor alone',
      numbersBetween('--std', 1e-6, 1000),
    )
    .option('--data <set>', 'the data set: gives shape and classes, and its test images the accuracy')
    .option('--shape <size>', 'height, width and channels of an image: 28x28 or 32x32x3', readShape)
    .option('--classes <names>', 'class names in the order of the outputs', commaSeparated('--classes'))
    .option('--classes-file <file>', 'a text file with a class name on each line, such as names with commas')
    .option('--title <text>', 'first line of the card (default: made from data set and file)');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (path: string, flags: ImportFlags) => await runImport(path, flags, context));
}

async function runImport(path: string, flags: ImportFlags, context: CliContext): Promise<void> {
  const { mean, std, data, classes, classesFile, json, out: given, ...rest } = flags;
  const out = needed(
    '--out',
    given,
    `Give the model file to write: couture import ${quoted(path)} --out model.safetensors`,
  );
  if ((mean === undefined) !== (std === undefined))
    throw new CoutureError('usage', 'Give --mean and --std together: (pixel / 255 - mean) / std.');
  if (classes !== undefined && classesFile !== undefined)
    throw new CoutureError('usage', 'Give --classes or --classes-file, not both.');
  if (data !== undefined && (flags.shape ?? classes ?? classesFile) !== undefined)
    throw new CoutureError(
      'usage',
      '--data gives shape and classes; leave out --shape, --classes and --classes-file.',
    );
  const classNames = classesFile === undefined ? classes : await readClasses(classesFile);
  const { importModel } = await import('../../platform/node/runs.ts');
  const info = data === undefined ? undefined : (await openWatched(data, context)).info;
  const { onData, end } = dataView(context);
  const progress = lateProgress(context);
  const { signal, env } = context;
  try {
    const written = await importModel(path, out, {
      ...{ ...rest, data: info, classNames, signal, env, onData },
      ...(mean && std && { pixels: { offset: mean, scale: std } }),
      command: importCommand(path, { ...flags, 'classes-file': classesFile }),
      onProgress: (share) => progress.update('measuring on test images', share),
    });
    end();
    progress.end();
    if (json)
      printJson(context, 'import', {
        ...modelJson(written),
        modules: written.modules,
        key: written.key,
        folded: written.folded,
      });
    else context.out(importedText(written, context));
  } finally {
    end();
    progress.end();
  }
}

function importedText(written: ImportedModel, context: CliContext): string {
  const { model, modules, key, folded, path } = written;
  const layers = model.members.map(({ spec }, i) => {
    const types = spec.layers.map((layer) =>
      layer.type === 'Linear' ? `Linear ${layer.in} to ${layer.out}` : layer.type,
    );
    const names = modules[i].map((name) => (name === '' ? 'weight' : name)).join(', ');
    return `${names}: ${types.join(', ')}`;
  });
  return [
    ...(key === '' ? [] : [`The file is a checkpoint; its weights are ${inQuotes(key)}.`]),
    ...layers,
    ...folded.map(
      ([norm, linear]) => `BatchNorm1d ${norm} became part of Linear ${linear}: the answers are the same.`,
    ),
    packedText(written, context),
    '',
    `Use it: npx couture predict ${path} PICTURE`,
    `Train it further: npx couture train --init-from ${path}`,
  ].join('\n');
}

/** The lines of a text file. */
async function readClasses(path: string): Promise<string[]> {
  const { readLimited } = await import('../../platform/node/files/read.ts');
  const bytes = await readLimited(path, MAX_CLASSES_BYTES);
  const source = `--classes-file ${path}`;
  if (bytes === undefined) throw new CoutureError('usage', `${source}: there is no such file.`);
  const lines = decodeText(bytes, source, 'usage').split(/\r?\n/);
  const names = lines.map((line) => line.trim());
  if (names.at(-1) === '') names.pop();
  const empty = names.indexOf('');
  if (empty < 0 && names.length > 0) return names;
  throw new CoutureError(
    'usage',
    `${source}: ${names.length === 0 ? 'the file is empty' : `line ${empty + 1} is empty`}, but a class name was expected.`,
  );
}

function readShape(text: string): ImageShape {
  const [, height, width, channels = '1'] = /^(\d{1,3})x(\d{1,3})(?:x([13]))?$/.exec(text) ?? [];
  const shape = { height: Number(height), width: Number(width), channels: channels === '3' ? 3 : 1 } as const;
  const isValid = [shape.height, shape.width].every((side) => side >= 1 && side <= MAX_SIDE);
  if (isValid) return shape;
  throw new CoutureError(
    'usage',
    `--shape must be HEIGHTxWIDTH or HEIGHTxWIDTHx3 with sides from 1 to ${MAX_SIDE}, not ${inQuotes(text)}.`,
  );
}
