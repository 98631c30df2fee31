/** The picture of what the network leaves out: docs/benchmarks-zeros.svg. */

import * as Plot from '@observablehq/plot';
import { list, percent } from '../../src/core/format.ts';
import { chart, grid } from '../../src/figures/chart.ts';
import { Sheet } from '../../src/figures/figure.ts';
import { seriesColor } from '../../src/figures/theme.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import type { Zeros } from '../parts/zeros.ts';

interface Point {
  readonly layer: number;
  readonly epoch: number;
  readonly share: number;
}

/** Shares of zeros over the epochs: for each model the inputs of its layers beside their gradients. */
export function drawZeros(zeros: readonly Zeros[]): string {
  const document = nodeDocument();
  const most = Math.max(...zeros.map(({ layers }) => layers.length));
  const sheet = new Sheet(
    { document, width: 720 },
    {
      name: 'zeros',
      title: 'What the network leaves out',
      facts: 'share of values that are exactly 0 in training, dropout included',
    },
  );
  sheet.legend(
    Array.from({ length: most }, (_, layer) => ({
      color: seriesColor(layer),
      label: `layer ${layer + 1}`,
      mark: 'line' as const,
    })),
  );
  for (const { model, layers, shares } of zeros) {
    const panel = (pick: 'inputs' | 'gradients') => (width: number) => {
      const points: Point[] = shares.flatMap((moment) =>
        layers.map((_, layer) => ({ layer, epoch: moment.epoch, share: moment[pick][layer] * 100 })),
      );
      const color = ({ layer }: Point) => seriesColor(layer);
      return chart(document, {
        width,
        height: 240,
        marginLeft: 44,
        marginRight: 12,
        marginTop: 26,
        marginBottom: 38,
        x: { label: 'epochs done', labelArrow: 'none', labelAnchor: 'center', ticks: 8 },
        y: { label: 'zeros (%)', labelArrow: 'none', domain: [0, 100], ticks: 5 },
        marks: [
          Plot.gridY(grid),
          Plot.lineY(points, { x: 'epoch', y: 'share', z: 'layer', stroke: color, strokeWidth: 1.8 }),
          Plot.dot(points, { x: 'epoch', y: 'share', r: 1.8, fill: color }),
        ],
      });
    };
    sheet.columns([panel('inputs'), panel('gradients')], {
      headings: [`${model}: inputs of each layer`, `${model}: gradients dz of its outputs`],
    });
  }
  const said = zeros.map(({ model, layers, shares }) => {
    const last = shares[shares.length - 1];
    const each = (values: readonly number[]) =>
      list(layers.map((layer, i) => `${percent(values[i])} of ${layer}`));
    return `Model ${model} after epoch ${last.epoch}: of the inputs ${each(last.inputs)}; of the gradients ${each(last.gradients)}`;
  });
  return sheet.figure(`Share of zeros by layer over the epochs. ${said.join('. ')}.`).svg;
}
