/** Formats numbers and colors for the command line. */

import { styleText } from 'node:util';
import { percent as formatPercent } from '../../core/format.ts';

type Style = Parameters<typeof styleText>[0];

export { count } from '../../core/format.ts';

/** `87.42%`: two decimals, unless told otherwise. */
export function percent(share: number, digits = 2): string {
  return formatPercent(share, digits);
}

/** `0:45`, `12:03`, `1:02:03` */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return hours > 0 ? `${hours}:${text}` : text.replace(/^0/, '');
}

/** `3.1 s`, `31 s`, `12:03 min` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${clock(seconds)} min`;
}

/** `1.7 MiB` */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 ** 2 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 ** 2).toFixed(1)} MiB`;
}

/** Colors `text` if colors are on. */
export function paint(color: boolean, style: Style, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}
