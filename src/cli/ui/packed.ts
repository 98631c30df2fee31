/** A packed model and its figures, as text. */

import type { WrittenModel } from '../../runs/pack.ts';
import type { Figures } from '../../ship/card.ts';
import { viewsOf } from '../../use/views.ts';
import type { CliContext } from '../context.ts';
import { bytes as formatBytes, paint, percent } from './format.ts';
import { table } from './table.ts';

/** File, contents and figures; for a fitted temperature also its effect. */
export function packedText(
  { path, bytes, model }: WrittenModel,
  { color }: Pick<CliContext, 'color'>,
): string {
  const { members, precision, views, temperature, card } = model;
  const { validation, calibration, test } = card;
  const row = (name: string, accuracy: number, { loss, ece }: Pick<Figures, 'loss' | 'ece'>): string[] => [
    name,
    percent(accuracy),
    loss.toFixed(4),
    percent(ece),
  ];
  const onValidation =
    validation === null
      ? []
      : calibration === null
        ? [row('validation', validation.accuracy, validation)]
        : [
            row('validation, temperature 1', validation.accuracy, calibration.before),
            row(`validation, temperature ${temperature}`, validation.accuracy, calibration.after),
          ];
  const figures = table(
    ['images', 'accuracy', 'NLL', 'calibration error'],
    [...onValidation, ...(test === null ? [] : [row('test', test.accuracy, test)])],
    ['left', 'right', 'right', 'right'],
  );
  return [
    `${path}  ${formatBytes(bytes)} (${bytes} bytes)`,
    `${members.length === 1 ? '1 network' : `${members.length} networks`}, ${precision}, views of an image: ${viewsOf(views).length}, temperature ${temperature}`,
    ...(validation === null && test !== null && card.members.some(({ imported }) => imported === undefined)
      ? ['The runs held out different images, so there are no validation figures.']
      : []),
    ...(test === null ? [] : ['', figures, '', accuracyLine(test, color)]),
  ].join('\n');
}

function accuracyLine({ accuracy, interval: { low, high } }: Figures, color: boolean): string {
  const value = paint(color, ['bold', 'green'], percent(accuracy));
  return `test accuracy ${value}  (95% interval ${percent(low)} to ${percent(high)})`;
}

/** The contents of a model file for `--json`: everything except the weights. */
export function modelJson({ path, bytes, model }: WrittenModel): Record<string, unknown> {
  const { members, card, ...rest } = model;
  return { path, bytes, ...rest, members: members.map(({ spec }) => spec), card };
}
