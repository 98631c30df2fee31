/** How many images each class has in each split. */

import * as Plot from '@observablehq/plot';
import { argMax } from '../core/arg-max.ts';
import { count, list, percent } from '../core/format.ts';
import type { DatasetOverview, SplitBalance } from '../inspect/inspection.ts';
import { chart, drawnRows, labelRoom, MOST_ROWS, namesAxis, SMALL, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { textWidth } from './text.ts';
import { colors, meanings } from './theme.ts';

/** Height of the line above the rows. */
const HEAD = 22;
/** Between two columns of numbers. */
const COLUMN_GAP = 12;
/** Classes are balanced while the largest has at most so many times the images of the smallest. */
const BALANCED = 1.1;

/**
 * A bar for each class with its training images, and beside it the numbers of all splits; with very many
 * classes, only the largest and the smallest.
 */
export function drawClassBalance(data: DatasetOverview, options: FigureOptions): Figure {
  const { balance, classNames } = data;
  const total = balance.reduce((sum, { images }) => sum + images, 0);
  const classes = [...classNames.keys()];
  const training = balance.find(({ split }) => split === 'train') ?? balance[0];
  const order = classes.toSorted((a, b) => training.perClass[b] - training.perClass[a] || a - b);
  const tooMany = classes.length > MOST_ROWS;
  const shown = drawnRows(tooMany ? order : classes);
  const sheet = new Sheet(options, {
    name: 'class-balance',
    title: titleOf(classNames, training),
    facts: `${data.dataset}, ${count(total)} images${tooMany ? `, the largest and the smallest of ${count(classes.length)} classes` : ''}`,
  });
  sheet.row([drawRows(sheet, data, training, shown)]);
  const described = balance.map(({ split, images, perClass }) => {
    const [least, most] = [Math.min(...perClass), Math.max(...perClass)];
    const each =
      least === most ? `${count(least)} of each class` : `${count(least)} to ${count(most)} of a class`;
    return `${count(images)} in the ${split} split, ${each}`;
  });
  return sheet.figure(`Images of each class of ${data.dataset}: ${list(described)}.`);
}

/** Whether the classes are balanced, from the training images. */
function titleOf(names: readonly string[], { perClass }: SplitBalance): string {
  const [least, most] = [Math.min(...perClass), Math.max(...perClass)];
  const largest = names[argMax(perClass)];
  const smallest = names[argMax(perClass.map((images) => -images))];
  if (least === most) return `The classes are balanced: ${count(most)} training images each`;
  if (least === 0) return `${smallest} has no training images, and ${largest} has ${count(most)}`;
  if (most <= BALANCED * least)
    return `The classes are balanced: ${count(least)} to ${count(most)} training images each`;
  const times = most / least;
  return `The classes are unequal: ${largest} has ${times < 2 ? `${percent(times - 1, 0)} more` : `${times.toFixed(1)} times as many`} training images ${times < 2 ? 'than' : 'as'} ${smallest}`;
}

/** A row for each class: its name, its bar, and a column of numbers for each split. */
function drawRows(
  sheet: Sheet,
  { classNames, balance }: DatasetOverview,
  training: SplitBalance,
  shown: readonly number[],
): SVGSVGElement {
  const room = labelRoom(classNames, sheet.width, 0.3);
  // Room for each column of numbers, and where it ends.
  const columns = balance.map(({ split, perClass }) =>
    Math.max(...[split, ...perClass.map((images) => count(images))].map((text) => textWidth(text, SMALL))),
  );
  const ends = columns.map((_, i) =>
    columns.slice(0, i + 1).reduce((sum, width) => sum + width + COLUMN_GAP, 0),
  );
  const numbers = Math.ceil(ends[ends.length - 1]);
  const largest = Math.max(1, ...training.perClass);
  const row = shown.length > 20 ? SMALL + 4 : 25;
  const rows = shown.filter((label) => label in classNames);
  return chart(sheet.document, {
    width: sheet.width,
    height: HEAD + row * shown.length + 4,
    marginLeft: room,
    marginRight: numbers + 4,
    marginTop: HEAD,
    marginBottom: 4,
    x: { domain: [0, largest], axis: null },
    y: { ...namesAxis(classNames, room, shown), padding: 0.2 },
    marks: [
      Plot.barX(rows, {
        x: (label: number) => training.perClass[label],
        y: (label: number) => label,
        fill: meanings.images,
        rx: 1.5,
      }),
      Plot.text(sheet.narrow ? [] : ['training images'], {
        frameAnchor: 'top-left',
        dy: -18,
        fill: colors.muted,
        fontSize: SMALL,
      }),
      ...balance.flatMap(({ split, perClass }, i) => [
        Plot.text([split], {
          frameAnchor: 'top-right',
          textAnchor: 'end',
          dx: ends[i],
          dy: -18,
          fill: colors.muted,
          fontSize: SMALL,
        }),
        Plot.text(rows, {
          frameAnchor: 'right',
          textAnchor: 'end',
          dx: ends[i],
          y: (label: number) => label,
          text: (label: number) => count(perClass[label]),
          fill: colors.ink,
          fontSize: Math.min(TICK, row - 4),
        }),
      ]),
    ],
  });
}
