/** The comparison as one picture: docs/benchmarks.svg. */

import * as Plot from '@observablehq/plot';
import { chart, grid } from '../../src/figures/chart.ts';
import { Sheet } from '../../src/figures/figure.ts';
import { colors, seriesColor } from '../../src/figures/theme.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import {
  bestWhole,
  type Findings,
  gflopsOf,
  ladderRows,
  peers,
  trainedModels,
  wholeSeconds,
} from '../findings.ts';
import { best } from '../measure.ts';
import { ladderShapes, models } from '../models.ts';

interface Bar {
  readonly name: string;
  readonly group: string;
  readonly value: number;
}

interface Panel {
  readonly heading: string;
  readonly bars: readonly Bar[];
  readonly scale: 'linear' | 'log';
  readonly format: (value: number) => string;
}

const LABELS = 190;
const ROW = 22;

export function drawChart(findings: Findings): string {
  const document = nodeDocument();
  const sheet = new Sheet(
    { document, width: 880 },
    { name: 'benchmarks', title: 'Couture beside its peers', facts: findings.machine },
  );
  for (const panel of panelsOf(findings)) {
    if (panel.bars.length === 0) continue;
    sheet.row([drawBars(document, sheet.width, panel)], { headings: [panel.heading] });
  }
  const said = wholeBars(findings).map(({ name, group, value }) => `${name}, ${group}: ${seconds(value)}`);
  return sheet.figure(`Couture beside its peers. Whole trainings: ${said.join('; ')}.`).svg;
}

function panelsOf(findings: Findings): Panel[] {
  return [
    {
      heading: 'Seconds of a whole training, best setting of each (shorter is better)',
      bars: wholeBars(findings),
      scale: 'linear',
      format: seconds,
    },
    {
      heading: 'Seconds of an epoch, best setting of each (logarithmic; shorter is better)',
      bars: epochBars(findings),
      scale: 'log',
      format: seconds,
    },
    {
      heading: 'GFLOP/s of one dense product on one thread (longer is better)',
      bars: ladderBars(findings),
      scale: 'linear',
      format: (value) => value.toFixed(value < 10 ? 1 : 0),
    },
  ];
}

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} s`;
}

function wholeBars(findings: Findings): Bar[] {
  return trainedModels(findings).flatMap((model) =>
    ['Couture', 'PyTorch'].flatMap((family) => {
      const whole = bestWhole(findings, family, model);
      const group = `model ${model.name}, ${whole?.epochs} epochs`;
      return whole ? [{ name: family, group, value: wholeSeconds(whole) }] : [];
    }),
  );
}

function epochBars({ epochs = [] }: Findings): Bar[] {
  const families = ['Couture', 'Couture, --fast', 'Couture, 128-bit', ...peers];
  return models.flatMap(({ name }) =>
    families.flatMap((family) => {
      const result = best(epochs, family, `epoch ${name}`);
      return result ? [{ name: family, group: `model ${name}`, value: result.median }] : [];
    }),
  );
}

function ladderBars(findings: Findings): Bar[] {
  return ladderRows(findings).flatMap(({ name, results }) =>
    results.flatMap((result, i) => {
      const value = gflopsOf(result, i);
      const short = name.replace(/[:(].*|,(?= one).*/, '').trim();
      return Number.isFinite(value) ? [{ name: short, group: ladderShapes[i].label, value }] : [];
    }),
  );
}

function drawBars(document: Document, width: number, { bars, scale, format }: Panel): SVGSVGElement {
  const values = bars.map(({ value }) => value);
  const most = Math.max(...values);
  const start = scale === 'log' ? 10 ** Math.floor(Math.log10(Math.min(...values))) : 0;
  const ticks = scale === 'log' ? [0.01, 0.1, 1, 10, 100].filter((tick) => tick >= start && tick <= most) : 5;
  const names = [...new Set(bars.map(({ name }) => name))];
  return chart(document, {
    width,
    height: names.length * ROW + 54,
    marginLeft: LABELS,
    marginTop: 26,
    marginRight: 8,
    marginBottom: 24,
    // Room for the figure beside the longest bar.
    x: {
      type: scale,
      domain: [start, most * (scale === 'log' ? 3 : 1.2)],
      label: null,
      ticks,
      tickFormat: String,
    },
    y: { domain: names, label: null, tickSize: 0 },
    fx: { label: null },
    marks: [
      Plot.gridX({ ...grid, ticks }),
      Plot.barX(bars, {
        fx: 'group',
        y: 'name',
        x1: start,
        x2: 'value',
        fill: ({ name }: Bar) => (name.startsWith('Couture') ? seriesColor(1) : colors.quiet),
      }),
      Plot.text(bars, {
        fx: 'group',
        y: 'name',
        x: 'value',
        text: ({ value }: Bar) => format(value),
        textAnchor: 'start',
        dx: 4,
        fill: colors.ink,
      }),
    ],
  });
}
