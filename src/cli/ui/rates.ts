/** The result of a learning-rate search as text: the suggestion, and a small plot of the smoothed loss. */

import type { WrittenRates } from '../../runs/rates.ts';
import { adviseRate, type RateCurve } from '../../train/rate-curve.ts';
import type { CliContext } from '../context.ts';
import { paint } from './format.ts';

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS = 8;
/** Width of the labels beside the plot, and largest width of the plot. */
const LABELS = 6;
const WIDEST = 72;

/** `0.0031`, `1e-6` */
export function rateText(rate: number): string {
  const short = Number(rate.toPrecision(2));
  return short < 0.0001 ? short.toExponential() : String(short);
}

/** The output of `couture lr-find`. */
export function rateReport(
  { curve, path, figures }: WrittenRates,
  context: Pick<CliContext, 'color' | 'columns'>,
): string {
  return [
    paint(context.color, 'bold', adviseRate(curve)),
    '',
    ...ratePlot(curve, context),
    '',
    `The curve is in ${path}; the plot is in ${figures.join(' and ')}.`,
    ...(curve.suggested === undefined
      ? []
      : [`To train with it: the same flags and --learning-rate ${curve.suggested}`]),
  ].join('\n');
}

/** The smoothed loss as an area over the logarithm of the rate, with the suggested rate. */
export function ratePlot(
  { rates, smoothed, suggested }: RateCurve,
  { color, columns }: Pick<CliContext, 'color' | 'columns'>,
): string[] {
  const width = Math.min(rates.length, WIDEST, Math.max(20, columns - LABELS - 1));
  const spread = Math.log(rates[rates.length - 1] / rates[0]);
  const columnOf = (rate: number): number =>
    Math.min(width - 1, Math.max(0, Math.floor((Math.log(rate / rates[0]) / spread) * width)));
  const heights = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * rates.length) / width);
    const part = smoothed.slice(from, Math.max(from + 1, Math.floor(((column + 1) * rates.length) / width)));
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
  // Where training came apart, the last losses would flatten all others.
  const most = Math.min(Math.max(...heights), 1.5 * heights[0]);
  const least = Math.min(...heights);
  const eighths = heights.map((loss) => {
    const share = most > least ? Math.min(1, (loss - least) / (most - least)) : 0;
    return 1 + Math.round(share * (ROWS * 8 - 1));
  });
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const floor = (ROWS - 1 - row) * 8;
    const label = row === 0 ? most.toFixed(2) : row === ROWS - 1 ? least.toFixed(2) : '';
    const drawn = eighths.map((filled) => EIGHTHS[Math.max(0, Math.min(8, filled - floor))]).join('');
    return `${label.padStart(LABELS - 1)} ${drawn}`.trimEnd();
  });
  const marks =
    suggested === undefined || suggested < rates[0]
      ? []
      : [marked(' '.repeat(LABELS), columnOf(suggested), width, `take ${suggested}`, color)];
  return [...rows, ' '.repeat(LABELS) + decadeLine(rates, columnOf, width), ...marks];
}

/** `▲ take 0.001` under a column; the words to the left of it where they would leave the plot. */
function marked(indent: string, column: number, width: number, words: string, color: boolean): string {
  const fits = column + 2 + words.length <= width;
  const text = fits ? `${' '.repeat(column)}▲ ${words}` : `${`${words} ▲`.padStart(column + 1)}`;
  return indent + paint(color, ['bold', 'green'], text);
}

/** The powers of ten under their columns, as far as they do not touch. */
function decadeLine(rates: readonly number[], columnOf: (rate: number) => number, width: number): string {
  let line = '';
  const last = Math.floor(Math.log10(rates[rates.length - 1]) + 1e-9);
  for (let power = Math.ceil(Math.log10(rates[0]) - 1e-9); power <= last; power++) {
    const text = rateText(10 ** power);
    const column = columnOf(10 ** power);
    if (column < line.length + (line === '' ? 0 : 1) || column + text.length > width) continue;
    line = line.padEnd(column) + text;
  }
  return line;
}
