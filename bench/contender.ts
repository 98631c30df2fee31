/** The bench's side of a contender: a child process that is asked, one question at a time. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Answer, Question } from './protocol.ts';

/** How to start a contender. */
export interface Start {
  /** Who: results of all settings of one family are compared, and the best taken. */
  readonly family: string;
  /** The setting, e.g. `2 threads`. */
  readonly setting: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Whether processes come in groups, and can be halted. */
const groups = process.platform !== 'win32';
/** The longest that one answer may take. */
const PATIENCE_SECONDS = 180;

export class Contender {
  readonly family: string;
  readonly setting: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  #errors = '';
  #ended = false;

  constructor(start: Start) {
    this.family = start.family;
    this.setting = start.setting;
    this.#child = spawn(start.command, start.args, {
      env: { ...process.env, ...start.env },
      // A group of its own: a browser that it starts is halted and ended with it.
      detached: groups,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (data) => {
      this.#errors = (this.#errors + data).slice(-4000);
    });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
      this.#ended = true;
    });
    this.#child.on('exit', () => {
      this.#ended = true;
    });
    this.#lines = createInterface({ input: this.#child.stdout! });
  }

  get name(): string {
    return `${this.family}, ${this.setting}`;
  }

  /** The answer, or why there is none; never throws. */
  async ask(question: Question): Promise<Answer> {
    if (this.#ended) return { error: this.#lastError() };
    this.#signal('SIGCONT');
    return await new Promise((resolve) => {
      const finish = (answer: Answer) => {
        this.#signal('SIGSTOP');
        clearTimeout(timer);
        this.#lines.off('line', onLine);
        this.#child.off('close', onClose);
        resolve(answer);
      };
      const onLine = (line: string) => {
        // A library may greet on standard output; answers are objects.
        if (line.startsWith('{')) finish(JSON.parse(line));
      };
      const onClose = () => finish({ error: this.#lastError() });
      const timer = setTimeout(() => {
        finish({ error: `no answer within ${PATIENCE_SECONDS} s` });
        this.stop();
      }, PATIENCE_SECONDS * 1000);
      this.#lines.on('line', onLine);
      this.#child.on('close', onClose);
      this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    });
  }

  #lastError(): string {
    const lines = this.#errors.trim().split('\n');
    const telling = lines.filter((line) => /error/i.test(line)).at(-1) ?? lines.at(-1);
    return telling?.trim().replace(/^(Error: )+/, '') || 'the process ended';
  }

  /** Between questions a contender is halted: threads of its own that still spin or tidy up would slow the next one. */
  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#ended && groups) this.#kill(signal);
  }

  stop(): void {
    this.#ended = true;
    this.#kill('SIGKILL');
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (groups) process.kill(-pid, signal);
      else this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }
}
