/** Which of the splits that were found is trained on and which is the test split. */

import { CoutureError } from '../../core/errors.ts';
import type { LabeledPictures } from './found.ts';

/** Pictures by what their folder or array was called; `all` where no split was named. */
export type NamedSplits = Partial<Record<'train' | 'validation' | 'test' | 'all', LabeledPictures>>;

/**
 * Train and test of what was found. Validation images are held out from the training images by training itself, so
 * that a validation split of its own becomes the test split where there is none, and else joins the training images.
 * @throws CoutureError of kind `data` when there is nothing to train on
 */
export function assignSplits(
  { train, validation, test, all }: NamedSplits,
  name: string,
): { train: LabeledPictures; test: LabeledPictures | null; notices: string[] } {
  const first = train ?? all;
  if (first === undefined || first.length === 0) {
    throw new CoutureError('data', `${name}: no training images were found.`, {
      hint: 'Name their folder or array "train", or give one unsplit set.',
    });
  }
  if (validation === undefined || validation.length === 0)
    return { train: first, test: test ?? null, notices: [] };
  const count = validation.length.toLocaleString('en-US');
  if (test === undefined)
    return {
      train: first,
      test: validation,
      notices: [`There is no test split: the ${count} validation images are used as the test split.`],
    };
  return {
    train: joinPictures(first, validation),
    test,
    notices: [
      `The ${count} validation images are added to the training images; training holds out its own validation images.`,
    ],
  };
}

/** Two lists as one. */
export function joinPictures(a: LabeledPictures, b: LabeledPictures): LabeledPictures {
  const pick = <Result>(index: number, of: (list: LabeledPictures, at: number) => Result): Result =>
    index < a.length ? of(a, index) : of(b, index - a.length);
  return {
    length: a.length + b.length,
    labelOf: (index) => pick(index, (list, at) => list.labelOf(at)),
    nameOf: (index) => pick(index, (list, at) => list.nameOf(at)),
    read: (index) => pick(index, (list, at) => list.read(at)),
  };
}
