/** Probabilities as bars, most probable first. */

import type { CliContext } from '../context.ts';
import { paint, percent } from './format.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const MOST = 10;

/** One line per class, for at most ten classes. */
export function probabilityBars(
  classNames: readonly string[],
  probabilities: readonly number[],
  { color, columns }: Pick<CliContext, 'color' | 'columns'>,
): string {
  const shown = probabilities
    .map((probability, index) => ({ probability, name: classNames[index] }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST);
  const names = Math.max(...shown.map(({ name }) => name.length));
  const width = Math.max(10, Math.min(40, columns - names - 14));
  return shown
    .map(({ name, probability }, rank) => {
      const eighths = Math.round(probability * width * 8);
      const drawn = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
      const line = `${name.padEnd(names)}  ${percent(probability).padStart(7)}  ${drawn}`.trimEnd();
      return `  ${rank === 0 ? paint(color, ['bold', 'green'], line) : line}`;
    })
    .join('\n');
}
