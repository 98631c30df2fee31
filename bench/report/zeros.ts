/** What the network leaves out, as Markdown; zeros-figure.ts draws it. */

import type { Findings } from '../findings.ts';
import { percent, table } from './markdown.ts';

export function zerosSection({ zeros }: Findings): string | undefined {
  if (!zeros) return undefined;
  const rows = zeros.flatMap(({ model, layers, shares }) => {
    const [first, last] = [shares.find(({ epoch }) => epoch === 1) ?? shares[0], shares[shares.length - 1]];
    return layers.map((layer, i) => [
      model,
      `\`${layer}\``,
      ...[first, last].flatMap(({ inputs, gradients }) => [percent(inputs[i], 1), percent(gradients[i], 1)]),
      String(last.epoch),
    ]);
  });
  return [
    '## What the network leaves out',
    'A term whose factor is 0 adds nothing. ReLU and dropout make such factors: where they make an output 0, the gradient of that unit is 0 as well. Couture leaves ' +
      "these terms out, and the bits stay the same. The figure shows the share of zeros in each layer's inputs and in the gradients dz of its outputs, " +
      'over 1,000 training images with dropout as in training.',
    '![Share of zeros of the inputs and gradients of each layer over the epochs, for models A and B](benchmarks-zeros.svg)',
    table(
      [
        'model',
        'layer',
        'inputs, epoch 1',
        'dz, epoch 1',
        'inputs, last epoch',
        'dz, last epoch',
        'last epoch',
      ],
      rows,
    ),
  ].join('\n\n');
}
