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
}

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
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url));
    const thread: Thread = { worker, current: undefined, timer: undefined };
    worker.unref();
    worker.on('message', (outcome: PictureOutcome) => {
      const waiting = this.#free(thread);
      if (waiting === undefined) return;
      if ('prepared' in outcome) waiting.resolve(outcome.prepared);
      else waiting.reject(errorOf(outcome.failure));
      this.#next();
    });
    // A thread that ends by itself, for lack of memory or by a fault in a decoder, takes its picture with it.
    worker.on('error', (error) => this.#replace(thread, failedIn(thread.current, error)));
    worker.on('exit', () => this.#replace(thread, failedIn(thread.current, undefined)));
    this.#threads.add(thread);
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

  #replace(thread: Thread, error: CoutureError): void {
    if (!this.#threads.delete(thread)) return;
    this.#free(thread)?.reject(error);
    void thread.worker.terminate();
    if (this.#closed) return;
    this.#spawn();
    this.#next();
  }

  /** Stops the threads. Pictures in progress are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#threads];
    this.#threads.clear();
    const error = stopped(undefined);
    for (const { reject } of this.#queue) reject(error);
    this.#queue.clear();
    for (const thread of threads) this.#free(thread)?.reject(error);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
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

function failedIn(waiting: Waiting | undefined, cause: unknown): CoutureError {
  const name = waiting?.job.name ?? 'picture';
  return new CoutureError('runtime', `The thread that decoded the image ${name} ended.`, { cause });
}
