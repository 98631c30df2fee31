/** What the campaign and its processes say to each other. */

import type { Fault } from './verdict.ts';

/** Inputs of one reader that a process is to try. */
export interface Chunk {
  readonly reader: string;
  readonly seed: number;
  readonly from: number;
  /** The first that is no longer part of it. */
  readonly to: number;
}

/** A fault, by which its input can be made again. */
export interface Failure {
  readonly reader: string;
  readonly seed: number;
  readonly number: number;
  readonly fault: Fault;
  readonly words: string;
}

/** What a process tells. */
export type FromProcess =
  | { readonly type: 'failure'; readonly failure: Failure }
  /** An input could not be made: the fault is the campaign's own. */
  | { readonly type: 'broken'; readonly words: string }
  /** Of the part of the chunk that it did: how many inputs were read and refused. */
  | { readonly type: 'counts'; readonly read: number; readonly refused: number; readonly isDone: boolean };

/** The process has told what was wrong and wants to be replaced: its state may be damaged, or its memory is used up. */
export const REPLACE_ME = 86;

/** Bytes of memory that a process may hold at its peak. */
export const MOST_MEMORY = 768 * 2 ** 20;
/** Megabytes of V8's heap. */
export const MOST_HEAP_MB = 384;
/** Milliseconds for one input. */
export const MOST_MS = 5000;
