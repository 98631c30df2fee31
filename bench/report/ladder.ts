/** The kernel ladder as Markdown. */

import { type Findings, gflopsOf, ladderRows, productFlop } from '../findings.ts';
import { ladderShapes, peakShape } from '../models.ts';
import { digits, table } from './markdown.ts';

export function ladderSection(findings: Findings): string | undefined {
  const { ladder } = findings;
  if (!ladder) return undefined;
  const rows = ladderRows(findings).map(({ name, results }) => [
    name,
    ...results.map((result, i) => (result ? digits(gflopsOf(result, i)) : '')),
  ]);
  const peaks = ladder
    .filter(({ label }) => label === peakShape.label)
    .map((result) => [result.family, result.setting, digits(productFlop(peakShape) / result.median / 1e9)]);
  return [
    '## Kernel ladder',
    'GFLOP/s of one dense product on one thread, weights in the layout that each kernel wants; the second shape is the first layer of B in a step. ' +
      'Couture and the rungs below it do a separately rounded multiply and add, the same bits everywhere; OpenBLAS fuses them.',
    table(['', ...ladderShapes.map(({ label }) => label)], rows),
    `OpenBLAS's peak, ${peakShape.label}, GFLOP/s:`,
    table(['', 'setting', 'GFLOP/s'], peaks),
  ].join('\n\n');
}
