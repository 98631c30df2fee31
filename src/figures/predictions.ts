/** Images beside their predicted probabilities, as in the notebook. */

import * as Plot from '@observablehq/plot';
import { count, list, MOST_NAMED, percent, plural } from '../core/format.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { PredictedImage } from '../inspect/inspection.ts';
import { chart, labelRoom, SMALL } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageLook, imageSource } from './image.ts';
import { fitApart } from './text.ts';
import { colors, verdict } from './theme.ts';

/** Facts about the images besides their pixels. */
export interface ImageSet extends ImageShape {
  readonly classNames: readonly string[];
}

/** Largest number of bars for an image: all of ten classes, or the most probable of more. */
const BARS = 10;
const ROW = 14;

interface Bar {
  readonly label: number;
  readonly probability: number;
}

function barsOf({ probabilities, label }: PredictedImage): Bar[] {
  const bars = probabilities.map((probability, own) => ({ label: own, probability }));
  if (bars.length <= BARS) return bars;
  const likeliest = bars.toSorted((a, b) => b.probability - a.probability).slice(0, BARS);
  // The true class is always one of them.
  if (!likeliest.some((bar) => bar.label === label)) likeliest[BARS - 1] = bars[label];
  return likeliest;
}

/** `Coat 61.0%`, or the two names where the network is wrong. */
function headline(image: PredictedImage, names: readonly string[]): string {
  const said = `${names[image.predicted]} ${percent(image.probabilities[image.predicted])}`;
  return image.predicted === image.label ? said : `${said}; label: ${names[image.label]}`;
}

/** One image and its bars in a chart of the given width. */
function panel(sheet: Sheet, image: PredictedImage, set: ImageSet, width: number): SVGSVGElement {
  const bars = barsOf(image);
  const height = Math.max(bars.length, 5) * ROW + 8;
  const side = Math.min(height - 8, width * 0.3);
  const scale = Math.min(side / set.width, (height - 8) / set.height);
  const drawn = { width: set.width * scale, height: set.height * scale };
  const names = bars.map(({ label }) => set.classNames[label]);
  const room = labelRoom(names, width, 0.3);
  const fitted = fitApart(names, SMALL, room - 6);
  const left = side + 8 + room;
  const longest = width - left - 38;
  const y = (i: number): number => 4 + (i + 0.5) * ROW;
  const right = image.predicted === image.label;
  const fill = ({ label }: Bar): string => {
    if (label === image.predicted) return right ? verdict.right : verdict.wrong;
    return colors.quiet;
  };
  const writing = (bold: boolean) =>
    Plot.text(
      bars.map((bar, i) => ({ ...bar, i })).filter(({ label }) => (label === image.label) === bold),
      {
        x: left - 5,
        y: ({ i }) => y(i),
        text: ({ i }) => fitted[i],
        textAnchor: 'end',
        fontSize: SMALL,
        fontWeight: bold ? 600 : 400,
        fill: bold ? colors.ink : colors.muted,
      },
    );
  return chart(sheet.document, {
    width,
    height,
    margin: 0,
    x: { type: 'identity', axis: null },
    y: { type: 'identity', axis: null },
    marks: [
      Plot.image([imageSource(image.pixels, set)(drawn.width * sheet.detail)], {
        src: (uri: string) => uri,
        x: side / 2,
        y: 4 + drawn.height / 2,
        ...drawn,
        ...imageLook(set, drawn.width),
      }),
      Plot.ruleX([left], { y1: 4, y2: 4 + bars.length * ROW, stroke: colors.faint }),
      Plot.rect(bars, {
        x1: left,
        x2: ({ probability }) => left + probability * longest,
        y1: (_, i) => y(i) - ROW / 2 + 2,
        y2: (_, i) => y(i) + ROW / 2 - 2,
        fill,
      }),
      writing(true),
      writing(false),
      Plot.text(
        bars.map((bar, i) => ({ ...bar, i })).filter(({ probability }) => probability >= 0.005),
        {
          x: ({ probability }) => left + probability * longest + 3,
          y: ({ i }) => y(i),
          text: ({ probability }) => percent(probability, 0),
          textAnchor: 'start',
          fontSize: SMALL,
          fill: colors.muted,
        },
      ),
    ],
  });
}

const legend = [
  { color: verdict.right, label: 'correct prediction' },
  { color: verdict.wrong, label: 'wrong prediction' },
  { color: colors.quiet, label: 'other classes; the true class is bold' },
];

/** One image beside its probabilities. */
export function drawPrediction(image: PredictedImage, set: ImageSet, options: FigureOptions): Figure {
  const names = set.classNames;
  const right = image.predicted === image.label;
  const sheet = new Sheet(options, {
    name: 'prediction',
    title: `${names[image.predicted]} (${right ? 'correct' : `wrong: the label is ${names[image.label]}`})`,
    facts: `image ${count(image.index)}, probability of each class (%)`,
  });
  sheet.row([panel(sheet, image, set, sheet.width)]);
  sheet.legend(legend.filter(({ color }) => color !== (right ? verdict.wrong : verdict.right)));
  const ranked = image.probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ probability, label }) => `${names[label]} ${percent(probability)}`);
  return sheet.figure(
    `Image ${count(image.index)}, labeled ${names[image.label]}, beside the probability of each class. ` +
      `The most probable: ${list(ranked)}. The prediction is ${right ? 'correct' : 'wrong'}.`,
  );
}

/** A page of images beside their probabilities, in as many columns as fit. */
export function drawPredictions(
  images: readonly PredictedImage[],
  set: ImageSet,
  options: FigureOptions,
): Figure {
  const right = images.filter(({ label, predicted }) => label === predicted).length;
  const sheet = new Sheet(options, {
    name: 'predictions',
    title: `Predictions for ${plural(images.length, 'image')}`,
    facts: `${right} of ${images.length} correct; probability of each class (%)`,
  });
  sheet.legend(legend);
  const columns = Math.max(1, Math.floor(sheet.width / 290));
  const gap = 20;
  const width = (sheet.width - gap * (columns - 1)) / columns;
  for (let i = 0; i < images.length; i += columns) {
    const row = images.slice(i, i + columns);
    sheet.row(
      row.map((image) => panel(sheet, image, set, width)),
      { gap, headings: row.map((image) => headline(image, set.classNames)) },
    );
  }
  const wrong = images
    .filter(({ label, predicted }) => label !== predicted)
    .map(({ label, predicted }) => `${set.classNames[label]} predicted as ${set.classNames[predicted]}`);
  return sheet.figure(
    `${plural(images.length, 'image')}, each beside its probabilities. ${right} of them are classified correctly` +
      `${wrong.length > 0 ? `; wrong: ${list(wrong, MOST_NAMED)}` : ''}.`,
  );
}
