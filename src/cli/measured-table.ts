/** Common parts of Markdown tables of measurements: figures, origin, and place in a document. */

import { CoutureError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import type { Environment } from '../runs/environment.ts';

/** Mean and sample standard deviation; that is null for a single value. */
export function meanAndSpread(values: readonly number[]): { mean: number; spread: number | null } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}

/** ` ± 0.12`, in points of a percentage. */
export function spreadText(spread: number | null): string {
  return spread === null ? '' : ` ± ${(spread * 100).toFixed(2)}`;
}

/** The command, machine and date of the measurement. */
export function provenance(command: string, envs: readonly Environment[]): string {
  const machines = new Set(
    envs.map(({ cpu, cores, node, couture, backend: { name, variant, threads } }) => {
      const engine = `${name} (${variant}, ${plural(threads, 'thread')})`;
      return `couture ${couture}, ${engine}, Node ${node}, ${cpu} (${plural(cores, 'core')})`;
    }),
  );
  const days = [...new Set(envs.map(({ started }) => started.slice(0, 10)))].sort();
  const when = days.length > 1 ? `${days[0]} to ${days[days.length - 1]}` : days[0];
  return `Measured by \`${command}\` with ${[...machines].join('; ')}; ${when}.`;
}

/**
 * Replaces the text between the two marks of a Markdown document: `<!-- table:BLOCK -->` and `<!--
 * /table:BLOCK -->`.
 * @param name of the document, for the error
 * @throws CoutureError of kind `usage` when the marks do not appear once each and in order
 */
export function replaceBlock(document: string, block: string, table: string, name: string): string {
  const [opening, closing] = [`<!-- table:${block} -->`, `<!-- /table:${block} -->`];
  const begin = document.indexOf(opening);
  const end = document.indexOf(closing);
  const once = document.lastIndexOf(opening) === begin && document.lastIndexOf(closing) === end;
  if (begin < 0 || end < begin || !once) {
    throw new CoutureError('usage', `${name} must have exactly one block for the table.`, {
      hint: `Put the lines ${opening} and ${closing} where the table goes.`,
    });
  }
  return `${document.slice(0, begin + opening.length)}\n${table}\n${document.slice(end)}`;
}
