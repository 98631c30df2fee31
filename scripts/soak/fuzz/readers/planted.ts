/** A reader with one fault of each kind, at known numbers: what shows that the campaign finds them. Only by its name. */

import { CoutureError } from '../../../../src/core/errors.ts';
import { MOST_MEMORY } from '../protocol.ts';
import { must, type Reader, type Trial } from '../reader.ts';
import type { Fault } from '../verdict.ts';

/** What goes wrong at which number. */
export const plantedFaults: ReadonlyMap<number, Fault> = new Map([
  [3, 'error'],
  [5, 'hang'],
  [7, 'wrong'],
  [9, 'memory'],
  [11, 'death'],
  [13, 'words'],
  [15, 'refusal'],
  [17, 'prototype'],
]);

const faults: Readonly<Record<Fault, () => void>> = {
  error: () => {
    throw new TypeError('planted');
  },
  hang: () => {
    for (;;);
  },
  wrong: () => must(false, 'planted'),
  memory: () => void Buffer.alloc(MOST_MEMORY, 1),
  death: () => process.abort(),
  words: () => {
    throw new CoutureError('data', '');
  },
  refusal: () => {
    throw new CoutureError('data', 'It is refused.');
  },
  prototype: () => {
    Reflect.set(Object.prototype, 'planted', true);
  },
};

export const planted: Reader = {
  name: 'planted',
  weight: 1,
  draw({ number }): Trial {
    const fault = plantedFaults.get(number);
    return {
      input: Uint8Array.of(number),
      isValid: fault === 'refusal',
      async run() {
        if (fault !== undefined) faults[fault]();
      },
    };
  },
};
