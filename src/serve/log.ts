/**
 * The log of the service: one JSON object a line, by pino, which comes with Fastify. Lines are collected and written
 * together from time to time, because a write for each request takes longer than the request.
 */

import type { Server } from 'node:http';
import { type FastifyHttpOptions, LogController } from 'fastify';
import type { LogLevel } from './log-levels.ts';

const FLUSH_MS = 50;
const FLUSH_LENGTH = 64 * 1024;

/** Collects lines for an output. */
export class LogLines {
  readonly #out: (text: string) => void;
  #lines: string[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  /** Takes a line with its end. */
  write(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= FLUSH_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  /** Writes what was collected. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#length = 0;
    this.#out(text);
  }
}

/** Fastify's options for this log: level as a word, time by ISO 8601, no process id and no host name. */
export function loggerOptions(
  lines: LogLines,
  level: LogLevel,
): Pick<FastifyHttpOptions<Server>, 'logger' | 'logController'> {
  return {
    // One line for each request is enough (admission.ts).
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    logger: {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      stream: lines,
    },
  };
}
