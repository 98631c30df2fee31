/** A process of the campaign that is watched, ended when an input takes too long, and replaced when it is gone. */

import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Chunk, type Failure, type FromProcess, MOST_HEAP_MB, MOST_MS, REPLACE_ME } from './protocol.ts';
import type { Fault } from './verdict.ts';

const script = fileURLToPath(new URL('./process.ts', import.meta.url));
const POLL_MS = 200;
/** Milliseconds for a process to load everything. */
const START_MS = 60_000;
/** Instead of a number: the process has not begun with the chunk. */
const NOT_BEGUN = -1;

/** How a process ended, and at which input. */
interface Ended {
  readonly number: number;
  readonly fault?: Fault;
  readonly words: string;
}

/** What is heard of a chunk. */
export interface Listener {
  onFailure(failure: Failure): void;
  onCounts(reader: string, counts: { readonly read: number; readonly refused: number }): void;
}

export class WatchedProcess {
  readonly #mark: string;
  readonly #listener: Listener;
  #child: ChildProcess | undefined;

  /** @param mark the file in which the process says where it is */
  constructor(mark: string, listener: Listener) {
    this.#mark = mark;
    this.#listener = listener;
  }

  /** Tries every input of a chunk, in as many processes as it takes. */
  async run(chunk: Chunk): Promise<void> {
    for (let from = chunk.from; from < chunk.to; ) {
      const ended = await this.#try({ ...chunk, from });
      if (ended === undefined) return;
      this.#child = undefined;
      const { number, fault, words } = ended;
      if (fault !== undefined)
        this.#listener.onFailure({ reader: chunk.reader, seed: chunk.seed, number, fault, words });
      from = number + 1;
    }
  }

  stop(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Undefined when the chunk is done; else where its process ended, and by what where it did not say so itself. */
  async #try(chunk: Chunk): Promise<Ended | undefined> {
    writeFileSync(this.#mark, new Uint8Array(new Float64Array([NOT_BEGUN]).buffer));
    this.#child ??= this.#start();
    const child = this.#child;
    return await new Promise((resolve, reject) => {
      let place = NOT_BEGUN;
      let since = performance.now();
      let isHung = false;
      const timer = setInterval(() => {
        const now = this.#place();
        if (now !== place) {
          place = now;
          since = performance.now();
        } else if (performance.now() - since > (place === NOT_BEGUN ? START_MS : MOST_MS)) {
          isHung = true;
          child.kill('SIGKILL');
        }
      }, POLL_MS);
      const done = (): void => {
        clearInterval(timer);
        child.removeAllListeners();
      };
      child.on('message', (message: FromProcess) => {
        if (message.type === 'failure') return this.#listener.onFailure(message.failure);
        if (message.type === 'broken') {
          done();
          reject(new Error(`An input of ${chunk.reader} could not be made: ${message.words}`));
          return;
        }
        this.#listener.onCounts(chunk.reader, message);
        if (!message.isDone) return;
        done();
        resolve(undefined);
      });
      child.on('exit', (code, signal) => {
        done();
        const number = this.#place();
        if (number === NOT_BEGUN)
          reject(new Error(`A process ended with ${signal ?? code} before it began.`));
        else if (isHung) resolve({ number, fault: 'hang', words: `it took more than ${MOST_MS / 1000} s` });
        else if (code === REPLACE_ME) resolve({ number, words: '' });
        else resolve({ number, fault: 'death', words: `the process ended with ${signal ?? `code ${code}`}` });
      });
      child.send(chunk);
    });
  }

  #start(): ChildProcess {
    return fork(script, [this.#mark], {
      execArgv: [...process.execArgv, `--max-old-space-size=${MOST_HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  /** The number of the input that is being tried. */
  #place(): number {
    const word = new Float64Array(1);
    const bytes = readFileSync(this.#mark);
    // It may be just being written.
    if (bytes.length < 8) return NOT_BEGUN;
    new Uint8Array(word.buffer).set(bytes.subarray(0, 8));
    return word[0];
  }
}
