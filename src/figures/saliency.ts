/** Which pixels a prediction hangs on: the image, its gradient and what covering it changes, side by side. */

import { percent, plural } from '../core/format.ts';
import type { Saliency } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { grayImage, signedImage } from './image.ts';
import type { ImageSet } from './predictions.ts';
import { signedLegend } from './signed-legend.ts';
import { tiles } from './tiles.ts';

/** Pixels between two examples. */
const GAP = 24;

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Image, gradient and occlusion of each example. Each map has its own scale: the deepest color is its largest value. */
export function drawSaliency(examples: readonly Saliency[], set: ImageSet, options: FigureOptions): Figure {
  const patch = examples[0]?.patch ?? 0;
  const sheet = new Sheet(options, {
    name: 'saliency',
    title: 'What a prediction hangs on',
    facts: `gradient of log p for each pixel; drop of p when a patch of ${patch} × ${patch} is covered`,
  });
  const size = { width: set.width, height: set.height };
  sheet.row([
    signedLegend(options.document, {
      width: Math.min(sheet.width, 340),
      limit: 1,
      label: 'each map on its own scale',
      ends: ['against', '0', 'for'],
    }),
  ]);
  const columns = sheet.narrow ? 1 : 2;
  const width = (sheet.width - GAP * (columns - 1)) / columns;
  const draw = ({ image, gradient, occlusion, target }: Saliency): SVGSVGElement => {
    const drop = Math.max(...occlusion);
    const items = [
      {
        image: grayImage(image.pixels, set),
        lines: [
          `is ${set.classNames[image.label]}`,
          `p(${set.classNames[target]})`,
          `= ${percent(image.probabilities[target])}`,
        ],
      },
      {
        image: signedImage(gradient, largest(gradient), size),
        lines: ['gradient', 'log p, by pixel', `± ${largest(gradient).toPrecision(2)} nats`],
      },
      {
        image: signedImage(occlusion, largest(occlusion), size),
        lines: ['occlusion', 'p drops by up', `to ${percent(drop)}`],
      },
    ];
    return tiles(options.document, items, { width, least: 60, most: 3, ratio: set.height / set.width });
  };
  for (let i = 0; i < examples.length; i += columns)
    sheet.row(examples.slice(i, i + columns).map(draw), { gap: GAP });
  const said = examples.map(({ image, target, gradient, occlusion, patch: side }) => {
    const most = occlusion.indexOf(Math.max(...occlusion));
    const steepest = gradient.reduce(
      (best, value, i) => (Math.abs(value) > Math.abs(gradient[best]) ? i : best),
      0,
    );
    const place = (i: number): string => `column ${i % set.width}, row ${Math.floor(i / set.width)}`;
    return (
      `image ${image.index}, labeled ${set.classNames[image.label]}, with p(${set.classNames[target]}) = ` +
      `${percent(image.probabilities[target])}: the gradient is largest at ${place(steepest)}, and covering ` +
      `${side} by ${side} pixels around ${place(most)} takes away ${percent(Math.max(...occlusion))}`
    );
  });
  return sheet.figure(
    `Saliency of ${plural(examples.length, 'prediction')}: image, gradient and occlusion side by side. For ${said.join('. For ')}.`,
  );
}
