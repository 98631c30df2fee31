/** What every part of the bench works with: contenders that are started, measured in turns, and named where they fail. */

import { Contender, type Start } from './contender.ts';
import { measure, type Result, type Trial } from './measure.ts';
import type { Options } from './options.ts';

/** Told as it happens; gone with the next line. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

export function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
}

/** Who or what was not measured. */
export interface Missing {
  readonly who: string;
  readonly reason: string;
}

export class Bench {
  readonly options: Options;
  readonly missing: Missing[] = [];
  /** What a family is, with its version. */
  readonly versions: Record<string, string> = {};
  readonly #running: Contender[] = [];

  constructor(options: Options) {
    this.options = options;
    // Halted children would outlive the bench.
    process.on('exit', () => this.stopAll());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  }

  /** Starts a contender; one that does not run is named as missing. */
  async start(start: Start): Promise<Contender | undefined> {
    progress(`starting ${start.family}, ${start.setting}`);
    const contender = new Contender(start);
    this.#running.push(contender);
    const { info, error } = await contender.ask({ ask: 'info' });
    if (info === undefined) {
      this.lack(contender.name, error ?? 'no answer');
      return undefined;
    }
    this.versions[start.family] ??= info;
    return contender;
  }

  async startAll(starts: readonly Start[]): Promise<Contender[]> {
    const contenders: Contender[] = [];
    for (const start of starts) {
      const contender = await this.start(start);
      if (contender) contenders.push(contender);
    }
    return contenders;
  }

  async measure(trials: readonly Trial[], title: string, repeats = this.options.repeats): Promise<Result[]> {
    say(`${title}: ${trials.length} measurements, ${repeats} rounds`);
    const results = await measure(trials, repeats, progress);
    for (const { family, setting, label, error } of results)
      if (error !== undefined) this.lack(`${family}, ${setting}, ${label}`, error);
    return results;
  }

  lack(who: string, reason: string): void {
    // A contender that several parts start is missing once.
    if (this.missing.some((other) => other.who === who && other.reason === reason)) return;
    this.missing.push({ who, reason });
    say(`missing: ${who}: ${reason}`);
  }

  stopAll(): void {
    for (const contender of this.#running.splice(0)) contender.stop();
  }
}
