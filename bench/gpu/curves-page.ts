/** The curves of CPU and GPU over one another: the figure docs/gpu-curves.svg and its block in docs/gpu.md. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../report/markdown.ts';
import { root } from '../starts.ts';
import { gpuText } from './adapter.ts';
import { bestOf, type Curves, comparedOf, largestDifference } from './curves-data.ts';
import { drawCurves } from './curves-figure.ts';
import { writeBlock } from './page.ts';

/** The block of docs/gpu.md. */
export function curvesText(stored: Curves): string {
  const { date, machine, couture, node, gpu } = stored;
  const points = (share: number) => (100 * share).toFixed(2);
  const rows = comparedOf(stored).flatMap(({ recipe, cpu, gpu: own, fast, other }) =>
    [
      { name: 'CPU and GPU', a: cpu, b: own },
      { name: 'CPU, with and without `--fast`', a: cpu, b: fast },
      { name: 'CPU, seeds 1 and 2', a: cpu, b: other },
    ].map(({ name, a, b }) => [
      `\`${recipe}\`, ${a.history.length} epochs`,
      name,
      Math.abs(a.history[0].trainLoss - b.history[0].trainLoss).toFixed(4),
      largestDifference(a, b, 'validationLoss').toFixed(4),
      points(largestDifference(a, b, 'validationAccuracy')),
      `${points(bestOf(a).validationAccuracy)}% and ${points(bestOf(b).validationAccuracy)}%`,
    ]),
  );
  const { alt } = drawCurves(stored);
  return [
    `![${alt}](gpu-curves.svg)`,
    table(
      [
        'recipe',
        'compared',
        'training loss, epoch 1',
        'validation loss',
        'validation accuracy, points',
        'accuracy of the best epochs',
      ],
      rows,
    ),
    `The columns in the middle are the largest differences in any epoch. ${gpuText(gpu)}. ${gpu.webgpu}, Node ${node}, Couture ${couture}, ${machine}; ${date}. ` +
      '`npm run gpu-curves` makes the figure and the table again.',
  ].join('\n\n');
}

/** Writes the figure, and its block. */
export function writeCurves(stored: Curves): void {
  writeFileSync(join(root, 'docs/gpu-curves.svg'), `${drawCurves(stored).svg}\n`);
  writeBlock('gpu-curves', curvesText(stored));
}
