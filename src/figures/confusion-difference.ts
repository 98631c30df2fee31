/** The confusion matrix of one run minus that of another. */

import { list, plural } from '../core/format.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { drawMatrix, explainAxes, MOST_SINGLE } from './matrix.ts';
import type { MatrixCell } from './matrix-cells.ts';
import { onSequential, runColor, sequential } from './theme.ts';

/** The part of a run that is compared. */
export type ComparedRun = Pick<Inspection, 'run' | 'evaluation'>;

/** Options of `drawDifference`. */
export interface DifferenceOptions extends FigureOptions {
  /** Places of the two runs among those shown together, which give the colors; 0 and 1 by default. */
  readonly places?: readonly [first: number, second: number];
}

/** The palest color of the third run, which is gray. */
const NEUTRAL = sequential(0, 2);

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
  const every = names.length <= MOST_SINGLE;
  const changes = first.evaluation.confusion.flatMap((row, actual) =>
    row.flatMap((images, predicted): Change[] => {
      const change = second.evaluation.confusion[actual][predicted] - images;
      return change !== 0 || every ? [{ actual, predicted, change }] : [];
    }),
  );
  const largest = changes.reduce((most, { change }) => Math.max(most, Math.abs(change)), 1);
  const mistakes = changes
    .filter(({ actual, predicted, change }) => actual !== predicted && change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  const gained = second.evaluation.correct - first.evaluation.correct;
  const sheet = new Sheet(options, {
    name: 'confusion-difference',
    title: titleOf(gained, mistakes.length === 0, second.run),
    facts: [`${second.run} minus ${first.run}`, ...largestChanges(mistakes, names)].join('; '),
  });
  sheet.legend(
    [first, second].map(({ run }, i) => ({
      color: runColor(places[i]),
      label: `more images with ${run}`,
    })),
  );
  const cells = changes.map((cell): MatrixCell => {
    const depth = Math.sqrt(Math.abs(cell.change) / largest);
    return {
      ...cell,
      depth,
      // A cell without a change has the color of neither run.
      fill: cell.change === 0 ? NEUTRAL : sequential(depth, places[cell.change > 0 ? 1 : 0]),
      ink: onSequential(depth),
      // A narrow cell has no room for a plus, and for a hyphen as the minus. No cell loses its minus.
      texts:
        cell.change === 0
          ? []
          : [signed(cell.change), signed(cell.change).slice(cell.change < 0 ? 0 : 1), String(cell.change)],
      title: wordsOf(cell, names, second.run),
    };
  });
  sheet.row([drawMatrix(sheet, names, cells, NEUTRAL, { widest: 'blank' })]);
  explainAxes(sheet);
  sheet.paragraph(
    'On the diagonal are correct images, elsewhere mistakes. The color changes with the square root of the number.',
  );
  const said = mistakes.slice(0, 5).map((mistake) => mistakeText(mistake, names));
  return sheet.figure(
    `Confusion matrix of ${second.run} minus that of ${first.run}, in images. ${second.run} has ${signed(gained)} correct images.` +
      `${said.length > 0 ? ` The mistakes that change most: ${list(said)}.` : ' Both make the same mistakes.'}`,
  );
}

/** `+12`, `−3` */
function signed(images: number): string {
  return images < 0 ? `−${-images}` : `+${images}`;
}

/** How many more images are correct; single mistakes may change in both directions by as much. */
function titleOf(gained: number, isSame: boolean, run: string): string {
  if (isSame) return 'Both runs make the same mistakes';
  if (gained === 0) return 'Both runs have as many correct images, but other mistakes';
  return `${run} has ${plural(Math.abs(gained), `${gained > 0 ? 'more' : 'fewer'} correct image`)}`;
}

/** `largest changes: Sandal as Sneaker −44, Coat as Shirt +44`; nothing without a change. */
function largestChanges(mistakes: readonly Change[], names: readonly string[]): string[] {
  // The number stays on the line of its class.
  const said = mistakes
    .slice(0, 2)
    .map((mistake) => mistakeText(mistake, names).replace(/ (?=\S+$)/, '\u00a0'));
  return said.length === 0 ? [] : [`largest changes: ${said.join(', ')}`];
}

function mistakeText({ actual, predicted, change }: Change, names: readonly string[]): string {
  return `${names[actual]} as ${names[predicted]} ${signed(change)}`;
}

function wordsOf({ actual, predicted, change }: Change, names: readonly string[], run: string): string {
  const what =
    actual === predicted ? `${names[actual]}, correct` : `${names[actual]} predicted as ${names[predicted]}`;
  return `${what}: ${signed(change)} with ${run}`;
}
