/**
 * Compares the samplers on functions with known minima, and samplers and pruners on the table of real networks, and writes the tables
 * of docs/tune.md: regrets over 30 seeds.
 *
 *     npm run regret               both tables, about two minutes
 *     npm run regret -- networks   one of them; the other is `functions`
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../src/cli/document.ts';
import { objectives } from './tune/objectives.ts';
import { quartiles, regrets } from './tune/regret.ts';
import { searchTable, Table } from './tune/table.ts';
import { TABLE_EPOCHS } from './tune/table-space.ts';

const path = join(fileURLToPath(new URL('..', import.meta.url)), 'docs/tune.md');
const [TRIALS, SEEDS] = [100, 30];

/** Optuna 5.0.0, `TPESampler(seed=seed, multivariate=True)` on the same functions, seeds and number of trials. */
const optuna: Readonly<Record<string, readonly [number, number, number]>> = {
  Branin: [0.0073583, 0.02044227, 0.03543797],
  'Hartmann-6': [0.07534847, 0.11343844, 0.19240023],
  'Rosenbrock, 4 dimensions': [2.95090274, 3.3554354, 4.23683835],
};

const contests = [
  { title: 'random', sampler: 'random', workers: 1 },
  { title: 'Sobol, scrambled', sampler: 'sobol', workers: 1 },
  { title: 'TPE', sampler: 'tpe', workers: 1 },
  { title: 'TPE, 4 trials at once', sampler: 'tpe', workers: 4 },
] as const;

const cell = ([first, median, third]: readonly [number, number, number]): string => {
  const short = (value: number): string => String(Number(value.toPrecision(2)));
  return `${short(median)} (${short(first)} to ${short(third)})`;
};

async function writeFunctions(): Promise<void> {
  const rows = contests.map(({ title, sampler, workers }) => [
    title,
    ...objectives.map((objective) =>
      cell(quartiles(regrets({ objective, sampler, workers, trials: TRIALS, seeds: SEEDS }))),
    ),
  ]);
  const heads = ['sampler', ...objectives.map(({ name }) => name)];
  const peer = ['Optuna 5.0.0, multivariate TPE', ...objectives.map(({ name }) => cell(optuna[name]))];
  await write('regret', [heads, ...rows, peer]);
}

/** Epochs of all trials together: of 10, 20 and 40 whole trainings. */
const budgets = [10, 20, 40].map((trainings) => trainings * TABLE_EPOCHS);

async function writeNetworks(): Promise<void> {
  const table = new Table();
  const rows: string[][] = [];
  for (const sampler of ['random', 'sobol', 'tpe'] as const)
    for (const pruner of ['none', 'median', 'asha'] as const) {
      const epochs = budgets[budgets.length - 1];
      const found = Array.from(
        { length: SEEDS },
        (_, index) => searchTable({ table, sampler, pruner, seed: index + 1, epochs }).regrets,
      );
      const cells = budgets.map((budget) =>
        cell(quartiles(found.map((each) => each[budget - 1] * 1000).sort((a, b) => a - b))),
      );
      rows.push([`${sampler}, ${pruner}`, ...cells]);
      console.log(rows.at(-1)?.join('  '));
    }
  const heads = ['sampler, pruner', ...budgets.map((budget) => `after ${budget} epochs`)];
  await write('regret-networks', [heads, ...rows]);
}

async function write(block: string, lines: string[][]): Promise<void> {
  const table = markdownTable(lines);
  console.log(table);
  await writeTable({ path, block }, table, { err: console.error });
}

const [, , which] = process.argv;
if (which !== 'networks') await writeFunctions();
if (which !== 'functions') await writeNetworks();
