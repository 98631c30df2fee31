/** Whether a model tells the classes of a data set apart. Where it does not, a label of the one means nothing to the other. */

import { CoutureError } from '@couture/core';
import type { DatasetInfo } from 'couture/data';

type Classes = Pick<DatasetInfo, 'classNames'>;

/** Whether they have the same classes in the same order. */
export function hasClassesOf(model: Classes, set: Classes): boolean {
  const { classNames } = model;
  return (
    classNames.length === set.classNames.length &&
    classNames.every((name, place) => name === set.classNames[place])
  );
}

/** @throws CoutureError of kind `usage` where the predictions of a model cannot be compared with the labels of a set */
export function requireClassesOf(model: Classes & { readonly name: string }, set: Classes): void {
  if (hasClassesOf(model, set)) return;
  const few = ({ classNames }: Classes): string =>
    classNames.length > 3 ? `${classNames.slice(0, 3).join(', ')}, …` : classNames.join(', ');
  throw new CoutureError(
    'usage',
    `${model.name} predicts other classes (${few(model)}) than those of the images at hand (${few(set)}).`,
    { hint: 'Choose a model that was trained on these images, or take its images under Runs, Storage.' },
  );
}
