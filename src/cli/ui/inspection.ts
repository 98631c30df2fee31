/** An inspection of a run as text and as JSON. */

import { imageGrid } from '../../data/terminal-image.ts';
import type { ClassInterval, Inspection, PredictedImage } from '../../inspect/inspection.ts';
import type { Interval } from '../../inspect/metrics.ts';
import type { CliContext } from '../context.ts';
import { augmentationJson, augmentationText } from './augmentation.ts';
import { classRows, pairsTable, shareText } from './classes.ts';
import { count, paint, percent } from './format.ts';
import { terminalColors } from './images.ts';
import { table } from './table.ts';

/** Rejection thresholds in the table. */
const THRESHOLDS = [0, 0.5, 0.7, 0.9, 0.95, 0.99];
const MOST_DEAD = 20;

/** The figures of an inspection, from the course of training to the most confident mistakes. */
export function inspectionText(inspection: Inspection, context: CliContext): string {
  const { run, evaluation, training, calibration } = inspection;
  const { color } = context;
  const heading = (text: string): string => paint(color, 'bold', text);
  const accuracy = paint(color, ['bold', 'green'], percent(evaluation.accuracy));
  return [
    `${run}, best weights, ${count(evaluation.images)} test images`,
    `accuracy ${accuracy}  (95% interval ${range(evaluation.interval, ' to ')})`,
    training.sentence,
    ...(inspection.augmentation.rows.length > 0
      ? ['', heading('Augmentation'), augmentationText(inspection.augmentation, 1, context)]
      : []),
    '',
    heading('Classes, with 95% intervals'),
    classesTable(inspection.classes),
    '',
    heading('Most confused'),
    pairsTable(inspection.pairs, inspection.data.classNames),
    '',
    heading('Confidence'),
    `expected calibration error ${percent(calibration.ece)}`,
    rejectionTable(inspection),
    '',
    heading('Hidden units'),
    activityTable(inspection),
    '',
    heading('Most confidently wrong'),
    ...topLosses(inspection, context),
  ].join('\n');
}

/** The same for `--json`: numbers, without the pixels. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  const { recipe, seed, training, evaluation, classes, pairs, calibration, rejection } = inspection;
  const { classNames } = inspection.data;
  const image = ({ index, label, predicted, probabilities, loss }: PredictedImage) => ({
    index,
    label: classNames[label],
    predicted: classNames[predicted],
    probabilities,
    loss,
  });
  return {
    recipe: recipe ?? null,
    seed,
    bestEpoch: training.bestEpoch,
    sentence: training.sentence,
    augmentation: augmentationJson(inspection.augmentation),
    evaluation,
    classes,
    pairs: pairs.map((pair) => ({
      ...pair,
      actual: classNames[pair.actual],
      predicted: classNames[pair.predicted],
    })),
    calibration,
    rejection,
    activity: inspection.activity.map(({ layer, active, dead }) => ({ layer, active: [...active], dead })),
    topLosses: inspection.topLosses.map(image),
  };
}

function range({ low, high }: Interval, between = '-'): string {
  const digits = between === '-' ? 1 : 2;
  return between === '-'
    ? `${(low * 100).toFixed(digits)}-${percent(high, digits)}`
    : `${percent(low, digits)}${between}${percent(high, digits)}`;
}

function classesTable(classes: readonly ClassInterval[]): string {
  return table(
    ['class', 'precision', '', 'recall', '', 'F1', '', 'images'],
    classRows(classes, (row) => [
      row.name,
      percent(row.precision, 1),
      range(row.precisionInterval),
      shareText(row.recall, row, 1),
      row.support === 0 ? '' : range(row.recallInterval),
      shareText(row.f1, row, 1),
      row.support === 0 ? '' : range(row.f1Interval),
      row.support,
    ]),
    ['left', 'right', 'left', 'right', 'left', 'right', 'left', 'right'],
  );
}

/** The point at each threshold that keeps any images. */
function rejectionTable({ rejection }: Inspection): string {
  const points = THRESHOLDS.flatMap((threshold) =>
    rejection.filter((point) => point.threshold === threshold),
  );
  return table(
    ['confidence above', 'images kept', 'accuracy on these', '95% interval'],
    points.map(({ threshold, coverage, accuracy, interval }) => [
      percent(threshold, 0),
      percent(coverage, 1),
      percent(accuracy),
      range(interval, ' to '),
    ]),
    ['right', 'right', 'right', 'left'],
  );
}

function activityTable({ activity }: Inspection): string {
  if (activity.length === 0) return 'No hidden unit uses ReLU or Root, and only those units can be dead.';
  return table(
    ['layer', 'units', 'active on average', 'dead'],
    activity.map(({ layer, active, dead }) => {
      const mean = active.reduce((sum, share) => sum + share, 0) / active.length;
      const named = dead.slice(0, MOST_DEAD).join(', ');
      const rest = dead.length > MOST_DEAD ? `, … (${dead.length})` : '';
      return [layer, active.length, percent(mean, 1), dead.length === 0 ? 'none' : named + rest];
    }),
    ['left', 'right', 'right', 'left'],
  );
}

/** As many images as fit side by side, with label and prediction above each. */
function topLosses({ topLosses: images, data }: Inspection, context: CliContext): string[] {
  if (images.length === 0) return ['No image is misclassified.'];
  const { width, classNames } = data;
  const perRow = Math.max(1, Math.floor((context.columns + 2) / (width + 2)));
  const shown = images.slice(0, perRow);
  const list = table(
    ['image', 'is', 'called', 'with', 'loss'],
    shown.map(({ index, label, predicted, probabilities, loss }) => [
      index,
      classNames[label],
      classNames[predicted],
      percent(probabilities[predicted], 1),
      loss.toFixed(2),
    ]),
    ['right', 'left', 'left', 'right', 'right'],
  );
  const pictures = shown.map(({ pixels, index }) => ({ pixels, caption: `image ${index}` }));
  const colors = terminalColors(context);
  return [list, '', ...imageGrid(pictures, { shape: data, colors, columns: context.columns })];
}
