/** How many images each class has in each split. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { count, list } from '../core/format.ts';
import type { DatasetOverview } from '../inspect/inspection.ts';
import { chart, countTicks, drawnRows, grid, labelRoom, MOST_ROWS, namesAxis, SMALL } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { textWidth } from './text.ts';
import { colors, sequential } from './theme.ts';

/**
 * A bar for each class with its images in each split; with very many classes, only the largest and the
 * smallest.
 */
export function drawClassBalance(data: DatasetOverview, options: FigureOptions): Figure {
  const total = data.balance.reduce((sum, { images }) => sum + images, 0);
  const classes = data.classNames.map((_, label) => label);
  const totals = classes.map((label) => data.balance.reduce((sum, { perClass }) => sum + perClass[label], 0));
  const tooMany = classes.length > MOST_ROWS;
  const shown = drawnRows(tooMany ? classes.toSorted((a, b) => totals[b] - totals[a] || a - b) : classes);
  const empty = shown.filter((label) => totals[label] === 0);
  const sheet = new Sheet(options, {
    name: 'class-balance',
    title: 'Images of each class',
    facts: `${data.dataset}, ${count(total)} images${tooMany ? `, the largest and the smallest of ${count(classes.length)} classes` : ''}`,
  });
  const shades = [0.75, 0.45, 0.2];
  sheet.legend(
    data.balance.map(({ split, images }, i) => ({
      color: sequential(shades[i]),
      label: `${split} (${count(images)})`,
    })),
  );
  const room = labelRoom(data.classNames, sheet.width);
  const parts = classes.flatMap((label) => {
    if (!shown.includes(label)) return [];
    let from = 0;
    return data.balance.map(({ perClass }, split) => {
      const part = { label, split, from, to: from + perClass[label], images: perClass[label] };
      from = part.to;
      return part;
    });
  });
  const largest = totals[argMax(totals)];
  const perImage = (sheet.width - room - 30) / largest;
  const row = shown.length > 20 ? 15 : 24;
  const numbers = (fill: string, dark: boolean) =>
    Plot.text(
      parts.filter(
        ({ split, images }) =>
          (split === 0) === dark && textWidth(count(images), SMALL) + 4 < images * perImage,
      ),
      { x: (d) => (d.from + d.to) / 2, y: 'label', text: (d) => count(d.images), fill, fontSize: SMALL },
    );
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: row * shown.length + 40,
      marginLeft: room,
      marginRight: 30,
      marginTop: 2,
      marginBottom: 38,
      x: {
        label: 'images',
        labelArrow: 'none',
        labelAnchor: 'center',
        domain: [0, largest],
        ...countTicks(sheet.width - room),
      },
      y: { ...namesAxis(data.classNames, room, shown), padding: 0.16 },
      marks: [
        Plot.gridX(grid),
        Plot.barX(parts, {
          x1: 'from',
          x2: 'to',
          y: 'label',
          fill: (d) => sequential(shades[d.split]),
          insetRight: 1,
        }),
        numbers(colors.onHigh, true),
        numbers(colors.onLow, false),
        ...(empty.length > 0
          ? [
              Plot.text(empty, {
                x: 0,
                y: (label: number) => label,
                text: () => 'no images',
                textAnchor: 'start',
                dx: 4,
                fill: colors.muted,
                fontSize: SMALL,
              }),
            ]
          : []),
      ],
    }),
  ]);
  const described = data.balance.map(({ split, images, perClass }) => {
    const [least, most] = [Math.min(...perClass), Math.max(...perClass)];
    const each =
      least === most ? `${count(least)} of each class` : `${count(least)} to ${count(most)} of a class`;
    return `${count(images)} in the ${split} split, ${each}`;
  });
  return sheet.figure(`Images of each class of ${data.dataset}: ${list(described)}.`);
}
