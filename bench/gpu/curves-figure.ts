/** The figure of the curves of CPU and GPU: where they agree, the thin line of the GPU lies on the wide one of the CPU. */

import * as Plot from '@observablehq/plot';
import { chart, grid } from '../../src/figures/chart.ts';
import { type Figure, Sheet } from '../../src/figures/figure.ts';
import { colors, meanings, seriesColor } from '../../src/figures/theme.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import { gpuText } from './adapter.ts';
import {
  bestOf,
  type Compared,
  type Curve,
  type CurvePoint,
  type Curves,
  comparedOf,
  largestDifference,
} from './curves-data.ts';

const cpuColor = seriesColor(0);
const gpuColor = colors.ink;
const otherColor = meanings.dead;

interface Panel {
  readonly label: string;
  readonly value: (point: CurvePoint) => number;
}

const panels: readonly Panel[] = [
  { label: 'validation loss (mean NLL, nats)', value: ({ validationLoss }) => validationLoss },
  { label: 'validation accuracy (%)', value: ({ validationAccuracy }) => 100 * validationAccuracy },
];

/** Validation loss and accuracy over the epochs, a row for each recipe. */
export function drawCurves(stored: Curves): Figure {
  const document = nodeDocument();
  const compared = comparedOf(stored);
  const sheet = new Sheet(
    { document, width: 720 },
    {
      name: 'gpu-curves',
      title: titleOf(compared),
      facts: gpuText(stored.gpu),
    },
  );
  sheet.legend([
    { color: cpuColor, label: 'CPU, seed 1', mark: 'square' },
    { color: gpuColor, label: 'GPU, seed 1', mark: 'line' },
    { color: otherColor, label: 'CPU, seed 2, to compare', mark: 'dashes' },
  ]);
  for (const { recipe, cpu, gpu, other } of compared) {
    const line = ({ history }: Curve, value: Panel['value'], options: Plot.LineYOptions) =>
      Plot.lineY(history, { x: 'epoch', y: value, ...options });
    sheet.columns(
      panels.map(
        ({ label, value }) =>
          (width) =>
            chart(document, {
              width,
              height: 240,
              ...{ marginLeft: 44, marginRight: 12, marginTop: 26, marginBottom: 38 },
              x: { label: 'epoch', labelArrow: 'none', labelAnchor: 'center', ticks: 6 },
              y: { label, labelArrow: 'none', nice: true, ticks: 5 },
              marks: [
                Plot.gridY(grid),
                line(other, value, { stroke: otherColor, strokeWidth: 1.3, strokeDasharray: '4 3' }),
                line(cpu, value, { stroke: cpuColor, strokeWidth: 5 }),
                line(gpu, value, { stroke: gpuColor, strokeWidth: 1.3 }),
              ],
            }),
      ),
      { headings: [`${recipe}, ${cpu.history.length} epochs`] },
    );
  }
  const said = compared.map(({ recipe, cpu, gpu, other }) => {
    const [loss, seeds] = [gpu, other].map((curve) =>
      largestDifference(cpu, curve, 'validationLoss').toFixed(4),
    );
    const [own, emulated] = [cpu, gpu].map((curve) => (100 * bestOf(curve).validationAccuracy).toFixed(2));
    return (
      `${recipe}: the validation losses of CPU and GPU differ by at most ${loss}, those of two seeds by at most ${seeds}; ` +
      `the best epochs have ${own}% and ${emulated}%.`
    );
  });
  return sheet.figure(`Validation loss and accuracy over the epochs, on CPU and GPU. ${said.join(' ')}`);
}

/** How far the GPU is from the CPU, and two seeds from each other. */
function titleOf(compared: readonly Compared[]): string {
  const largest = (pick: (each: Compared) => Curve) =>
    Math.max(...compared.map((each) => largestDifference(each.cpu, pick(each), 'validationLoss'))).toFixed(3);
  return `GPU and CPU are at most ${largest(({ gpu }) => gpu)} nats of validation loss apart, two seeds ${largest(({ other }) => other)}`;
}
