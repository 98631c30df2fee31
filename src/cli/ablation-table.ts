/** The effect of each change to a run, over seeds, as a Markdown table. */

import { markdownTable } from 'markdown-table';
import type { Environment } from '../runs/environment.ts';
import type { RunMetrics } from '../runs/metrics.ts';
import { meanAndSpread, provenance, spreadText } from './measured-table.ts';
import { duration, percent } from './ui/format.ts';

/** One finished run in the table. */
export interface AblationResult {
  /** The change as given; undefined for the unchanged run. */
  readonly change: string | undefined;
  readonly seed: number;
  readonly run: string;
  readonly metrics: RunMetrics;
  readonly env: Environment;
}

/** One row: a change over its seeds. */
export interface AblationRow {
  readonly change: string | undefined;
  readonly validation: number;
  /** Sample standard deviation; null for a single seed. */
  readonly validationSpread: number | null;
  readonly test: number;
  readonly testSpread: number | null;
  /**
   * Mean of the differences from the unchanged run, paired by seed, on validation images, and their standard
   * error: runs of one seed hold out the same images. Null for the unchanged run.
   */
  readonly difference: { readonly mean: number; readonly error: number | null } | null;
  /** Mean training time of a run. */
  readonly seconds: number;
}

/** A row for each change, in order; the unchanged run must be among them, with the same seeds. */
export function summarizeAblation(results: readonly AblationResult[]): AblationRow[] {
  const validationOf = (change: string | undefined): number[] =>
    results.filter((result) => result.change === change).map(({ metrics }) => metrics.validationAccuracy);
  const asItIs = validationOf(undefined);
  return [...new Set(results.map(({ change }) => change))].map((change) => {
    const own = results.filter((result) => result.change === change);
    const validations = validationOf(change);
    const validation = meanAndSpread(validations);
    const test = meanAndSpread(own.map(({ metrics }) => metrics.testAccuracy));
    const difference = meanAndSpread(validations.map((value, i) => value - asItIs[i]));
    const error = difference.spread === null ? null : difference.spread / Math.sqrt(own.length);
    return {
      change,
      validation: validation.mean,
      validationSpread: validation.spread,
      test: test.mean,
      testSpread: test.spread,
      difference: change === undefined ? null : { mean: difference.mean, error },
      seconds: meanAndSpread(own.map(({ metrics }) => metrics.seconds)).mean,
    };
  });
}

/** The table with the command, machine and date of the measurement. */
export function ablationTable(rows: readonly AblationRow[], results: readonly AblationResult[]): string {
  const cells = rows.map(
    ({ change, validation, validationSpread, test, testSpread, difference, seconds }) => [
      change === undefined ? 'unchanged' : `\`${change}\``,
      `${percent(validation)}${spreadText(validationSpread)}`,
      difference === null ? '' : `${signed(difference.mean)}${spreadText(difference.error)}`,
      `${percent(test)}${spreadText(testSpread)}`,
      duration(seconds),
    ],
  );
  const heads = [
    'change',
    'validation, mean ± sd',
    'difference ± standard error',
    'test, mean ± sd',
    'training a run',
  ];
  return [
    markdownTable([heads, ...cells], { align: ['', '', '', '', 'r'] }),
    '',
    provenance(
      'couture ablate',
      results.map(({ env }) => env),
    ),
  ].join('\n');
}

const signed = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}`;
