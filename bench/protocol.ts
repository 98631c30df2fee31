/**
 * What the bench asks of a contender, each a child process of its own: one line of JSON in, one line of JSON out.
 * A child idles between questions, so that contenders can take turns.
 */

import { createInterface } from 'node:readline';
import type { Model, PublishedModel } from './models.ts';

/** Trains `steps` batches of an epoch. */
export interface TrainQuestion {
  readonly ask: 'train';
  readonly model: Model;
  readonly batchSize: number;
  readonly steps: number;
  /**
   * Couture alone: from the state that so many epochs of training come to, each time from the start. Its time depends on how much of
   * the network is 0; that of the others does not, and they go on from where they are.
   */
  readonly after?: number;
}

/** The next `epochs` epochs of a whole training, with validation after each; the last of them says what came of it. */
export interface WholeQuestion {
  readonly ask: 'whole';
  readonly model: PublishedModel;
  readonly epochs: number;
  /** Epochs of the whole training. */
  readonly of: number;
}

/** Classifies the test images once. */
export interface EvaluateQuestion {
  readonly ask: 'evaluate';
  readonly model: Model;
  /** Couture alone: as in `TrainQuestion`. */
  readonly after?: number;
}

/** Classifies one image, `count` times over; the answer's seconds are the median of one. */
export interface PredictQuestion {
  readonly ask: 'predict';
  readonly model: Model;
  /** Couture alone: as in `TrainQuestion`. */
  readonly after?: number;
  readonly count: number;
}

/** Multiplies [rows, inputs] by [inputs, outputs]; the answer's seconds are those of the fastest of several. */
export interface MatmulQuestion {
  readonly ask: 'matmul';
  readonly kernel: string;
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly budget: number;
}

export interface InfoQuestion {
  readonly ask: 'info';
}

export type Question =
  | TrainQuestion
  | WholeQuestion
  | EvaluateQuestion
  | PredictQuestion
  | MatmulQuestion
  | InfoQuestion;

/** A GPU as WebGPU names it. */
export interface AdapterName {
  readonly name: string;
  /** Whether a CPU emulates it. */
  readonly software: boolean;
}

/** What a GPU was given. */
export interface Commands {
  readonly dispatches: number;
  readonly submits: number;
}

export interface Answer {
  readonly seconds?: number;
  /** Of a whole training that is over: test accuracy of its epoch with the lowest validation loss. */
  readonly accuracy?: number;
  /** Of `info`: what this contender is, with its version. */
  readonly info?: string;
  /** Of `info`, in a page on a GPU. */
  readonly adapter?: AdapterName | undefined;
  /** Of `train`: the mean loss of its last steps. */
  readonly loss?: number | undefined;
  /** Of `train`, in a page on a GPU: what the GPU was given, a step. */
  readonly commands?: Commands | undefined;
  /** Why there is no result. */
  readonly error?: string;
}

/** The child's side: answers until its input ends. */
export async function serve(answer: (question: Question) => Promise<Answer>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: Answer;
    try {
      reply = await answer(JSON.parse(line));
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}

/** Seconds of one run of `work`. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of `count` runs, one by one. */
export async function medianOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) seconds.push(await timed(work));
  return median(seconds);
}

/** The fastest run of `work` within `budget` seconds, after one that does not count. */
export function fastest(budget: number, work: () => void): number {
  work();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + budget * 1000;
  do {
    const began = performance.now();
    work();
    best = Math.min(best, (performance.now() - began) / 1000);
  } while (performance.now() < end);
  return best;
}
