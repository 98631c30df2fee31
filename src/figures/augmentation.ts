/** Shows augmentation of training images: each change alone, and all of them as in training. */

import * as Plot from '@observablehq/plot';
import { list, plural } from '../core/format.ts';
import type { AugmentationColumn, AugmentationExamples } from '../inspect/inspection.ts';
import { chart, labelRoom, namesAxis, SMALL } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawnSize, imageLook, imageSource } from './image.ts';
import { fit } from './text.ts';
import { colors } from './theme.ts';

/**
 * Width of a column in pixels: enough for the words above it, and not more than an image of 28 pixels needs.
 */
const LEAST = 42;
const MOST = 76;
/** Two lines of words above the images. */
const HEAD = 32;
const GAP = 14;

/** The columns under one heading, with their indices. */
interface Group {
  readonly heading: string;
  readonly columns: readonly number[];
}

/** A row for each image, a column for each change. */
export function drawAugmentation(examples: AugmentationExamples, options: FigureOptions): Figure {
  const { columns, rows, classNames, dataset } = examples;
  const sheet = new Sheet(options, {
    name: 'augmentation',
    title: 'Training sees each image in another version in every epoch',
    facts: `${dataset}, ${plural(rows.length, 'image')}`,
  });
  const room = labelRoom(
    rows.map(({ label }) => classNames[label]),
    sheet.width,
    0.3,
  );
  const groups = groupsOf(columns);
  const beside = (sheet.width - room - GAP * (groups.length - 1)) / columns.length;
  const draw = (shown: readonly number[], cell: number, labels: boolean): SVGSVGElement =>
    drawColumns(sheet, examples, shown, { cell, room: labels ? room : 0 });
  if (beside >= LEAST) {
    const cell = Math.min(MOST, beside);
    const charts = groups.map(({ columns: all }, i) => draw(all, cell, i === 0));
    sheet.row(charts, { gap: GAP, headings: groups.map(({ heading }) => heading) });
  } else {
    const most = Math.max(1, Math.floor((sheet.width - room) / LEAST));
    const stacked = groups.map(({ heading, columns: all }) => ({ heading, parts: evenParts(all, most) }));
    const longest = Math.max(...stacked.flatMap(({ parts }) => parts.map((part) => part.length)));
    const cell = Math.min(MOST, (sheet.width - room) / longest);
    for (const { heading, parts } of stacked) {
      parts.forEach((part, i) => {
        sheet.row([draw(part, cell, true)], { headings: i === 0 ? [heading] : [] });
      });
    }
  }
  const changes = columns.filter(({ group }) => group === 'alone');
  sheet.paragraph(
    `Each alone: ${changes.map(({ name, words }) => `${name}, ${words}`).join('; ')}. Each is shown in the first draw that ` +
      'changes the image. All together: the images that training sees in these epochs.',
  );
  return sheet.figure(
    `${plural(rows.length, 'training image')} of ${dataset}, one row for each: ` +
      `${list(rows.map(({ label }) => classNames[label]))}. ${plural(columns.length, 'column')}: the original image, then ` +
      `${list(changes.map(({ name, words }) => `${name} (${words})`))} alone, then all changes together in ` +
      `${plural(columns.filter(({ group }) => group === 'together').length, 'epoch')} of training.`,
  );
}

/** The original image is grouped with the single changes. */
function groupsOf(columns: readonly AugmentationColumn[]): Group[] {
  const places = (together: boolean): number[] =>
    [...columns.keys()].filter((i) => (columns[i].group === 'together') === together);
  return [
    { heading: 'Each alone', columns: places(false) },
    { heading: 'All together, in training', columns: places(true) },
  ];
}

/** Splits into as few parts as needed, of about the same length. */
function evenParts(columns: readonly number[], most: number): number[][] {
  const parts = Math.ceil(columns.length / most);
  const length = Math.ceil(columns.length / parts);
  return Array.from({ length: parts }, (_, i) => columns.slice(i * length, (i + 1) * length));
}

/** Some of the columns, each under its words. */
function drawColumns(
  sheet: Sheet,
  { columns, rows, classNames, ...shape }: AugmentationExamples,
  shown: readonly number[],
  { cell, room }: { readonly cell: number; readonly room: number },
): SVGSVGElement {
  const drawn = drawnSize(shape, cell - 2);
  const tall = Math.max(SMALL + 4, drawn.height + 2);
  const cells = rows.flatMap(({ images }, row) => shown.map((column) => ({ row, column, images })));
  const head = (line: (column: AugmentationColumn) => string, dy: number, bold: boolean) =>
    Plot.text(shown, {
      x: (column: number) => column,
      frameAnchor: 'top',
      text: (column: number) => fit(line(columns[column]), SMALL, cell - 2, { bold }),
      dy,
      fill: bold ? colors.ink : colors.muted,
      fontSize: SMALL,
      fontWeight: bold ? 600 : 400,
    });
  return chart(sheet.document, {
    width: room + cell * shown.length,
    height: HEAD + tall * rows.length,
    marginLeft: room,
    marginRight: 0,
    marginTop: HEAD,
    marginBottom: 0,
    x: { type: 'band', domain: [...shown], axis: null, padding: 0, round: false },
    y: {
      ...namesAxis(
        rows.map(({ label }) => classNames[label]),
        room,
      ),
      ...(room === 0 && { axis: null }),
      padding: 0,
      round: false,
    },
    marks: [
      head(({ name }) => name, -28, true),
      head(({ detail }) => detail, -15, false),
      Plot.image(cells, {
        src: ({ images, column }: (typeof cells)[number]) =>
          imageSource(images[column], shape)(drawn.width * sheet.detail),
        x: 'column',
        y: 'row',
        ...drawn,
        ...imageLook(shape, drawn.width),
      }),
    ],
  });
}
