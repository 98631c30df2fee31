/** The figures of a run and of an evaluation, as text. */

import { confusedPairs } from '../../inspect/class-intervals.ts';
import type { ClassMetrics, Evaluation } from '../../inspect/metrics.ts';
import type { ModelEvaluation } from '../../runs/evaluate.ts';
import type { RunMetrics } from '../../runs/metrics.ts';
import type { Run } from '../../runs/run.ts';
import type { CliContext } from '../context.ts';
import { auditedTable } from './audit.ts';
import { classRows, pairsTable, shareText } from './classes.ts';
import { duration, paint, percent } from './format.ts';
import { table } from './table.ts';

/** Largest number of classes with a printed confusion matrix. */
const MOST_IN_MATRIX = 30;
/** Number of confused pairs that are printed instead. */
const PAIRS = 20;

/** The result of a finished run. */
export function runReport(run: Run, metrics: RunMetrics, { color }: Pick<CliContext, 'color'>): string {
  const { low, high } = metrics.testInterval;
  const accuracy = paint(color, ['bold', 'green'], percent(metrics.testAccuracy));
  return table(
    ['', ''],
    [
      ['run', run.path],
      ['test accuracy', `${accuracy}  (95% interval ${percent(low)} to ${percent(high)})`],
      ['test loss', metrics.testLoss.toFixed(4)],
      [
        'best epoch',
        `${metrics.bestEpoch} of ${metrics.epochs}: validation loss ${metrics.validationLoss.toFixed(4)}, accuracy ${percent(metrics.validationAccuracy)}`,
      ],
      ['training', duration(metrics.seconds)],
      // With its digest, the line has 79 columns.
      ['weights sha256', metrics.weightsSha256],
    ],
  );
}

/** The next commands for a run, one per line. */
export function nextCommands({ name, config }: Run, report: string | undefined): string {
  const steps = [
    ...(report === undefined ? [`npx couture report ${name}`] : []),
    `npx couture evaluate ${name}`,
    `npx couture predict ${name} ${config.data.origin.kind === 'import' ? 'PICTURE' : '--test-index 0'}`,
    `npx couture pack ${name} --out ${name}.safetensors`,
  ];
  const written = report === undefined ? '' : `\nReport: ${report} (open it in a browser)\n`;
  return `${written}\nNext:\n${steps.map((step) => `  ${step}`).join('\n')}`;
}

/**
 * Overall figures, per-class figures and the confusion matrix; for many classes the most confused pairs.
 * @param model description of the model
 */
export function evaluationReport(
  evaluation: Evaluation & Pick<ModelEvaluation, 'split' | 'ece' | 'audited'>,
  model: string,
  context: Pick<CliContext, 'color'>,
): string {
  const { color } = context;
  const { images, accuracy, interval, loss, ece, perClass, macro, split, audited } = evaluation;
  const figures = (row: ClassMetrics) => [
    row.name,
    percent(row.precision),
    shareText(row.recall, row),
    shareText(row.f1, row),
    row.support,
  ];
  const classes = table(
    ['class', 'precision', 'recall', 'F1', 'images'],
    [...classRows(perClass, figures), figures({ ...macro, name: 'mean', support: images })],
    ['left', 'right', 'right', 'right', 'right'],
  );
  return [
    `${model}, ${split} split, ${images} images`,
    '',
    `accuracy           ${paint(color, ['bold', 'green'], percent(accuracy))}  (95% interval ${percent(interval.low)} to ${percent(interval.high)})`,
    `loss               ${loss.toFixed(4)} nats`,
    `calibration error  ${percent(ece)}`,
    ...(audited === undefined ? [] : ['', auditedTable(audited, context)]),
    '',
    classes,
    '',
    perClass.length <= MOST_IN_MATRIX ? confusionMatrix(evaluation, context) : mostConfused(evaluation),
  ].join('\n');
}

/** Counts by true class (rows) and predicted class (columns). */
function confusionMatrix({ perClass, confusion }: Evaluation, { color }: Pick<CliContext, 'color'>): string {
  return table(
    ['true \\ predicted', ...perClass.map((_, i) => String(i))],
    confusion.map((row, i) => [
      `${i} ${perClass[i].name}`,
      ...row.map((n, j) => (i === j ? paint(color, 'bold', String(n)) : n === 0 ? '·' : n)),
    ]),
    ['left', ...perClass.map(() => 'right' as const)],
  );
}

/** Instead of a matrix that is too large for a terminal. */
function mostConfused({ confusion, perClass }: Evaluation): string {
  const pairs = confusedPairs(confusion, PAIRS);
  return pairsTable(
    pairs,
    perClass.map(({ name }) => name),
  );
}
