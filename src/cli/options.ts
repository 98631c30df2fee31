/** Options of several commands, each checked when it is read. */

import type { Command } from 'commander';
import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { type BackendChoice, backendChoices } from '../engine/names.ts';
import { readBackendChoice } from '../engine/read-choice.ts';
import { MAX_THREADS } from '../engine/threads.ts';

/** Values of the engine options. */
export interface EngineFlags {
  readonly backend?: BackendChoice;
  readonly threads?: number;
}

/**
 * Default backend of a command: `measured` uses a GPU if that makes the whole training faster, `cpu` always
 * uses the CPU and its bits, `plain` uses the CPU unless the environment says otherwise, and `own` uses the
 * backend of the run.
 */
type StandardBackend = 'measured' | 'plain' | 'cpu' | 'own';

const standards: Readonly<Record<StandardBackend, string>> = {
  measured: 'COUTURE_BACKEND, or auto, which measures whether a GPU is faster',
  plain: 'COUTURE_BACKEND, or cpu',
  cpu: 'cpu',
  own: 'as the run was trained',
};

/** Adds `--backend` and `--threads`. */
export function addEngineOptions(command: Command, standard: StandardBackend = 'plain'): Command {
  return command
    .option(
      '--backend <name>',
      `${anyOf(backendChoices)}; cpu is wasm, gpu is webgpu (default: ${standards[standard]})`,
      (text) => readBackendChoice(text, '--backend'),
    )
    .option(
      '--threads <n>',
      'number of threads; the results do not depend on it (default: COUTURE_THREADS, or the number of cores)',
      wholeNumber('--threads', 1, MAX_THREADS),
    );
}

/** Adds `--json`. */
export function addJsonOption(command: Command): Command {
  return command.option('--json', 'one JSON document on stdout');
}

/** Keeps commander from printing defaults as JSON: the descriptions name them. */
export function hideDefaults(command: Command): void {
  command.configureHelp({ optionDescription: ({ description }) => description });
}

/** Adds `--no-umap`. */
export function addUmapOption(command: Command): Command {
  return command.option('--no-umap', 'leave out the UMAP map, which takes the longest');
}

/** Adds `--weights`. */
export function addWeightsOption(command: Command): Command {
  return command.option(
    '--weights <which>',
    'best (of the best epoch on the validation images) or last',
    oneOf('--weights', ['best', 'last']),
    'best',
  );
}

/**
 * The value of an option that a command needs.
 * @param how what to give, with the command line: `Give the folder for the files: couture figures RUN --out figures`
 * @throws CoutureError of kind `usage` with that hint when it was not given
 */
export function needed<Value>(flag: string, value: Value | undefined, how: string): Value {
  if (value !== undefined) return value;
  throw new CoutureError('usage', `${flag} is missing.`, { hint: how });
}

/** `a, b or c` */
export function anyOf(words: readonly string[]): string {
  return words.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}

/** A reader for one of several words; an error suggests the nearest. */
export function oneOf<const Word extends string>(
  flag: string,
  words: readonly Word[],
): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw new CoutureError('usage', `${flag} must be ${anyOf(words)}, not ${inQuotes(text)}.`, {
      hint: didYouMean(text, words, { listed: true }),
    });
  };
}

/** A picture to write. */
export interface ImageFile {
  readonly path: string;
  readonly format: 'svg' | 'png';
}

/** A reader for the path of a picture, whose ending gives the format. */
export function imageFile(flag: string): (text: string) => ImageFile {
  return (path) => {
    const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
    if (ending === 'svg' || ending === 'png') return { path, format: ending };
    throw new CoutureError('usage', `${flag} must be a file that ends in .svg or .png, not "${path}".`);
  };
}

/** A reader for a whole number within limits. */
export function wholeNumber(
  flag: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new CoutureError('usage', `${flag} must be a whole number ${range}, not ${inQuotes(text)}.`);
  };
}

/** A reader for a number above 0, up to `most`. */
export function positiveNumber(flag: string, most: number): (text: string) => number {
  return (text) => {
    const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= most) return value;
    throw new CoutureError(
      'usage',
      `${flag} must be a number above 0 and at most ${most}, not ${inQuotes(text)}.`,
    );
  };
}

/** A reader for a share above 0 and below 1. */
export function properShare(flag: string): (text: string) => number {
  const read = positiveNumber(flag, 1);
  return (text) => {
    const value = read(text);
    if (value < 1) return value;
    throw new CoutureError('usage', `${flag} must be a share above 0 and below 1, not ${inQuotes(text)}.`);
  };
}

/** A reader for `1-5`, `1,2,7` and mixtures: each number once, in the given order. */
export function numberList(flag: string, mostItems = 1000): (text: string) => number[] {
  return (text) => {
    const numbers = new Set<number>();
    for (const part of text.split(',')) {
      const range = /^\s*(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part);
      const first = Number(range?.[1] ?? Number.NaN);
      const last = Number(range?.[2] ?? first);
      if (range === null || last < first || last - first >= mostItems)
        throw new CoutureError(
          'usage',
          `${flag} must be numbers and ranges like 1-5 or 1,2,7, not ${inQuotes(text)}.`,
        );
      for (let number = first; number <= last; number++) numbers.add(number);
    }
    return [...numbers];
  };
}

/** A reader for comma-separated names, each at least one character. */
export function commaSeparated(flag: string): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name) => name !== '')) return names;
    throw new CoutureError('usage', `${flag} must be comma-separated names, not ${inQuotes(text)}.`);
  };
}

/** A reader for comma-separated numbers within limits. */
export function numbersBetween(flag: string, least: number, most: number): (text: string) => number[] {
  return (text) => {
    const numbers = text
      .split(',')
      .map((part) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part.trim()) ? Number(part) : Number.NaN));
    if (numbers.every((value) => value >= least && value <= most)) return numbers;
    throw new CoutureError(
      'usage',
      `${flag} must be comma-separated numbers from ${least} to ${most}, not ${inQuotes(text)}.`,
    );
  };
}
