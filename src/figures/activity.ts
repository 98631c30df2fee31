/** How often the hidden units are active, and which units never are. */

import * as Plot from '@observablehq/plot';
import { count, list, percent, plural } from '../core/format.ts';
import type { LayerActivity } from '../inspect/inspection.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { colors, seriesColor, verdict } from './theme.ts';

/** Dead units that are named one by one. */
const NAMED = 16;

interface Step {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

function deadNames({ layer, dead }: LayerActivity): string {
  const named = dead.slice(0, NAMED).map((unit) => `${layer}.${unit}`);
  if (dead.length > NAMED) named.push(`${count(dead.length - NAMED)} more`);
  return list(named);
}

/** For each hidden layer the share of images for which each unit is above 0, the most active unit first. */
export function drawActivity(layers: readonly LayerActivity[], options: FigureOptions): Figure {
  const dead = layers.reduce((sum, layer) => sum + layer.dead.length, 0);
  const units = layers.reduce((sum, layer) => sum + layer.active.length, 0);
  const sheet = new Sheet(options, {
    name: 'activity',
    title: 'How often each hidden unit is active',
    facts: `${plural(units, 'unit')}, ${dead === 0 ? 'none dead' : `${count(dead)} dead (active for no image)`}`,
  });
  for (const layer of layers) {
    const sorted = [...layer.active].sort((a, b) => b - a);
    const steps: Step[] = sorted.map((share, i) => ({ from: i, to: i + 1, share: share * 100 }));
    const living = sorted.length - layer.dead.length;
    sheet.row(
      [
        chart(options.document, {
          width: sheet.width,
          height: 150,
          marginLeft: 44,
          marginRight: 14,
          marginTop: 22,
          marginBottom: 36,
          x: {
            label: 'unit, by rank',
            labelArrow: 'none',
            labelAnchor: 'center',
            domain: [0, sorted.length],
            ticks: Math.max(2, Math.floor(sheet.width / 80)),
            tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : ''),
          },
          y: { label: 'images (%)', labelArrow: 'none', domain: [0, 100], ticks: 4 },
          marks: [
            Plot.gridY(grid),
            Plot.areaY(
              steps.flatMap(({ from, to, share }) => [
                { x: from, y: share },
                { x: to, y: share },
              ]),
              { x: 'x', y1: 0, y2: 'y', fill: seriesColor(0) },
            ),
            ...(layer.dead.length > 0
              ? [
                  Plot.rect([{ from: living, to: sorted.length }], {
                    x1: 'from',
                    x2: 'to',
                    y1: 0,
                    y2: 100,
                    fill: verdict.wrong,
                    fillOpacity: 0.3,
                  }),
                ]
              : []),
          ],
        }),
      ],
      { headings: [`${layer.layer}: ${plural(sorted.length, 'unit')}, ${count(layer.dead.length)} dead`] },
    );
    if (layer.dead.length > 0)
      sheet.paragraph(`Dead: ${deadNames(layer)}.`, { size: 11.5, fill: colors.ink });
  }
  const said = layers.map((layer) => {
    const sorted = [...layer.active].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    const names =
      layer.dead.length > 0
        ? `${plural(layer.dead.length, 'dead unit')}: ${deadNames(layer)}`
        : 'no dead unit';
    return `${layer.layer} has ${plural(sorted.length, 'unit')}, half of them active for at least ${percent(median)} of the images, and ${names}`;
  });
  return sheet.figure(`How often each hidden unit is active over the images. ${said.join('. ')}.`);
}
