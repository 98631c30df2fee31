/** The pictures of both splits under one numbering. */

import type { FoundData, LabeledPictures } from '../readers/found.ts';

/** Training images first. */
export class AllPictures {
  readonly length: number;
  readonly #train: LabeledPictures;
  readonly #test: LabeledPictures | null;

  constructor({ train, test }: FoundData) {
    this.#train = train;
    this.#test = test;
    this.length = train.length + (test?.length ?? 0);
  }

  get hasTest(): boolean {
    return this.#test !== null;
  }

  isTest(index: number): boolean {
    return index >= this.#train.length;
  }

  /** The list that holds a picture, and its place there. */
  at(index: number): { list: LabeledPictures; place: number } {
    const list = this.isTest(index) ? this.#test! : this.#train;
    return { list, place: this.isTest(index) ? index - this.#train.length : index };
  }

  labelOf(index: number): string {
    const { list, place } = this.at(index);
    return list.labelOf(place);
  }

  nameOf(index: number): string {
    const { list, place } = this.at(index);
    return list.nameOf(place);
  }
}
