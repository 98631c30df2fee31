/** Recipes over their seeds as a Markdown table. */

import { markdownTable } from 'markdown-table';
import type { Environment } from '../runs/environment.ts';
import type { RunMetrics } from '../runs/metrics.ts';
import { recipes } from '../train/recipes.ts';
import { meanAndSpread, provenance, spreadText } from './measured-table.ts';
import { duration, percent } from './ui/format.ts';

/** One finished run in the table. */
export interface SeedResult {
  /** The recipe, or the flags of other settings. */
  readonly recipe: string;
  readonly seed: number;
  readonly run: string;
  readonly metrics: RunMetrics;
  readonly env: Environment;
}

/** One row: a recipe over its seeds. */
export interface RecipeRow {
  /** The recipe, or the flags of other settings. */
  readonly recipe: string;
  readonly seeds: readonly number[];
  readonly mean: number;
  /** Sample standard deviation; null for a single seed. */
  readonly spread: number | null;
  readonly min: number;
  readonly max: number;
  /** Mean training time of a run. */
  readonly seconds: number;
  readonly published: number | null;
}

/** Sums up the runs of one recipe. */
export function summarizeRecipe(
  recipe: string,
  results: readonly SeedResult[],
  published: number | null,
): RecipeRow {
  const accuracies = results.map(({ metrics }) => metrics.testAccuracy);
  return {
    recipe,
    seeds: results.map(({ seed }) => seed),
    ...meanAndSpread(accuracies),
    min: Math.min(...accuracies),
    max: Math.max(...accuracies),
    seconds: meanAndSpread(results.map(({ metrics }) => metrics.seconds)).mean,
    published,
  };
}

/** The table with the command, machine and date of the measurement. */
export function seedsTable(rows: readonly RecipeRow[], results: readonly SeedResult[]): string {
  const cells = rows.map(({ recipe, seeds, mean, spread, min, max, seconds, published }) => [
    `\`${recipe}\``,
    seedsText(seeds),
    `**${percent(mean)}**${spreadText(spread)}`,
    `${percent(min)} to ${percent(max)}`,
    duration(seconds),
    published === null ? '' : percent(published),
  ]);
  const heads = [
    rows.every(({ recipe }) => recipe in recipes) ? 'recipe' : 'settings',
    'seeds',
    'test accuracy, mean ± sample sd',
    'range',
    'training a run',
    'published',
  ];
  return [
    markdownTable([heads, ...cells], { align: ['', '', '', '', 'r', ''] }),
    '',
    provenance(
      'couture seeds',
      results.map(({ env }) => env),
    ),
  ].join('\n');
}

/** `1 to 5` for consecutive seeds, otherwise all of them. */
export function seedsText(seeds: readonly number[]): string {
  const sorted = [...seeds].sort((a, b) => a - b);
  const [first] = sorted;
  const last = sorted[sorted.length - 1];
  const joined = sorted.length > 2 && last - first === sorted.length - 1;
  return joined ? `${first} to ${last}` : sorted.join(', ');
}
