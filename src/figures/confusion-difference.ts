/** The confusion matrix of one run minus that of another. */

import { list, plural } from '../core/format.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawMatrix, explainAxes, MOST_SINGLE } from './matrix.ts';
import type { MatrixCell } from './matrix-cells.ts';
import { onSequential, runColor, sequential } from './theme.ts';

/** The part of a run that is compared. */
export type ComparedRun = Pick<Inspection, 'run' | 'evaluation'>;

export interface DifferenceOptions extends FigureOptions {
  /** Places of the two runs among those shown together, which give the colors; 0 and 1 by default. */
  readonly places?: readonly [first: number, second: number];
}

/** A cell with the images of the second run minus those of the first. */
interface Change {
  readonly actual: number;
  readonly predicted: number;
  readonly change: number;
}

/**
 * For each true and predicted class, how many more images the second run has than the first. A cell has the
 * color of the run with more images: on the diagonal these are correct, elsewhere mistakes.
 */
export function drawConfusionDifference(
  first: ComparedRun,
  second: ComparedRun,
  { places = [0, 1], ...options }: DifferenceOptions,
): Figure {
  const names = first.evaluation.perClass.map(({ name }) => name);
  const changes = first.evaluation.confusion.flatMap((row, actual) =>
    row.map((images, predicted) => ({
      ...{ actual, predicted },
      change: second.evaluation.confusion[actual][predicted] - images,
    })),
  );
  const largest = Math.max(1, ...changes.map(({ change }) => Math.abs(change)));
  const mistakes = changes
    .filter(({ actual, predicted, change }) => actual !== predicted && change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  const gained = second.evaluation.correct - first.evaluation.correct;
  const sheet = new Sheet(options, {
    name: 'confusion-difference',
    title: titleOf(mistakes[0], names, second.run),
    facts: `${second.run} minus ${first.run}: ${signed(gained)} correct images`,
  });
  sheet.legend(
    [first, second].map(({ run }, i) => ({
      color: runColor(places[i]),
      label: `more images with ${run}`,
    })),
  );
  const cells = changes
    .filter(({ change }) => change !== 0 || names.length <= MOST_SINGLE)
    .map((cell): MatrixCell => {
      const depth = Math.sqrt(Math.abs(cell.change) / largest);
      return {
        ...cell,
        depth,
        fill: sequential(depth, places[cell.change > 0 ? 1 : 0]),
        ink: onSequential(depth),
        texts: cell.change === 0 ? [] : [signed(cell.change), String(Math.abs(cell.change))],
        title: wordsOf(cell, names, second.run),
      };
    });
  sheet.row([drawMatrix(sheet, names, cells, sequential(0, places[0]))]);
  explainAxes(sheet);
  sheet.paragraph(
    'On the diagonal are correct images, elsewhere mistakes. The depth of the color follows the square root.',
  );
  const said = mistakes
    .slice(0, 5)
    .map(({ actual, predicted, change }) => `${names[actual]} as ${names[predicted]} ${signed(change)}`);
  return sheet.figure(
    `Confusion matrix of ${second.run} minus that of ${first.run}, in images. ${second.run} has ${signed(gained)} correct images.` +
      `${said.length > 0 ? ` The mistakes that change most: ${list(said)}.` : ' Both make the same mistakes.'}`,
  );
}

/** `+12`, `−3` */
function signed(images: number): string {
  return images < 0 ? `−${-images}` : `+${images}`;
}

/** The mistake that changes most. */
function titleOf(most: Change | undefined, names: readonly string[], run: string): string {
  if (most === undefined) return 'Both runs make the same mistakes';
  const { actual, predicted, change } = most;
  const images = `${plural(Math.abs(change), `${change > 0 ? 'more' : 'fewer'} image`)}`;
  return `${run} confuses ${images} of ${names[actual]} with ${names[predicted]}`;
}

function wordsOf({ actual, predicted, change }: Change, names: readonly string[], run: string): string {
  const what =
    actual === predicted ? `${names[actual]}, correct` : `${names[actual]} predicted as ${names[predicted]}`;
  return `${what}: ${signed(change)} with ${run}`;
}
