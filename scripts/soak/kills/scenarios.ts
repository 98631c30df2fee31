/** The commands that write, each with what it leaves when it is done. */

import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import { digests } from './digests.ts';

/** A command that is killed and asked for again until it is done. */
export interface Scenario {
  readonly name: string;
  /** Makes what has to be there, and gives the commands that make the rest. */
  readonly prepare: (folder: string) => Promise<readonly (readonly string[])[]>;
  /** The command as a person would give it who sees what is there. */
  readonly args: (folder: string) => readonly string[];
  /** Files whose bytes have to be those of a command that nobody killed. */
  readonly result: string;
  /** Files that have to be gone in the end. */
  readonly litter: string;
  /** What is wrong right after a kill. */
  readonly halfWritten: (folder: string, expected: Readonly<Record<string, string>>) => string | undefined;
}

const data = 'tiny.csv';
const network = ['--hidden', '16', '--batch-size', '8', '--seed', '3', '--no-report', '--threads', '1'];
const train = (epochs: number, ...rest: string[]) => [
  'train',
  '--data',
  data,
  '--epochs',
  String(epochs),
  ...network,
  ...rest,
];
const weights = 'runs/train/*/weights/last.safetensors';
const temporary = '{runs,out,cache}/**/.*.tmp';
/** What a killed writer left beside a file of the user's is removed ten seconds later, when that file is written again. */
const inRuns = 'runs/train/**/.*.tmp';
const nothing = (): undefined => undefined;

/** 60 images of 6x6 pixels and three classes, as a table. */
async function writeData(folder: string): Promise<void> {
  const random = new RandomStream(fork(keyFromSeed(1), 'soak'));
  const rows = Array.from({ length: 60 }, (_, i) => {
    const pixels = Array.from({ length: 36 }, (_, p) => random.nextBelow(120) + (p % 3 === i % 3 ? 100 : 0));
    return [['top', 'middle', 'bottom'][i % 3], ...pixels].join(',');
  });
  const head = ['label', ...Array.from({ length: 36 }, (_, p) => `pixel${p}`)].join(',');
  await writeFile(join(folder, data), `${head}\n${rows.join('\n')}\n`);
}

/** An output is not there yet, or is whole. */
function wholeOrAbsent(folder: string, expected: Readonly<Record<string, string>>): string | undefined {
  for (const [file, digest] of Object.entries(expected)) {
    if (!existsSync(join(folder, file))) continue;
    if (digests(folder, file)[file] !== digest) return `${file} is half written`;
  }
  return undefined;
}

const prepared =
  (...commands: readonly (readonly string[])[]) =>
  async (folder: string) => {
    await writeData(folder);
    await mkdir(join(folder, 'out'));
    return commands;
  };

const isRun = (folder: string, name: string) => existsSync(join(folder, 'runs/train', name, 'config.json'));

export const scenarios: readonly Scenario[] = [
  {
    name: 'train',
    prepare: prepared(),
    args: (folder) =>
      isRun(folder, 'own') ? ['train', '--resume', 'own', '--no-report'] : train(60, '--name', 'own'),
    result: weights,
    litter: temporary,
    halfWritten: nothing,
  },
  {
    name: 'train further',
    prepare: prepared(train(5, '--name', 'own')),
    args: () => ['train', '--resume', 'own', '--epochs', '60', '--no-report'],
    result: weights,
    litter: temporary,
    halfWritten: nothing,
  },
  {
    name: 'train over another',
    prepare: prepared(train(2, '--name', 'own')),
    args: () => train(30, '--name', 'own', '--overwrite'),
    result: weights,
    litter: temporary,
    halfWritten: nothing,
  },
  {
    name: 'remove and check',
    prepare: prepared(train(2, '--name', 'own'), train(2, '--name', 'other')),
    // Gone after a kill, it cannot be removed again; a check mends what is left.
    args: (folder) => (isRun(folder, 'own') ? ['runs', 'rm', 'own'] : ['runs', 'check']),
    result: weights,
    litter: 'runs/train/own/**',
    halfWritten: nothing,
  },
  {
    name: 'report',
    prepare: prepared(train(3, '--name', 'own')),
    args: () => ['report', 'own', '--out', 'out/report.html', '--no-umap'],
    result: 'out/report.html',
    litter: inRuns,
    halfWritten: wholeOrAbsent,
  },
  {
    name: 'figures',
    prepare: prepared(train(3, '--name', 'own')),
    args: () => ['figures', 'own', '--out', 'out', '--no-umap'],
    result: 'out/*.svg',
    litter: inRuns,
    halfWritten: wholeOrAbsent,
  },
  {
    name: 'pack',
    prepare: prepared(train(3, '--name', 'own')),
    args: () => ['pack', 'own', '--out', 'out/model.safetensors'],
    result: 'out/model.safetensors',
    litter: inRuns,
    halfWritten: wholeOrAbsent,
  },
  {
    name: 'data import',
    prepare: prepared(),
    args: () => ['data', 'import', data],
    result: 'cache/imports/*/*.split',
    litter: '{cache/imports/work/*,cache/**/.*.tmp}',
    halfWritten: wholeOrAbsent,
  },
  {
    name: 'lr-find',
    prepare: prepared(),
    args: () => ['lr-find', '--data', data, '--hidden', '16', '--batch-size', '8', '--threads', '1'],
    result: 'runs/lr-find/*/*.svg',
    litter: inRuns,
    halfWritten: nothing,
  },
  {
    name: 'data audit',
    prepare: prepared(),
    args: () => ['data', 'audit', data, '--threads', '1'],
    result: 'runs/audit/*/*.json',
    litter: inRuns,
    halfWritten: wholeOrAbsent,
  },
];
