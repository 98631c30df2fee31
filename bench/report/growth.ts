/** How cost grows, as Markdown. */

import type { Findings } from '../findings.ts';
import { type Model, modelB, TRAIN_IMAGES, trainFlop } from '../models.ts';
import { grown } from '../parts/growth.ts';
import { digits, figure, table } from './markdown.ts';

const titles: Readonly<Record<string, readonly [string, string]>> = {
  width: ['width', 'Two hidden layers of this width, 784-w-w-10, all threads:'],
  depth: ['hidden layers', 'This many hidden layers of 256, all threads:'],
  batch: ['batch size', 'Model B in batches of this size, all threads:'],
  threads: ['threads', 'Model B in batches of 64:'],
};

export function growthSection({ growth }: Findings): string | undefined {
  if (!growth) return undefined;
  const tables = Object.entries(titles).map(([kind, [heading, title]]) => {
    const results = growth.filter(({ label }) => label.startsWith(`${kind} `));
    const rows = results.map((result) => {
      const value = Number(result.label.split(' ')[1]);
      const gflops = trainFlop(modelOf(kind, value), TRAIN_IMAGES) / result.median / 1e9;
      return [String(value), figure(result, 1, false), digits(gflops)];
    });
    return `${title}\n\n${table([heading, 'epoch, s', 'GFLOP/s'], rows)}`;
  });
  return [
    '## How cost grows',
    'Couture alone, in its second epoch: seconds of an epoch, with the range, and dense-equivalent arithmetic.',
    ...tables,
  ].join('\n\n');
}

function modelOf(kind: string, value: number): Model {
  if (kind === 'width') return grown([value, value]);
  if (kind === 'depth') return grown(Array.from({ length: value }, () => 256));
  return modelB;
}
