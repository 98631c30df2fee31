/**
 * Threads that decode and prepare pictures, so that a large photograph does not hold up other requests. Each thread has one
 * picture at a time. A picture that takes too long ends its thread, and a new one takes its place.
 */

import { Worker } from 'node:worker_threads';
import { CoutureError } from '../../core/errors.ts';
import { Refused } from '../refusals.ts';
import type { PictureFailure, PictureJob, PictureOutcome, PreparedPicture } from './messages.ts';

/** How pictures are prepared. */
export interface PoolOptions {
  readonly threads: number;
  /** Seconds for one picture. */
  readonly seconds: number;
  /** Told when a thread ends by itself or cannot start, with the cause. */
  readonly onFailure?: (error: unknown) => void;
  /** Makes a thread. */
  readonly start?: () => Worker;
}

/** Time until a thread that ended by itself is replaced: it doubles up to the longest, until a picture was prepared. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

interface Waiting {
  readonly job: PictureJob;
  readonly resolve: (prepared: PreparedPicture) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread and its picture. */
interface Thread {
  readonly worker: Worker;
  current: Waiting | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class PicturePool {
  readonly #options: PoolOptions;
  readonly #threads = new Set<Thread>();
  /** In the order of their arrival. A set: a picture whose request has ended is taken out at once. */
  readonly #queue = new Set<Waiting>();
  /** Threads that are to start. */
  readonly #pauses = new Set<NodeJS.Timeout>();
  #pause = FIRST_PAUSE_MS;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.threads; i++) this.#spawn();
  }

  /** Pictures that wait or are being prepared. */
  get length(): number {
    return this.#queue.size + [...this.#threads].filter(({ current }) => current !== undefined).length;
  }

  /**
   * Decodes and prepares a picture. Its bytes are handed over to a thread.
   * @throws Refused when it is too large or takes too long; CoutureError of kind `data` when it cannot be read,
   * `interrupted` as soon as `signal` aborts
   */
  async prepare(job: PictureJob, signal?: AbortSignal): Promise<PreparedPicture> {
    if (this.#closed) throw new CoutureError('usage', 'The picture threads have been stopped.');
    const stop = (): void => end();
    let end: () => void;
    try {
      return await new Promise((resolve, reject) => {
        const waiting: Waiting = { job, resolve, reject };
        end = () => {
          this.#queue.delete(waiting);
          reject(stopped(signal?.reason));
        };
        if (signal?.aborted) return end();
        signal?.addEventListener('abort', stop, { once: true });
        this.#queue.add(waiting);
        this.#next();
      });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #spawn(): void {
    const { start = startWorker } = this.#options;
    let worker: Worker;
    try {
      worker = start();
    } catch (error) {
      this.#spawnLater(error);
      return;
    }
    const thread: Thread = { worker, current: undefined, timer: undefined };
    worker.unref();
    worker.on('message', (outcome: PictureOutcome) => {
      this.#pause = FIRST_PAUSE_MS;
      const waiting = this.#free(thread);
      if (waiting === undefined) return;
      if ('prepared' in outcome) waiting.resolve(outcome.prepared);
      else waiting.reject(errorOf(outcome.failure));
      this.#next();
    });
    // A thread that ends by itself, for lack of memory or by a fault in a decoder, takes its picture with it.
    worker.on('error', (error) => this.#lose(thread, error));
    worker.on('exit', (code) => this.#lose(thread, new Error(`A picture thread ended with code ${code}.`)));
    this.#threads.add(thread);
    this.#next();
  }

  /** A thread ended by itself. */
  #lose(thread: Thread, error: unknown): void {
    if (!this.#threads.delete(thread)) return;
    const waiting = this.#free(thread);
    waiting?.reject(failedIn(waiting, error));
    this.#spawnLater(error);
  }

  /** Starts a thread after a pause: if none can start, trying again at once would take all of the time. */
  #spawnLater(cause: unknown): void {
    if (this.#closed) return;
    this.#options.onFailure?.(cause);
    const timer = setTimeout(() => {
      this.#pauses.delete(timer);
      this.#spawn();
    }, this.#pause).unref();
    this.#pauses.add(timer);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  /** Gives free threads their next pictures. */
  #next(): void {
    for (const thread of this.#threads) {
      if (thread.current !== undefined) continue;
      const [waiting] = this.#queue;
      if (waiting === undefined) return;
      this.#queue.delete(waiting);
      thread.current = waiting;
      const { seconds } = this.#options;
      thread.timer = setTimeout(() => this.#replace(thread, tooSlow(waiting, seconds)), seconds * 1000);
      thread.worker.postMessage(waiting.job, [waiting.job.bytes.buffer]);
    }
  }

  /** The picture of a thread, which has an outcome. */
  #free(thread: Thread): Waiting | undefined {
    clearTimeout(thread.timer);
    const { current } = thread;
    thread.current = undefined;
    return current;
  }

  /** Ends a thread whose picture takes too long, and starts another one. */
  #replace(thread: Thread, error: CoutureError): void {
    this.#threads.delete(thread);
    this.#free(thread)?.reject(error);
    void thread.worker.terminate();
    this.#spawn();
  }

  /** Stops the threads. Pictures in progress are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    const threads = [...this.#threads];
    this.#threads.clear();
    const error = stopped(undefined);
    for (const { reject } of this.#queue) reject(error);
    this.#queue.clear();
    for (const thread of threads) this.#free(thread)?.reject(error);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function startWorker(): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./worker.${extension}`, import.meta.url));
}

function errorOf({ kind, code, message, hint }: PictureFailure): CoutureError {
  if (code !== undefined) return new Refused(code, message, { hint });
  return new CoutureError(kind, message, { ...(hint !== undefined && { hint }) });
}

function stopped(cause: unknown): CoutureError {
  return new CoutureError('interrupted', 'Stopped before the picture was prepared.', { cause });
}

function tooSlow({ job }: Waiting, seconds: number): Refused {
  return new Refused(
    'slow_image',
    `Cannot read the image ${job.name}: it took longer than ${seconds} seconds, the limit.`,
    { hint: 'Save it again as PNG or JPEG, or make it smaller.' },
  );
}

function failedIn({ job }: Waiting, cause: unknown): CoutureError {
  return new CoutureError('runtime', `The thread that decoded the image ${job.name} ended.`, { cause });
}
