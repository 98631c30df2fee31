/** What is fuzzed: a reader of something from outside, which makes its own inputs and knows what they hold. */

import type { ErrorKind } from '../../../src/core/errors.ts';
import type { Draw } from './draw.ts';
import { type Field, mutate } from './mutate.ts';

/** One input. */
export interface Trial {
  /** The input, as it is written to a file where it fails. */
  readonly input: Uint8Array;
  /** Whether it is as a writer would have made it, so that it must be read. */
  readonly isValid: boolean;
  /**
   * Reads it, and holds what was read against what it must be.
   * @throws what the reader throws; `Wrong` where something was read that is not there
   */
  run(): Promise<void>;
}

/** A reader under test. */
export interface Reader {
  readonly name: string;
  /** Its share of a campaign's inputs, against those of the others. */
  readonly weight: number;
  /** The kinds of error by which it may refuse; `data` and `usage` by default. */
  readonly refuses?: readonly ErrorKind[];
  /** Makes an input. */
  draw(draw: Draw): Trial | Promise<Trial>;
}

/** A success that is none: what was read is not what is there. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** @throws Wrong unless the condition holds */
export function must(condition: boolean, words: string): asserts condition {
  if (!condition) throw new Wrong(words);
}

/** A valid file, where its lengths and counts stand, and what it holds. */
export interface Sample<Truth> {
  readonly bytes: Uint8Array;
  readonly fields?: readonly Field[];
  readonly truth: Truth;
}

/** A reader of files of bytes. */
export interface BytesReader<Truth, Output> {
  readonly name: string;
  readonly weight: number;
  readonly refuses?: readonly ErrorKind[];
  /** A valid file. */
  make(draw: Draw): Sample<Truth> | Promise<Sample<Truth>>;
  /** Changes a file; by default its bytes and the numbers of its fields. */
  mutate?(bytes: Uint8Array, draw: Draw): Uint8Array;
  /** Makes digests and checksums right again after a mutation, so that what lies behind them is reached. */
  reseal?(bytes: Buffer): Uint8Array;
  read(bytes: Uint8Array): Promise<Output> | Output;
  /** Holds what was read of a valid file against what was written. */
  exact(output: Output, truth: Truth): Promise<void> | void;
  /** Holds what was read of any file against the file. */
  sound(output: Output, bytes: Uint8Array): Promise<void> | void;
}

/** One in so many inputs is left as it was made. */
const VALID_SHARE = 1 / 8;

/** A reader whose inputs are files made by `make` and then mutated. */
export function bytesReader<Truth, Output>(reader: BytesReader<Truth, Output>): Reader {
  const { name, weight, refuses, make, read, exact, sound } = reader;
  return {
    name,
    weight,
    ...(refuses && { refuses }),
    async draw(draw) {
      const isValid = draw.chance(VALID_SHARE);
      const sample = await make(draw);
      const input = isValid ? sample.bytes : await mutated(sample, draw, reader);
      return {
        input,
        isValid,
        async run() {
          const output = await read(input);
          if (isValid) await exact(output, sample.truth);
          await sound(output, input);
        },
      };
    },
  };
}

async function mutated<Truth>(
  { bytes, fields = [] }: Sample<Truth>,
  draw: Draw,
  { make, mutate: own, reseal }: Pick<BytesReader<Truth, unknown>, 'make' | 'mutate' | 'reseal'>,
): Promise<Uint8Array> {
  const other = draw.chance(0.2) ? (await make(draw)).bytes : undefined;
  const changed = own === undefined ? mutate({ bytes, fields, other }, draw) : own(bytes, draw);
  return reseal !== undefined && draw.chance(0.7) ? reseal(Buffer.from(changed)) : changed;
}
