/** `couture data get|check|info|show|augment|audit`: getting data sets, verifying them, and a look at them. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { imageAt } from '../../data/dataset.ts';
import { type DatasetEntry, registry } from '../../data/registry.ts';
import { imageGrid } from '../../data/terminal-image.ts';
import {
  cacheDirectory,
  type DataFileInfo,
  type DataOptions,
  ensureData,
  type FileState,
  getDataset,
  inspectData,
  resolveDataset,
} from '../../platform/node/data/store.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption, oneOf, wholeNumber } from '../options.ts';
import { dataView } from '../ui/data.ts';
import { terminalColors } from '../ui/images.ts';
import { printJson } from '../ui/json.ts';
import { registerDataAudit } from './data-audit.ts';
import { registerDataAugment } from './data-augment.ts';

interface CommonOptions {
  readonly from?: string;
  readonly json?: true;
}

interface ShowOptions extends CommonOptions {
  readonly split: 'train' | 'test';
  readonly count: number;
  readonly index?: number[];
}

const defaultSet = 'fashion-mnist';

/** Adds the verb `data` to the program. */
export function registerData(program: Command, context: CliContext): void {
  const data = program.command('data').description('get, check, look at and audit data sets');
  data.addHelpText(
    'after',
    `
Examples:
  couture data get                              Fashion-MNIST, from wherever it can be had
  couture data get emnist-letters --from DIR    a set from files of your own, plain or .gz
  couture data info                             the known sets
  couture data show --split test --count 6      the first images with their labels
  couture data augment --flip --shift 2         what that does to training images
  couture data audit                            duplicates and labels that are likely wrong`,
  );

  common(data.command('get'), 'get a set into the cache').action((name: string, options: CommonOptions) =>
    get(name, options, context),
  );
  common(data.command('check'), 'verify the files of a set, getting nothing').action(
    (name: string, options: CommonOptions) => check(name, options, context),
  );
  addJsonOption(
    data
      .command('info')
      .description('what is known of a set, or of all')
      .argument('[name]', 'the set; all when left out')
      .option('--from <dir>', 'look into this folder instead of the cache'),
  ).action((name: string | undefined, options: CommonOptions) =>
    name === undefined ? list(options, context) : info(name, options, context),
  );
  common(data.command('show'), 'print images of a set with their labels')
    .option('--split <split>', 'which images, train or test', oneOf('--split', ['train', 'test']), 'test')
    .option('--count <n>', 'how many images', wholeNumber('--count', 1, 1000), 5)
    .option('--index <n...>', 'which images, by their number from 0', collect)
    .action((name: string, options: ShowOptions) => show(name, options, context));
  registerDataAugment(data, context);
  registerDataAudit(data, context);
}

function common(command: Command, description: string): Command {
  return addJsonOption(
    command
      .description(description)
      .argument('[name]', 'the set', defaultSet)
      .option('--from <dir>', 'take the files from this folder, plain or .gz, and from nowhere else'),
  );
}

const readIndexFlag = wholeNumber('--index', 0);

function collect(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), readIndexFlag(text)];
}

/** Options for the store, with its events drawn. */
function drawing({ from }: CommonOptions, context: CliContext): { store: DataOptions; end: () => void } {
  const { onData, end } = dataView(context);
  return { store: { from, env: context.env, signal: context.signal, onProgress: onData }, end };
}

async function get(name: string, options: CommonOptions, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const { store, end } = drawing(options, context);
  const files = await ensureData(entry, store).finally(end);
  if (options.json)
    return printJson(context, 'data get', { name, cache: cacheDirectory(context.env), files });
  context.out(`${entry.title} (${name}) is in ${cacheDirectory(context.env)}`);
  for (const file of files) context.out(fileLine(file));
  warnUnproven(entry, files, context);
}

function fileLine({ role, bytes, sha256 }: DataFileInfo): string {
  return `  ${role.padEnd(13)} ${bytes.toLocaleString('en').padStart(11)} bytes  sha256 ${sha256}`;
}

function warnUnproven(entry: DatasetEntry, files: readonly DataFileInfo[], context: CliContext): void {
  if (files.some(({ proof }) => proof === 'shape')) {
    context.err(`Only shapes and labels of ${entry.name} could be checked, no sum. ${entry.note}`);
  }
}

async function check(name: string, options: CommonOptions, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const files = await inspectData(entry, { from: options.from, env: context.env });
  const bad = files.filter(({ state }) => state !== 'ok');
  if (options.json) printJson(context, 'data check', { name, ok: bad.length === 0, files });
  else for (const file of files) context.out(stateLine(file));
  if (bad.length > 0) {
    throw new CoutureError(
      'data',
      `${name}: ${bad.length} of ${files.length} files are missing or damaged.`,
      {
        hint: `Run: couture data get ${name}${entry.mirrors.length === 0 ? ' --from DIR' : ''}`,
      },
    );
  }
  warnUnproven(
    entry,
    files.filter((file) => file.state === 'ok'),
    context,
  );
}

const proofs = {
  sha256: 'SHA-256 as published',
  'gzip-md5': "MD5 of the publisher's .gz matched",
  shape: 'shape and labels only',
};

function stateLine(file: FileState): string {
  const role = file.role.padEnd(13);
  return file.state === 'ok'
    ? `${role} ok       ${proofs[file.proof]}  ${file.path}`
    : `${role} ${file.state.padEnd(8)} ${file.problem}`;
}

function list(options: CommonOptions, context: CliContext): void {
  const sets = registry.map((entry) => ({
    name: entry.name,
    title: entry.title,
    classes: entry.classNames.length,
    train: entry.counts.train,
    test: entry.counts.test,
    checked: entry.checked,
  }));
  if (options.json) {
    printJson(context, 'data info', { sets });
    return;
  }
  const width = Math.max(...sets.map(({ name }) => name.length));
  for (const { name, title, classes, train, test, checked } of sets) {
    const counts = `${train.toLocaleString('en').padStart(7)} + ${test.toLocaleString('en').padStart(7)}`;
    const note = checked ? '' : '  (sums never checked against a file)';
    context.out(`${name.padEnd(width)}  ${String(classes).padStart(2)} classes  ${counts}  ${title}${note}`);
  }
}

async function info(name: string, options: CommonOptions, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const files = await inspectData(entry, { from: options.from, env: context.env });
  if (options.json) return printJson(context, 'data info', { ...entry, present: files });
  context.out(`${entry.name}: ${entry.title}`);
  context.out(`home      ${entry.homepage}`);
  context.out(
    `images    ${entry.counts.train} train, ${entry.counts.test} test, ${entry.height}x${entry.width}`,
  );
  context.out(`classes   ${entry.classNames.join(', ')}`);
  if (entry.note) context.out(`note      ${entry.note}`);
  context.out(`cache     ${cacheDirectory(context.env)}`);
  for (const file of files) context.out(`  ${stateLine(file)}`);
}

async function show(name: string, options: ShowOptions, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const { store, end } = drawing(options, context);
  const dataset = await getDataset(entry, options.split, store).finally(end);
  const count = Math.min(options.count, dataset.length);
  const indices = options.index ?? Array.from({ length: count }, (_, i) => i);
  const wrong = indices.find((index) => index >= dataset.length);
  if (wrong !== undefined) {
    throw new CoutureError(
      'usage',
      `--index ${wrong} is past the ${dataset.length} ${options.split} images.`,
      {
        hint: `Give a number from 0 to ${dataset.length - 1}.`,
      },
    );
  }
  const images = indices.map((index) => {
    const label = dataset.labels[index];
    return { index, label, className: dataset.info.classNames[label] };
  });
  if (options.json) return printJson(context, 'data show', { name, split: options.split, images });
  const pictures = images.map(({ index, className }) => ({
    pixels: imageAt(dataset, index),
    caption: `${index}: ${className}`,
  }));
  const { shape } = dataset.info;
  for (const line of imageGrid(pictures, {
    shape,
    columns: context.columns,
    colors: terminalColors(context),
  })) {
    context.out(line);
  }
}
