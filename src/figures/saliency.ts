/**
 * The pixels that a prediction depends on: the image, its gradient and the effect of covering it, side by
 * side.
 */

import { argMax } from '../core/arg-max.ts';
import { percent, plural, probabilityText } from '../core/format.ts';
import type { Saliency } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageSource, magnitudeSource, signedSource } from './image.ts';
import type { ImageSet } from './predictions.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

/** Two significant digits. */
function short(value: number): string {
  return value > 0 && value < 0.001 ? value.toExponential(1) : value.toPrecision(2);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Options of `drawSaliency`. */
export interface SaliencyOptions extends FigureOptions {
  /** Largest number of examples; 4 by default. */
  readonly most?: number;
}

/** Image, gradient and occlusion of each example. Each map has its own scale: the deepest color is its largest value. */
export function drawSaliency(
  all: readonly Saliency[],
  set: ImageSet,
  { most = 4, ...options }: SaliencyOptions,
): Figure {
  const examples = someOf(all, most);
  const patch = examples[0]?.patch ?? 0;
  const isColor = set.channels > 1;
  const sheet = new Sheet(options, {
    name: 'saliency',
    title: titleOf(examples, patch),
    facts: `gradient of log p for each pixel${isColor ? ' (absolute values, summed over red, green and blue; black is the largest)' : ''}; drop of p in percentage points when a patch of ${patch} × ${patch} pixels is covered`,
  });
  sheet.row([
    signedLegend(options.document, {
      width: Math.min(sheet.width, 340),
      limit: 1,
      label: isColor ? 'occlusion, each on its own scale' : 'each map on its own scale',
      ends: ['against', '0', 'for'],
    }),
  ]);
  for (const example of examples) sheet.row([drawExample(sheet, example, set)]);
  const said = examples.map(({ image, target, gradient, occlusion, patch: side }) => {
    const strongest = argMax(occlusion);
    const steepest = argMax(gradient.map(Math.abs));
    const place = (i: number): string => `column ${i % set.width}, row ${Math.floor(i / set.width)}`;
    return (
      `image ${image.index}, labeled ${set.classNames[image.label]}, with ${equalsText(`p(${set.classNames[target]})`, image.probabilities[target])}: ` +
      `the gradient is largest at ${place(steepest)}, and covering ` +
      `${side} by ${side} pixels around ${place(strongest)} lowers p by ${pointsOf(occlusion[strongest])} points`
    );
  });
  return sheet.figure(
    `Saliency of ${plural(examples.length, 'prediction')}: image, gradient and occlusion side by side${isColor ? '. The gradient of a pixel is the sum of the absolute gradients of its red, green and blue' : ''}. For ${said.join('. For ')}.`,
  );
}

/** The first examples, and the last: it is the worst mistake. */
function someOf(all: readonly Saliency[], most: number): readonly Saliency[] {
  return all.length <= most ? all : [...all.slice(0, most - 1), ...all.slice(-1)];
}

/** The largest effect of covering a patch. */
function titleOf(examples: readonly Saliency[], patch: number): string {
  const drops = examples.map(({ occlusion }) => occlusion.reduce((a, b) => Math.max(a, b), 0));
  return `Covering ${patch} × ${patch} pixels lowers a probability by up to ${pointsOf(Math.max(0, ...drops))} points`;
}

/** A share in percentage points, without a sign for percent. */
function pointsOf(share: number): string {
  return percent(share).replace('%', '');
}

/** The image and its two maps beside each other. */
/** `p = 87.4%`; of a probability just below 1, `p > 99.9%`. */
function equalsText(name: string, probability: number): string {
  const text = probabilityText(probability);
  return text.startsWith('>') ? `${name} > ${text.slice(1)}` : `${name} = ${text}`;
}

function drawExample(
  sheet: Sheet,
  { image, gradient, occlusion, target }: Saliency,
  set: ImageSet,
): SVGSVGElement {
  const isColor = set.channels > 1;
  const right = image.label === target;
  const items = [
    {
      image: imageSource(image.pixels, set),
      lines: [
        set.classNames[image.label],
        ...(right ? [] : [`as ${set.classNames[target]}`]),
        equalsText('p', image.probabilities[target]),
      ],
    },
    {
      image: (isColor ? magnitudeSource : signedSource)(gradient, largest(gradient), set),
      lines: ['gradient', `${isColor ? 'up to' : '±'} ${short(largest(gradient))} nats`],
    },
    {
      image: signedSource(occlusion, largest(occlusion), set),
      lines: ['occlusion', `max drop ${pointsOf(occlusion[argMax(occlusion)])} points`],
    },
  ];
  return tiles(sheet, items, { least: 84, most: 3, shape: set, gap: 14 });
}
