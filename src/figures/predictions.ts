/** Images beside their predicted probabilities, as in the notebook. */

import * as Plot from '@observablehq/plot';
import { count, list, MOST_NAMED, plural, probabilityText } from '../core/format.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { PredictedImage } from '../inspect/inspection.ts';
import { chart, labelRoom, SMALL } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageLook, imageSource } from './image.ts';
import { fitApart } from './text.ts';
import { colors, meanings } from './theme.ts';

/** Facts about the images besides their pixels. */
export interface ImageSet extends ImageShape {
  readonly classNames: readonly string[];
}

/** Largest number of bars beside one image: all of ten classes, or the most probable of more. */
const BARS = 10;
/** Bars beside each image of a page, and the side of the image. */
const FEW_BARS = 3;
const SMALL_IMAGE = 76;
const ROW = 17;

interface Bar {
  readonly label: number;
  readonly probability: number;
}

/** The bars beside an image: all classes in their order if there is room, otherwise the most probable first. */
function barsOf({ probabilities, label }: PredictedImage, most: number): Bar[] {
  const bars = probabilities.map((probability, own) => ({ label: own, probability }));
  if (bars.length <= most) return bars;
  const likeliest = bars.toSorted((a, b) => b.probability - a.probability).slice(0, most);
  // The true class is always one of them.
  if (!likeliest.some((bar) => bar.label === label)) likeliest[most - 1] = bars[label];
  return likeliest;
}

/** `Coat 61.0%`, or the two names where the network is wrong. */
function headline(image: PredictedImage, names: readonly string[]): string {
  const said = `${names[image.predicted]} ${probabilityText(image.probabilities[image.predicted])}`;
  return image.predicted === image.label ? said : `${said}; label: ${names[image.label]}`;
}

/** One image and at most so many bars in a chart of the given width. */
function panel(
  sheet: Sheet,
  image: PredictedImage,
  set: ImageSet,
  { width, most }: { readonly width: number; readonly most: number },
): SVGSVGElement {
  const bars = barsOf(image, most);
  const height = Math.max(bars.length * ROW, SMALL_IMAGE) + 8;
  const side = Math.min(height - 8, width * 0.3);
  const scale = Math.min(side / set.width, (height - 8) / set.height);
  const drawn = { width: set.width * scale, height: set.height * scale };
  const names = bars.map(({ label }) => set.classNames[label]);
  const room = labelRoom(names, width, 0.3);
  const fitted = fitApart(names, SMALL, room - 6);
  const left = side + 8 + room;
  const longest = width - left - 48;
  const top = (height - bars.length * ROW) / 2;
  const y = (i: number): number => top + (i + 0.5) * ROW;
  const right = image.predicted === image.label;
  const fill = ({ label }: Bar): string => {
    if (label === image.predicted) return right ? meanings.right : meanings.wrong;
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
        y: height / 2,
        ...drawn,
        ...imageLook(set, drawn.width),
      }),
      Plot.ruleX([left], { y1: top, y2: top + bars.length * ROW, stroke: colors.faint }),
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
        bars.map((bar, i) => ({ ...bar, i })).filter(({ probability }) => probability >= 0.0005),
        {
          x: ({ probability }) => left + probability * longest + 3,
          y: ({ i }) => y(i),
          text: ({ probability }) => probabilityText(probability),
          textAnchor: 'start',
          fontSize: SMALL,
          fill: colors.muted,
        },
      ),
    ],
  });
}

const legend = [
  { color: meanings.right, label: 'correct prediction' },
  { color: meanings.wrong, label: 'wrong prediction' },
  { color: colors.quiet, label: 'other classes' },
];

/** One image beside its probabilities. */
export function drawPrediction(image: PredictedImage, set: ImageSet, options: FigureOptions): Figure {
  const names = set.classNames;
  const right = image.predicted === image.label;
  const sheet = new Sheet(options, {
    name: 'prediction',
    title: `${names[image.predicted]} (${right ? 'correct' : `wrong: the label is ${names[image.label]}`})`,
    facts: `image ${count(image.index)}, probability of each class; the true class is bold`,
  });
  sheet.row([panel(sheet, image, set, { width: sheet.width, most: BARS })]);
  sheet.legend(legend.filter(({ color }) => color !== (right ? meanings.wrong : meanings.right)));
  const ranked = image.probabilities
    .map((probability, label) => ({ probability, label }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3)
    .map(({ probability, label }) => `${names[label]} ${probabilityText(probability)}`);
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
    title: `${right} of ${plural(images.length, 'image')} ${right === 1 ? 'is' : 'are'} classified correctly`,
    facts: `the ${FEW_BARS} most probable classes of each image; the true class is bold`,
  });
  sheet.legend(legend);
  const columns = Math.max(1, Math.floor(sheet.width / 250));
  const gap = 20;
  const width = (sheet.width - gap * (columns - 1)) / columns;
  for (let i = 0; i < images.length; i += columns) {
    const row = images.slice(i, i + columns);
    sheet.row(
      row.map((image) => panel(sheet, image, set, { width, most: FEW_BARS })),
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
