/** The classes of a set: their names in order, and each image's class as a number. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes, printable } from '../../core/printable.ts';
import { MAX_CLASSES } from '../dataset-info.ts';
import { sortClassNames } from '../readers/order.ts';
import { listOf } from './report.ts';

/** The names of the classes by their numbers. */
export interface Classes {
  readonly names: readonly string[];
  readonly numberOf: ReadonlyMap<string, number>;
}

/**
 * The classes of the training images.
 * @param labels the training images' classes
 * @throws CoutureError of kind `data` for fewer than 2 or more than 1,000 classes, and for invalid names
 */
export function classesOf(labels: Iterable<string>): Classes {
  const found = new Set(labels);
  if (found.size < 2) {
    throw new CoutureError(
      'data',
      `${found.size} class with readable images was found, but at least 2 are needed.`,
      {
        hint:
          found.size === 1
            ? `All images belong to the class ${printable([...found][0])}.`
            : 'No image could be read.',
      },
    );
  }
  if (found.size > MAX_CLASSES) {
    const some = listOf([...found].slice(0, 5));
    throw new CoutureError(
      'data',
      `${found.size} classes were found, but at most ${MAX_CLASSES} are allowed.`,
      {
        hint: `The first are ${some}. Check that these are class names: the labels may be in another column or folder.`,
      },
    );
  }
  const names = sortClassNames(found);
  for (const name of names) {
    if (name.length <= 200 && name !== '' && name === printable(name)) continue;
    throw new CoutureError('data', `The class name ${inQuotes(name)} cannot be used.`, {
      hint: 'A class name must have 1 to 200 characters, without control characters and direction marks.',
    });
  }
  return { names, numberOf: new Map(names.map((name, i) => [name, i])) };
}

/**
 * The number of a test image's class.
 * @throws CoutureError of kind `data` for a class that no training image has
 */
export function classOf({ names, numberOf }: Classes, label: string, where: string): number {
  const found = numberOf.get(label);
  if (found !== undefined) return found;
  throw new CoutureError(
    'data',
    `${printable(where)}: the class ${printable(label)} is not among the ${names.length} classes of the training images.`,
    { hint: `They are ${listOf(names, 10)}.` },
  );
}
