/** The interface of the sources of files. */

import type { DataEvent, DataStage } from '../../../data/data-event.ts';
import type { DatasetEntry, Role } from '../../../data/registry.ts';

export type { DataEvent, DataStage };

/** The part of `fetch` that is used. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: 'GET' | 'HEAD';
    readonly headers: Record<string, string>;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/** One attempt to get files from one kind of place. */
export interface Attempt {
  readonly entry: DatasetEntry;
  /** The files still wanted. */
  readonly wanted: readonly Role[];
  /**
   * Takes a found file, packed or not: verifies and stores it.
   * @throws CoutureError of kind `data` when it is the wrong file
   */
  readonly accept: (
    role: Role,
    raw: Uint8Array<ArrayBuffer>,
    place: string,
    strict: boolean,
  ) => Promise<void>;
  /** Notes an attempt and why it failed, for the final message. */
  readonly tried: (what: string, why: string) => void;
  readonly emit: (stage: DataStage, file: string, done?: number, total?: number) => void;
  readonly signal: AbortSignal | undefined;
}
