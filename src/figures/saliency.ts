/**
 * The pixels that a prediction depends on: the image, its gradient and the effect of covering it, side by
 * side.
 */

import { argMax } from '../core/arg-max.ts';
import { percent, plural } from '../core/format.ts';
import type { Saliency } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { imageSource, magnitudeSource, signedSource } from './image.ts';
import type { ImageSet } from './predictions.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

/** Pixels between two examples. */
const GAP = 24;

/** Two significant digits. */
function short(value: number): string {
  return value > 0 && value < 0.001 ? value.toExponential(1) : value.toPrecision(2);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Image, gradient and occlusion of each example. Each map has its own scale: the deepest color is its largest value. */
export function drawSaliency(examples: readonly Saliency[], set: ImageSet, options: FigureOptions): Figure {
  const patch = examples[0]?.patch ?? 0;
  const isColor = set.channels > 1;
  const sheet = new Sheet(options, {
    name: 'saliency',
    title: 'Pixels that a prediction depends on',
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
  const columns = sheet.narrow ? 1 : 2;
  const width = (sheet.width - GAP * (columns - 1)) / columns;
  const draw = ({ image, gradient, occlusion, target }: Saliency): SVGSVGElement => {
    const drop = occlusion[argMax(occlusion)];
    const items = [
      {
        image: imageSource(image.pixels, set),
        lines: [
          `label: ${set.classNames[image.label]}`,
          `p(${set.classNames[target]})`,
          `= ${percent(image.probabilities[target])}`,
        ],
      },
      {
        image: (isColor ? magnitudeSource : signedSource)(gradient, largest(gradient), set),
        lines: [
          'gradient',
          isColor ? 'log p, summed' : 'log p, by pixel',
          `${isColor ? '≤' : '±'} ${short(largest(gradient))} nats`,
        ],
      },
      {
        image: signedSource(occlusion, largest(occlusion), set),
        lines: ['occlusion', 'p falls by up', `to ${percent(drop).replace('%', '')} points`],
      },
    ];
    return tiles(sheet, items, { width, least: 60, most: 3, shape: set });
  };
  for (let i = 0; i < examples.length; i += columns)
    sheet.row(examples.slice(i, i + columns).map(draw), { gap: GAP });
  const said = examples.map(({ image, target, gradient, occlusion, patch: side }) => {
    const most = argMax(occlusion);
    const steepest = argMax(gradient.map(Math.abs));
    const place = (i: number): string => `column ${i % set.width}, row ${Math.floor(i / set.width)}`;
    return (
      `image ${image.index}, labeled ${set.classNames[image.label]}, with p(${set.classNames[target]}) = ` +
      `${percent(image.probabilities[target])}: the gradient is largest at ${place(steepest)}, and covering ` +
      `${side} by ${side} pixels around ${place(most)} lowers p by ${percent(occlusion[most]).replace('%', '')} points`
    );
  });
  return sheet.figure(
    `Saliency of ${plural(examples.length, 'prediction')}: image, gradient and occlusion side by side${isColor ? '. The gradient of a pixel is the sum of the absolute gradients of its red, green and blue' : ''}. For ${said.join('. For ')}.`,
  );
}
