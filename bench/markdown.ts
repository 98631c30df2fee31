/** Numbers and tables as Markdown. */

import type { Result } from './measure.ts';

/** A median with its range. */
export function figure(result: Result | undefined, scale: number, strong: boolean): string {
  if (!result || Number.isNaN(result.median)) return 'missing';
  const [low, high] = [Math.min(...result.values), Math.max(...result.values)];
  const middle = digits(result.median * scale);
  return `${strong ? `**${middle}**` : middle} (${digits(low * scale)} to ${digits(high * scale)})`;
}

export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
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

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A ratio: `3.2x`. */
export function times(value: number): string {
  return `${digits(value)}x`;
}
