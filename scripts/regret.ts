/**
 * Compares the samplers on functions with known minima, and writes the table of docs/tune.md: the regret after 100 trials, over
 * 30 seeds.
 *
 *     npm run regret
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../src/cli/document.ts';
import { objectives } from './tune/objectives.ts';
import { quartiles, regrets } from './tune/regret.ts';

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

const rows = contests.map(({ title, sampler, workers }) => [
  title,
  ...objectives.map((objective) =>
    cell(quartiles(regrets({ objective, sampler, workers, trials: TRIALS, seeds: SEEDS }))),
  ),
]);
const heads = ['sampler', ...objectives.map(({ name }) => name)];
const peer = ['Optuna 5.0.0, multivariate TPE', ...objectives.map(({ name }) => cell(optuna[name]))];
const table = markdownTable([heads, ...rows, peer]);
console.log(table);
await writeTable({ path, block: 'regret' }, table, { err: console.error });
