/** The figures of a run and of an evaluation, as text. */

import type { Evaluation } from '../../inspect/metrics.ts';
import type { ModelEvaluation } from '../../runs/evaluate.ts';
import type { RunMetrics } from '../../runs/metrics.ts';
import type { Run } from '../../runs/run.ts';
import type { CliContext } from '../context.ts';
import { auditedTable } from './audit.ts';
import { duration, paint, percent } from './format.ts';
import { table } from './table.ts';

/** What a finished run came to. */
export function runReport(run: Run, metrics: RunMetrics, { color }: Pick<CliContext, 'color'>): string {
  const { low, high } = metrics.testInterval;
  const accuracy = paint(color, ['bold', 'green'], percent(metrics.testAccuracy));
  return table(
    ['', ''],
    [
      ['run', run.path],
      ['test accuracy', `${accuracy}  (95% between ${percent(low)} and ${percent(high)})`],
      ['test loss', metrics.testLoss.toFixed(4)],
      [
        'best epoch',
        `${metrics.bestEpoch} of ${metrics.epochs}: validation loss ${metrics.validationLoss.toFixed(4)}, accuracy ${percent(metrics.validationAccuracy)}`,
      ],
      ['training', duration(metrics.seconds)],
      ['weights', `sha256 ${metrics.weightsSha256}`],
    ],
  );
}

/** What to do with a run next: a command a line. */
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
 * Overall figures, per-class figures and the confusion matrix.
 * @param model what is evaluated, in words
 */
export function evaluationReport(
  evaluation: Evaluation & Pick<ModelEvaluation, 'split' | 'ece' | 'audited'>,
  model: string,
  context: Pick<CliContext, 'color'>,
): string {
  const { color } = context;
  const { images, accuracy, interval, loss, ece, perClass, macro, confusion, split, audited } = evaluation;
  const right = perClass.map(() => 'right' as const);
  const figures = (name: string, row: { precision: number; recall: number; f1: number }, support: number) => [
    name,
    percent(row.precision),
    percent(row.recall),
    percent(row.f1),
    support,
  ];
  const classes = table(
    ['class', 'precision', 'recall', 'F1', 'images'],
    [...perClass.map((row) => figures(row.name, row, row.support)), figures('mean', macro, images)],
    ['left', 'right', 'right', 'right', 'right'],
  );
  const matrix = table(
    ['true \\ predicted', ...perClass.map((_, i) => String(i))],
    confusion.map((row, i) => [
      `${i} ${perClass[i].name}`,
      ...row.map((n, j) => (i === j ? paint(color, 'bold', String(n)) : n === 0 ? '·' : n)),
    ]),
    ['left', ...right],
  );
  return [
    `${model}, ${split} split, ${images} images`,
    '',
    `accuracy           ${paint(color, ['bold', 'green'], percent(accuracy))}  (95% between ${percent(interval.low)} and ${percent(interval.high)})`,
    `loss               ${loss.toFixed(4)} nats`,
    `calibration error  ${percent(ece)}`,
    ...(audited === undefined ? [] : ['', auditedTable(audited, context)]),
    '',
    classes,
    '',
    matrix,
  ].join('\n');
}
