/** Numbers and tables as Markdown. */

import type { Result } from '../measure.ts';

/** A median with its range. */
export function figure(result: Result | undefined, scale: number, strong: boolean): string {
  if (!result || Number.isNaN(result.median)) return 'missing';
  const [low, high] = [Math.min(...result.values), Math.max(...result.values)];
  const middle = digits(result.median * scale);
  return `${strong ? `**${middle}**` : middle} (${digits(low * scale)} to ${digits(high * scale)})`;
}

/** Each family with each of its settings, in the order in which they were measured. */
export function settingsOf(results: readonly Result[]): [string, string][] {
  const pairs = new Set(results.map(({ family, setting }) => `${family}\n${setting}`));
  return [...pairs].map((pair) => pair.split('\n') as [string, string]);
}

export function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

/** Three significant digits at most, none made up. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '';
  if (value >= 100) return thousands(Math.round(value));
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
}

/** Columns of a line of Markdown, as the formatter has it for code. */
const COLUMNS = 120;

/** Paragraphs in lines of at most 120 characters; tables, titles and pictures stay as they are. */
export function wrapped(markdown: string): string {
  return markdown
    .split('\n')
    .map((line) => (/^[|#!]/.test(line) ? line : line.replace(lines, '$1\n').trimEnd()))
    .join('\n');
}

const lines = new RegExp(`(.{1,${COLUMNS}})(?: |$)`, 'g');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A ratio: `3.2x`. */
export function times(value: number): string {
  return `${digits(value)}x`;
}

/** A share: `91.40%`. */
export function percent(share: number, decimals = 2): string {
  return `${(share * 100).toFixed(decimals)}%`;
}
