/** The findings as one picture: docs/benchmarks.svg. Drawn without a browser, readable on light and dark pages. */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Findings, gflopsOf, ladderRows, peers } from './findings.ts';
import { best } from './measure.ts';
import { ladderShapes, modelA, modelB } from './models.ts';

const WIDTH = 880;
const HEIGHTS = [250, 330];
const OWN = '#c2410c';
const OTHERS = '#64748b';
const FONT = 'font-family: system-ui, sans-serif; font-size: 13px';

interface Bar {
  readonly name: string;
  readonly group: string;
  readonly value: number;
}

export function drawChart(findings: Findings): string {
  const charts = [
    bars(
      epochBars(findings),
      'Seconds of a training epoch, best setting of each (logarithmic; shorter is better)',
      {
        type: 'log',
        height: HEIGHTS[0],
        format: (value) => (value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(0)} s`),
      },
    ),
    bars(ladderBars(findings), 'GFLOP/s of one product on one thread (longer is better)', {
      type: 'linear',
      height: HEIGHTS[1],
      format: (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0)),
    }),
  ];
  const height = HEIGHTS.reduce((sum, one) => sum + one);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" style="${FONT}" role="img" ` +
    'aria-label="Couture beside its peers">\n' +
    `<rect width="100%" height="100%" fill="white"/>\n${charts[0]}\n<g transform="translate(0 ${HEIGHTS[0]})">${charts[1]}</g>\n</svg>\n`
  );
}

function epochBars({ epochs = [] }: Findings): Bar[] {
  const families = ['Couture', 'Couture, --fast', 'Couture, 128-bit', ...peers];
  return [modelA, modelB].flatMap(({ name }) =>
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

interface Scale {
  readonly type: 'log' | 'linear';
  readonly height: number;
  readonly format: (value: number) => string;
}

function bars(data: readonly Bar[], title: string, { type, height, format }: Scale): string {
  const { document } = parseHTML('<html><body></body></html>');
  const least = Math.min(...data.map(({ value }) => value));
  const most = Math.max(...data.map(({ value }) => value));
  const start = type === 'log' ? 10 ** Math.floor(Math.log10(least)) : 0;
  const ticks = type === 'log' ? [0.01, 0.1, 1, 10, 100].filter((tick) => tick >= start && tick <= most) : 5;
  const names = [...new Set(data.map(({ name }) => name))];
  const chart = Plot.plot({
    document: document as unknown as Document,
    width: WIDTH,
    height,
    marginLeft: 250,
    marginTop: 64,
    marginRight: 70,
    x: {
      type,
      domain: [start, most * (type === 'log' ? 1.6 : 1.08)],
      label: null,
      ticks,
      tickFormat: String,
      grid: true,
    },
    y: { domain: names, label: null },
    fx: { label: null },
    marks: [
      Plot.barX(data, {
        fx: 'group',
        y: 'name',
        x1: start,
        x2: 'value',
        fill: (bar: Bar) => (bar.name.startsWith('Couture') ? OWN : OTHERS),
      }),
      Plot.text(data, {
        fx: 'group',
        y: 'name',
        x: 'value',
        text: (bar: Bar) => format(bar.value),
        textAnchor: 'start',
        dx: 4,
      }),
    ],
  });
  chart.setAttribute('font-size', '12');
  const heading = `<text x="16" y="26" font-size="15" font-weight="600">${title}</text>`;
  return heading + chart.outerHTML;
}
