/**
 * Finds where validation loss stops falling. The loss scatters from epoch to epoch, so the lowest of many
 * epochs is partly luck, and changes are compared with that scatter.
 */

import { aString, checkArguments, oneOf } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aHistory } from '../train/argument-kinds.ts';
import { bestEpoch, type Selection, selections } from '../train/best.ts';
import type { EpochMetrics } from '../train/events.ts';
import type { TrainingHistory } from './inspection.ts';

/** Fewer epochs do not show the scatter. */
const FEW = 5;

/** A change counts when it is above this many standard errors. */
const CLEAR = 2;

/** The lowest of many epochs is seldom this many standard deviations below their course. */
const FAR = 3;

/**
 * The history of a run with its best epoch and a sentence about it.
 * @param select the criterion for the best epoch
 * @throws CoutureError of kind `runtime` when no epoch has a finite validation loss
 */
export function describeTraining(
  run: string,
  history: readonly EpochMetrics[],
  select: Selection = 'loss',
): TrainingHistory {
  checkArguments('describeTraining', {
    run: [run, aString],
    history: [history, aHistory],
    select: [select, oneOf(selections)],
  });
  const rows = history.filter((row) => Number.isFinite(row.validationLoss));
  if (rows.length === 0)
    throw new CoutureError('runtime', `No epoch of ${run} has a finite validation loss.`);
  const lowest = rows.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  const best = bestEpoch(rows, select) ?? lowest;
  return { run, history, bestEpoch: best.epoch, ...judge(rows, rows.indexOf(lowest)) };
}

/** The sentence about the epochs `rows`; `best` is the index of the lowest validation loss. */
function judge(
  rows: readonly EpochMetrics[],
  best: number,
): Pick<TrainingHistory, 'sentence' | 'stopsFalling'> {
  const losses = rows.map((row) => row.validationLoss);
  const last = rows.length - 1;
  const epochs = rows[last].epoch;
  const lowest = nats(losses[best]);
  const at = `epoch ${rows[best].epoch}`;
  if (last === 0)
    return {
      sentence: `A single epoch cannot show where validation loss stops falling; it ended at ${lowest}.`,
    };
  if (best === 0) {
    const end = `after epoch ${epochs} it is ${nats(losses[last])}`;
    return { sentence: `Validation loss never falls below the ${lowest} of the first epoch; ${end}.` };
  }
  if (rows.length < FEW) {
    const caution = 'these are too few epochs to show where it stops falling';
    return { sentence: `Validation loss is lowest at ${at} of ${epochs}, ${lowest}; ${caution}.` };
  }

  const scatter = scatterOf(losses);
  // From here on it falls by no more than chance, at once or gradually.
  const stop = losses.findIndex(
    (loss, i) => loss <= losses[best] + CLEAR * scatter && !stillFalls(losses.slice(i), scatter),
  );
  if (stop < 0 || stop > best) {
    const tail = losses.slice(-FEW);
    // A low epoch long before the end, which the end does not come near again, is no falling loss.
    if (best < losses.length - FEW && mean(tail) > losses[best] + FAR * scatter) {
      const then = `${nats(mean(tail))} in the mean of the epochs from ${rows[rows.length - FEW].epoch} on`;
      return {
        sentence: `Validation loss is lowest at ${at} of ${epochs}, ${lowest}, and ${then}; it changes too much from epoch to epoch to show where it stops falling.`,
      };
    }
    const caution = 'so this run does not show where it stops';
    return {
      sentence: `Validation loss still falls when training ends: its lowest is ${lowest} at ${at} of ${epochs}, ${caution}.`,
    };
  }
  const stopsFalling = rows[stop].epoch;
  const where = `Validation loss stops falling at ${stop === best ? '' : 'about '}epoch ${stopsFalling} of ${epochs}`;
  const end = losses.slice(Math.max(best + 1, losses.length - FEW));
  if (clearlyAbove(end, around(losses, best), scatter)) {
    const lowestThere = stop === best ? `, at ${lowest},` : `, is lowest at ${at}, ${lowest},`;
    const rise = `rises to ${nats(mean(end))}, the mean of the epochs from ${rows[rows.length - end.length].epoch} on`;
    return { stopsFalling, sentence: `${where}${lowestThere} and ${rise}${overfitting(rows, best)}.` };
  }
  const chance = `as it scatters by about ${nats(scatter)} from epoch to epoch`;
  const level =
    stop === best
      ? `, at ${lowest}; it rises by no more than chance after that, ${chance}`
      : `: its lowest, ${lowest} at ${at}, is below epoch ${stopsFalling}'s by no more than chance, ${chance}`;
  return { stopsFalling, sentence: `${where}${level}.` };
}

/** The losses around the best epoch, without its own, which was selected for being low. */
function around(losses: readonly number[], best: number): number[] {
  return [...losses.slice(Math.max(0, best - 2), best), ...losses.slice(best + 1, best + 3)];
}

/** Whether the last epochs are too few, or fall from their first half to their second. */
function stillFalls(tail: readonly number[], scatter: number): boolean {
  if (tail.length < FEW - 1) return true;
  const half = Math.ceil(tail.length / 2);
  return clearlyAbove(tail.slice(0, half), tail.slice(half), scatter);
}

/** The course of training loss while validation loss rises. */
function overfitting(rows: readonly EpochMetrics[], best: number): string {
  const then = rows[best].trainLoss;
  const now = rows[rows.length - 1].trainLoss;
  if (now >= then) return '';
  return `, while training loss falls on from ${nats(then)} to ${nats(now)}: the network overfits`;
}

/**
 * Standard deviation of the values about a smooth course, from their second differences d: d / sqrt(6) has it where
 * the course is straight over three epochs (Gasser, Sroka & Jennen-Steinmetz, Biometrika 73, 1986). The median of
 * their sizes stands for the mean of squares, as the steep first epochs are not straight; 0.6745 is the median size
 * of a standard normal value.
 */
export function scatterOf(values: readonly number[]): number {
  const sizes = values
    .slice(2)
    .map((value, i) => Math.abs(value - 2 * values[i + 1] + values[i]))
    .sort((a, b) => a - b);
  const middle = sizes.length / 2;
  const median = (sizes[Math.ceil(middle) - 1] + sizes[Math.floor(middle)]) / 2;
  return median / (0.6745 * Math.sqrt(6));
}

/** Whether the mean of the first values is above that of the second by more than their scatter explains. */
function clearlyAbove(first: readonly number[], second: readonly number[], scatter: number): boolean {
  const error = scatter * Math.sqrt(1 / first.length + 1 / second.length);
  return first.length > 0 && mean(first) - mean(second) > CLEAR * error;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const nats = (loss: number): string => loss.toFixed(4);
