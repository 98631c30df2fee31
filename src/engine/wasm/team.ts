/**
 * The threads that run jobs together. With no way to spawn workers, or for one thread on request, the job runs
 * on the caller's own thread; else on workers, and the caller only waits for messages.
 */

import { CoutureError } from '../../core/errors.ts';
import { Queue } from '../../core/queue.ts';
import { FAILED_WORD } from './constants.ts';
import { controlBytes, Executor, SCRATCH_BYTES } from './executor.ts';
import type { Block, WasmMemory } from './memory.ts';
import type { FromWorker, SpawnWorker, WorkerHandle } from './platform.ts';
import type { Job, ThreadSetup, ToWorker } from './protocol.ts';

export interface TeamOptions {
  readonly memory: WasmMemory;
  readonly module: WebAssembly.Module;
  readonly wide: boolean;
  readonly threads: number;
  readonly spawn: SpawnWorker | undefined;
}

interface Member {
  readonly worker: WorkerHandle;
  /** Called with the next message. */
  answer: (message: FromWorker) => void;
}

export class Team {
  /** Runs small jobs on the caller's thread, without the others. */
  readonly #inline: Executor;
  readonly #members: Member[] = [];
  readonly #control: Int32Array;
  #failure: CoutureError | undefined;
  readonly #jobs = new Queue();
  #disposing: Promise<void> | undefined;

  private constructor(inline: Executor, control: Int32Array) {
    this.#inline = inline;
    this.#control = control;
  }

  /** How many threads run a job. */
  get threads(): number {
    return Math.max(1, this.#members.length);
  }

  /**
   * Starts the workers and waits until each is ready.
   * @throws CoutureError of kind `runtime` when one cannot start
   */
  static async start({ memory, module, wide, threads, spawn }: TeamOptions): Promise<Team> {
    const control: Block = memory.allocate(controlBytes(threads));
    const setup = (thread: number, of: number): ThreadSetup => ({
      module,
      memory: memory.memory,
      wide,
      thread,
      threads: of,
      control: control.start,
      scratch: memory.allocate(SCRATCH_BYTES).start,
    });
    const words = new Int32Array(memory.memory.buffer, control.start, controlBytes(threads) / 4);
    const team = new Team(new Executor(setup(0, 1)), words);
    if (!spawn) return team;
    const ready = Array.from({ length: threads }, (_, thread) => {
      const member: Member = { worker: spawn(), answer: () => {} };
      team.#members.push(member);
      const answered = team.#nextAnswer(member);
      member.worker.listen((message) => team.#hear(member, message));
      member.worker.post({ type: 'setup', setup: setup(thread, threads) } satisfies ToWorker);
      return answered;
    });
    await Promise.all(ready);
    const failure = team.#failure;
    if (failure) {
      await team.dispose();
      throw failure;
    }
    return team;
  }

  #nextAnswer(member: Member): Promise<FromWorker> {
    return new Promise((resolve) => {
      member.answer = resolve;
    });
  }

  /** The failure word frees the others from the barrier, so that the job ends with this worker's error. */
  #hear(member: Member, message: FromWorker): void {
    const failure = failureOf(message);
    if (failure !== undefined) {
      this.#failure ??= failure;
      Atomics.store(this.#control, FAILED_WORD, 1);
    }
    member.answer(message);
  }

  /**
   * Runs a job on all threads. Jobs are queued.
   * @throws CoutureError of kind `runtime` when a worker fails, and for all later jobs
   */
  run(job: Job): Promise<void> {
    return this.#jobs.run(() => this.#runNow(job));
  }

  async #runNow(job: Job): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#members.length === 0) return this.#inline.run(job);
    // No thread is running, so the counters of the last job are free.
    this.#control.fill(0, FAILED_WORD + 1);
    const answers = this.#members.map((member) => this.#nextAnswer(member));
    for (const { worker } of this.#members) worker.post({ type: 'job', job } satisfies ToWorker);
    await Promise.all(answers);
    if (this.#failure) throw this.#failure;
  }

  /** Runs a job at once on the caller's thread: for work so small that a message would cost more. */
  runInline(job: Job): void {
    this.#inline.run(job);
  }

  /** Stops the workers after the jobs in progress; once, however often it is called. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    await this.#jobs.idle();
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
    this.#failure ??= new CoutureError('usage', 'This backend has been disposed of.');
  }
}

/** The error of a message that ends all work; undefined for other messages. An invalid message counts as a failure. */
function failureOf(message: FromWorker | null): CoutureError | undefined {
  switch (message?.type) {
    case 'ready':
    case 'done':
      return undefined;
    case 'failed':
      return new CoutureError('runtime', `A worker of the engine failed: ${message.message}.`, {
        cause: message.stack,
      });
    default:
      return new CoutureError('runtime', 'A worker of the engine sent an invalid answer.');
  }
}
