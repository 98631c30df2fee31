/** results.csv: what training measured, one row an epoch. */

import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import { inQuotes } from '../core/printable.ts';
import type { EpochMetrics } from '../train/events.ts';

const HEADER = 'epoch,train_loss,val_loss,val_accuracy,lr,seconds';

const decimal = z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/);
/** A loss that overflowed is written as it is; everything else has to be a number. */
const loss = z.union([z.literal(['NaN', 'Infinity', '-Infinity']), decimal]).transform(Number);
const number = decimal.transform(Number).pipe(z.number().min(0));
const rowSchema = z.tuple([
  number.pipe(z.int().min(1)),
  loss,
  loss,
  number.pipe(z.number().max(1)),
  number,
  number,
]);

/** results.csv, whole. */
export function formatResults(history: readonly EpochMetrics[]): string {
  const rows = history.map((row) =>
    [
      row.epoch,
      row.trainLoss,
      row.validationLoss,
      row.validationAccuracy,
      row.learningRate,
      row.seconds.toFixed(3),
    ].join(','),
  );
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/**
 * Reads the text of a results.csv.
 * @param name what to call the file in messages
 * @throws CoutureError of kind `data` naming the line that is not as `formatResults` writes it
 */
export function parseResults(text: string, name: string): EpochMetrics[] {
  const [header, ...lines] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (header !== HEADER)
    throw new CoutureError('data', `${name} is not a results.csv of Couture: it begins ${inQuotes(header)}.`);
  return lines.map((line, i) => {
    const parsed = rowSchema.safeParse(line.split(','));
    if (!parsed.success || parsed.data[0] !== i + 1)
      throw new CoutureError('data', `${name} is damaged: line ${i + 2} is not the row of epoch ${i + 1}.`);
    const [epoch, trainLoss, validationLoss, validationAccuracy, learningRate, seconds] = parsed.data;
    return { epoch, trainLoss, validationLoss, validationAccuracy, learningRate, seconds };
  });
}
