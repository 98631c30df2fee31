/** Augmentation on the terminal: each change in words, and training images before and after. */

import { imageGrid } from '../../data/terminal-image.ts';
import type { AugmentationColumn, AugmentationExamples } from '../../inspect/inspection.ts';
import type { CliContext } from '../context.ts';
import { terminalColors } from './images.ts';
import { table } from './table.ts';

/** The changes in words, then the first `count` images, each in all its columns. */
export function augmentationText(examples: AugmentationExamples, count: number, context: CliContext): string {
  const { columns, rows, classNames } = examples;
  const { columns: room } = context;
  const colors = terminalColors(context);
  const changes = columns.filter(({ group }) => group !== 'together');
  return [
    table(
      ['change', 'strength', ''],
      changes.slice(1).map(({ name, detail, words }) => [name, detail, words]),
    ),
    ...rows.slice(0, count).flatMap(({ label, index, images }) => [
      '',
      `Training image ${index}, ${classNames[label]}: the original, each change alone, and as in training`,
      '',
      ...imageGrid(
        images.map((pixels, i) => ({ pixels, caption: caption(columns[i]) })),
        { shape: examples, colors, columns: room },
      ),
    ]),
  ].join('\n');
}

/** The columns and examples for `--json`: words and numbers, without the pixels. */
export function augmentationJson({
  columns,
  rows,
  classNames,
}: AugmentationExamples): Record<string, unknown> {
  return {
    columns,
    images: rows.map(({ label, index }) => ({ index, label: classNames[label] })),
  };
}

function caption({ name, detail }: AugmentationColumn): string {
  return `${name} ${detail}`.trim();
}
