/** The report of an import: plain data that is stored with the images. */

import * as z from 'zod';
import { printable } from '../../core/printable.ts';
import type { PassedOver } from '../readers/found.ts';

/** Largest number of named files; of more only the number is kept. */
export const NAMED_FILES = 1000;

/** The report of an import. */
export interface ImportReport {
  /** Version of the format. */
  readonly version: 1;
  /** Images of each class. */
  readonly classes: readonly { readonly name: string; readonly train: number; readonly test: number }[];
  /** Whether the test split was drawn by the import. */
  readonly testWasDrawn: boolean;
  /** Skipped files, the first thousand. */
  readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
  readonly passedOverCount: number;
  /** Decisions and notices: sentences. */
  readonly notices: readonly string[];
}

/** @internal */
export const importReportSchema = z.strictObject({
  version: z.literal(1),
  classes: z
    .array(z.strictObject({ name: z.string(), train: z.int().min(0), test: z.int().min(0) }))
    .readonly(),
  testWasDrawn: z.boolean(),
  passedOver: z.array(z.strictObject({ path: z.string(), reason: z.string() })).readonly(),
  passedOverCount: z.int().min(0),
  notices: z.array(z.string()).readonly(),
}) satisfies z.ZodType<ImportReport>;

/** Classes with fewer training images get a notice. */
const FEW_IMAGES = 20;
/** Ratio of the largest to the smallest class that gets a notice. */
const IMBALANCE = 3;

/** Sentences on classes that are small, and on those that are much larger than others. */
export function classNotices(classes: ImportReport['classes']): string[] {
  const notices: string[] = [];
  const few = classes.filter(({ train }) => train < FEW_IMAGES);
  if (few.length > 0) notices.push(fewText(few));
  const untested = classes.filter(({ test }) => test === 0);
  if (untested.length > 0)
    notices.push(`There are no test images of ${listOf(untested.map(({ name }) => name))}.`);
  const sorted = [...classes].sort((a, b) => b.train - a.train);
  const [largest, smallest] = [sorted[0], sorted[sorted.length - 1]];
  if (largest.train >= IMBALANCE * Math.max(1, smallest.train)) {
    notices.push(
      `The classes differ in size: ${printable(largest.name)} has ${largest.train} training images, ${printable(smallest.name)} has ${smallest.train}. Training with --class-weights balanced compensates for that.`,
    );
  }
  return notices;
}

function fewText(few: ImportReport['classes']): string {
  const counted = listOf(few.map(({ name, train }) => `${name} (${train})`));
  const which = few.length === 1 ? 'One class has' : `${few.length} classes have`;
  return `${which} fewer than ${FEW_IMAGES} training images: ${counted}. That is too few to learn the class and to measure its accuracy.`;
}

/** `a, b, c and 4 more` */
export function listOf(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map(printable).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** The part of a report that names files. */
export function namedFiles(
  passedOver: readonly PassedOver[],
): Pick<ImportReport, 'passedOver' | 'passedOverCount'> {
  return { passedOver: passedOver.slice(0, NAMED_FILES), passedOverCount: passedOver.length };
}
