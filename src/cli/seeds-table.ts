/** Results over seeds as a Markdown table, and its place in a document. */

import { CoutureError } from '../core/errors.ts';
import type { Environment } from '../platform/node/environment.ts';
import type { RunMetrics } from '../platform/node/run-metrics.ts';
import { duration, percent } from './ui/format.ts';

/** One finished run in the table. */
export interface SeedResult {
  readonly recipe: string;
  readonly seed: number;
  readonly run: string;
  readonly metrics: RunMetrics;
  readonly env: Environment;
}

/** One row: a recipe over its seeds. */
export interface RecipeRow {
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
  const mean = average(accuracies);
  const squares = accuracies.reduce((sum, accuracy) => sum + (accuracy - mean) ** 2, 0);
  return {
    recipe,
    seeds: results.map(({ seed }) => seed),
    mean,
    spread: accuracies.length > 1 ? Math.sqrt(squares / (accuracies.length - 1)) : null,
    min: Math.min(...accuracies),
    max: Math.max(...accuracies),
    seconds: average(results.map(({ metrics }) => metrics.seconds)),
    published,
  };
}

/** The table with where, with what and when it was measured. */
export function markdownTable(rows: readonly RecipeRow[], results: readonly SeedResult[]): string {
  const lines = rows.map(({ recipe, seeds, mean, spread, min, max, seconds, published }) =>
    row([
      `\`${recipe}\``,
      seedsText(seeds),
      `**${percent(mean)}**${spread === null ? '' : ` ± ${(spread * 100).toFixed(2)}`}`,
      `${percent(min)} to ${percent(max)}`,
      duration(seconds),
      published === null ? '' : percent(published),
    ]),
  );
  return [
    row(['recipe', 'seeds', 'test accuracy, mean ± sample sd', 'range', 'training a run', 'published']),
    row(['---', '---', '---', '---', '---:', '---']),
    ...lines,
    '',
    provenance(results.map(({ env }) => env)),
  ].join('\n');
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** `1 to 5` where they follow each other, else all of them. */
export function seedsText(seeds: readonly number[]): string {
  const sorted = [...seeds].sort((a, b) => a - b);
  const [first] = sorted;
  const last = sorted[sorted.length - 1];
  const joined = sorted.length > 2 && last - first === sorted.length - 1;
  return joined ? `${first} to ${last}` : sorted.join(', ');
}

function provenance(envs: readonly Environment[]): string {
  const machines = new Set(
    envs.map(({ cpu, cores, node, couture, backend: { name, variant, threads } }) => {
      const parallel = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
      return `couture ${couture}, ${name} (${variant}, ${parallel}), Node ${node}, ${cpu} (${cores} cores)`;
    }),
  );
  const days = [...new Set(envs.map(({ started }) => started.slice(0, 10)))].sort();
  const when = days.length > 1 ? `${days[0]} to ${days[days.length - 1]}` : days[0];
  return `Measured by \`couture seeds\` with ${[...machines].join('; ')}; ${when}.`;
}

const BEGIN = '<!-- table:seeds -->';
const END = '<!-- /table:seeds -->';

/**
 * Replaces what stands between the two marks of a Markdown document.
 * @throws CoutureError of kind `usage` when the marks are not there, once each and in order
 */
export function replaceBlock(document: string, table: string, name: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  const once = document.lastIndexOf(BEGIN) === begin && document.lastIndexOf(END) === end;
  if (begin < 0 || end < begin || !once) {
    throw new CoutureError('usage', `${name} has no single block for the table.`, {
      hint: `Put the lines ${BEGIN} and ${END} where the table belongs.`,
    });
  }
  return `${document.slice(0, begin + BEGIN.length)}\n${table}\n${document.slice(end)}`;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
