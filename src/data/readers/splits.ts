/** Assigns the found splits to training and test. */

import { CoutureError } from '../../core/errors.ts';
import type { LabeledPictures } from './found.ts';

/** Pictures by the name of their split; `all` without one. */
export type NamedSplits = Partial<Record<'train' | 'validation' | 'test' | 'all', LabeledPictures>>;

/**
 * Train and test of what was found. Training holds out its own validation images. So a separate validation
 * split becomes the test split if there is none, and otherwise joins the training images.
 * @throws CoutureError of kind `data` when there are no training images
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
