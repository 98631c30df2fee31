/**
 * results.csv: the metrics of training, one row per epoch, for people and other programs. The checkpoint has
 * the same data.
 */

import { CoutureError } from '../core/errors.ts';
import type { EpochMetrics } from '../train/events.ts';

const HEADER = 'epoch,train_loss,val_loss,val_accuracy,lr,seconds';

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
 * Compares the text of results.csv with the epochs of the checkpoint.
 * @param finished whether the run is finished; the rows of an unfinished run may be ahead of its checkpoint
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` naming the line that differs from the output of `formatResults`
 */
export function checkResults(
  text: string,
  history: readonly EpochMetrics[],
  finished: boolean,
  name: string,
): void {
  const found = linesOf(text);
  const expected = linesOf(formatResults(history));
  const line = expected.findIndex((row, i) => found[i] !== row);
  if (line < 0 && (found.length === expected.length || !finished)) return;
  const place = line < 0 ? expected.length : line;
  throw new CoutureError('data', `${name} is damaged: line ${place + 1} does not match the checkpoint.`, {
    hint: 'Delete the file: the checkpoint has the same figures.',
  });
}

/**
 * Reads the text of results.csv.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` naming the line that is not what `formatResults` writes
 */
export function parseResults(text: string, name: string): EpochMetrics[] {
  const [header, ...rows] = linesOf(text);
  const wrong = (line: number): CoutureError =>
    new CoutureError('data', `${name} is damaged: line ${line} is not a row of results.`, {
      hint: 'Delete the file: the checkpoint has the same figures.',
    });
  if (header !== HEADER) throw wrong(1);
  return rows.map((row, i) => {
    const values = row.split(',').map(numberOf);
    const [epoch, trainLoss, validationLoss, validationAccuracy, learningRate, seconds] = values;
    const isRow = values.length === HEADER.split(',').length && epoch === i + 1;
    if (!isRow || values.includes(undefined)) throw wrong(i + 2);
    return { epoch, trainLoss, validationLoss, validationAccuracy, learningRate, seconds } as EpochMetrics;
  });
}

/** A number as `formatResults` writes it, also one that overflowed; undefined for other text. */
function numberOf(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}
