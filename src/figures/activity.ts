/** How often the hidden units are active, and how many never are. */

import * as Plot from '@observablehq/plot';
import { count, list, percent, plural } from '../core/format.ts';
import type { LayerActivity } from '../inspect/inspection.ts';
import { chart, grid } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { meanings } from './theme.ts';

/** Dead units that the description names one by one. */
const NAMED = 16;
/** Steps of the run's color: the first layer is the palest, the last the deepest. */
const [PALEST, DEEPEST] = [0.3, 1];

interface Point {
  readonly layer: number;
  /** Share of the layer's units that are active at least as often, in percent. */
  readonly units: number;
  /** Images for which this unit is active, in percent. */
  readonly images: number;
}

/**
 * A line for each hidden layer: the share of images for which each unit is above 0, the most active unit
 * first. Units are counted as shares of their layer, so that layers of any width can be compared. Dead units
 * are where the line is 0.
 */
export function drawActivity(layers: readonly LayerActivity[], options: FigureOptions): Figure {
  const dead = layers.reduce((sum, layer) => sum + layer.dead.length, 0);
  const units = layers.reduce((sum, layer) => sum + layer.active.length, 0);
  const medians = layers.map(({ active }) => [...active].sort((a, b) => a - b)[active.length >> 1]);
  const sheet = new Sheet(options, {
    name: 'activity',
    title:
      dead === 0
        ? `All ${plural(units, 'hidden unit')} are active for some image`
        : `${count(dead)} of ${plural(units, 'hidden unit')} ${dead === 1 ? 'is' : 'are'} dead: active for no image`,
    facts: `half of the units are active for at most ${list(medians.map((median, i) => `${percent(median, 0)} (${layers[i].layer})`))} of the images`,
  });
  const shade = (layer: number): string =>
    sheet.shade(PALEST + ((DEEPEST - PALEST) * layer) / Math.max(1, layers.length - 1));
  sheet.legend([
    ...layers.map(({ layer, active, dead: none }, i) => ({
      color: shade(i),
      label: `${layer}: ${plural(active.length, 'unit')}${none.length > 0 ? `, ${count(none.length)} dead` : ''}`,
      mark: 'line' as const,
    })),
    ...(dead > 0 ? [{ color: meanings.dead, label: 'dead units', mark: 'box' as const }] : []),
  ]);
  const points = layers.flatMap(({ active }, layer): Point[] =>
    [...active]
      .sort((a, b) => b - a)
      .flatMap((share, i) => [
        { layer, units: (i / active.length) * 100, images: share * 100 },
        { layer, units: ((i + 1) / active.length) * 100, images: share * 100 },
      ]),
  );
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: 280,
      marginLeft: 46,
      marginRight: 18,
      marginTop: 26,
      marginBottom: 40,
      x: {
        label: 'units of the layer, the most active first (%)',
        labelArrow: 'none',
        labelAnchor: 'center',
        domain: [0, 100],
        ticks: 5,
      },
      y: { label: 'images for which a unit is active (%)', labelArrow: 'none', domain: [0, 100], ticks: 5 },
      marks: [
        Plot.gridY(grid),
        Plot.lineY(points, {
          x: 'units',
          y: 'images',
          z: 'layer',
          stroke: (d: Point) => shade(d.layer),
          strokeWidth: 2.2,
        }),
        Plot.ruleY(
          layers.filter((layer) => layer.dead.length > 0),
          {
            y: 0,
            x1: ({ active, dead: none }: LayerActivity) => (1 - none.length / active.length) * 100,
            x2: 100,
            stroke: meanings.dead,
            strokeWidth: 7,
          },
        ),
      ],
    }),
  ]);
  const said = layers.map((layer, i) => {
    const names =
      layer.dead.length > 0
        ? `${plural(layer.dead.length, 'dead unit')}: ${deadNames(layer)}`
        : 'no dead unit';
    return `${layer.layer} has ${plural(layer.active.length, 'unit')}, half of them active for at least ${percent(medians[i])} of the images, and ${names}`;
  });
  return sheet.figure(`How often each hidden unit is active over the images. ${said.join('. ')}.`);
}

function deadNames({ layer, dead }: LayerActivity): string {
  const named = dead.slice(0, NAMED).map((unit) => `${layer}.${unit}`);
  if (dead.length > NAMED) named.push(`${count(dead.length - NAMED)} more`);
  return list(named);
}
