/** Figures of an audit: images beside their copies, and images whose labels are probably wrong. */

import type { AuditExamples, ShownCopy } from '../audit/examples.ts';
import { count, list, plural, probabilityText } from '../core/format.ts';
import { type Figure, type FigureOptions, Sheet, shownOf } from './figure.ts';
import { imageSource } from './image.ts';
import type { FigureEntry } from './table.ts';
import { meanings } from './theme.ts';
import { tiles } from './tiles.ts';

/** Gray pixels between an image and its copy in one picture. */
const SEAM = 2;
const SEAM_GRAY = 128;

/** Images beside their copies, with their indices and distance. */
export function drawCopies(examples: AuditExamples, options: FigureOptions): Figure {
  const { copies, totals, classNames, dataset } = examples;
  const shape = { ...examples, width: 2 * examples.width + SEAM };
  const sheet = new Sheet(options, {
    name: 'audit-copies',
    title:
      totals.copies === 0
        ? 'No image has a copy'
        : `${plural(totals.copies, 'pair')} of images ${totals.copies === 1 ? 'is' : 'are'} duplicates`,
    facts: `${dataset}, ${shownOf(copies.length, totals.copies, 'pair')}`,
  });
  const items = copies.map((copy) => {
    const { first, second, kind, distance } = copy;
    const agree = first.label === second.label;
    return {
      image: imageSource(sideBySide(copy, examples), shape),
      lines: [
        agree ? classNames[first.label] : `${classNames[first.label]} / ${classNames[second.label]}`,
        `${first.split} ${first.index}, ${second.split} ${second.index}`,
        kind === 'exact'
          ? 'exact'
          : `${kind === 'mirrored' ? 'mirrored, ' : ''}distance ${distance.toFixed(3)}`,
      ],
      ...(agree ? {} : { fill: meanings.wrong }),
    };
  });
  if (items.length > 0) sheet.row([tiles(sheet, items, { least: 128, most: 6, shape, gap: 14 })]);
  const across = copies.filter(({ first, second }) => first.split !== second.split).length;
  const conflicting = copies.filter(({ first, second }) => first.label !== second.label).length;
  return sheet.figure(
    copies.length === 0
      ? `No image of ${dataset} has a copy.`
      : `${plural(copies.length, 'image')} of ${dataset} beside a copy. ${count(across)} of them have the copy in the other ` +
          `split, and ${count(conflicting)} have another label than the copy.`,
  );
}

/** Images with their label, and the class that out-of-fold models predict instead. */
export function drawSuspects(examples: AuditExamples, options: FigureOptions): Figure {
  const { suspects, totals, classNames, dataset } = examples;
  const sheet = new Sheet(options, {
    name: 'audit-suspects',
    title:
      totals.suspects === 0
        ? 'No label is probably wrong'
        : `${plural(totals.suspects, 'label')} ${totals.suspects === 1 ? 'is' : 'are'} probably wrong`,
    facts: `${dataset}, ${shownOf(suspects.length, totals.suspects, 'label')}; the label is bold`,
  });
  const items = suspects.map(({ pixels, label, suggested, suggestedProbability, split, index, loss }) => ({
    image: imageSource(pixels, examples),
    lines: [
      classNames[label],
      `seems ${classNames[suggested]}`,
      `with ${probabilityText(suggestedProbability)}`,
      `${split} ${index}`,
    ],
    hint: `loss ${loss.toFixed(2)} nats`,
  }));
  if (items.length > 0) sheet.row([tiles(sheet, items, { least: 92, most: 6, shape: examples, gap: 12 })]);
  const said = suspects
    .slice(0, 3)
    .map(
      ({ split, index, label, suggested }) =>
        `${split} image ${index}, labeled ${classNames[label]} and predicted as ${classNames[suggested]}`,
    );
  return sheet.figure(
    suspects.length === 0
      ? `No label of ${dataset} is probably wrong.`
      : `${plural(suspects.length, 'image')} of ${dataset} whose labels are probably wrong. First: ${list(said)}.`,
  );
}

/** The two images of a pair in one picture. */
function sideBySide({ first, second }: ShownCopy, { width, height, channels }: AuditExamples): Uint8Array {
  const [line, whole] = [width * channels, (2 * width + SEAM) * channels];
  const pixels = new Uint8Array(whole * height).fill(SEAM_GRAY);
  for (let y = 0; y < height; y++) {
    pixels.set(first.pixels.subarray(y * line, (y + 1) * line), y * whole);
    pixels.set(second.pixels.subarray(y * line, (y + 1) * line), (y + 1) * whole - line);
  }
  return pixels;
}

/** The table of figures of an audit. */
export const auditFigures: readonly FigureEntry<AuditExamples>[] = [
  {
    name: 'audit-copies',
    title: 'Duplicate images',
    source: 'drawCopies',
    reading:
      'A test image with a copy among the training images does not test generalization. Of two copies with different labels, at least one label is wrong.',
    section: 'data',
    draw: drawCopies,
  },
  {
    name: 'audit-suspects',
    title: 'Labels that are probably wrong',
    source: 'drawSuspects',
    reading:
      'Some of these labels are clearly wrong, some are ambiguous, and some images are only unusual for their class.',
    section: 'data',
    draw: drawSuspects,
  },
];
