/** What is right and what is a fault, of one input. */

import { CoutureError } from '../../../src/core/errors.ts';
import { printableLines } from '../../../src/core/printable.ts';
import { Draw } from './draw.ts';
import { type Reader, type Trial, Wrong } from './reader.ts';

/**
 * What is wrong: another error than one of ours, a valid input that is refused, an error whose words are no use, a success that is
 * none, an object that every other inherits from changed, no end within the limit of time, more memory than the limit, the end of the process.
 */
export type Fault = 'error' | 'refusal' | 'words' | 'wrong' | 'prototype' | 'hang' | 'memory' | 'death';

/** What became of an input. */
export type Verdict =
  | { readonly outcome: 'read' | 'refused' }
  | { readonly outcome: 'fault'; readonly fault: Fault; readonly words: string };

/** Characters of a line, and of all lines of a message or a hint, that a person can be asked to read. */
const MOST_OF_LINE = 1200;
const MOST_OF_ALL = 4500;

const prototypes = [Object.prototype, Array.prototype, Function.prototype];
const inherited = prototypes.map((prototype) => Reflect.ownKeys(prototype).length);

/** Makes an input. */
export async function drawTrial(reader: Reader, seed: number, number: number): Promise<Trial> {
  return await reader.draw(new Draw(seed, reader.name, number));
}

/** Reads an input and judges. */
export async function judge(reader: Reader, trial: Trial): Promise<Verdict> {
  let verdict: Verdict = { outcome: 'read' };
  try {
    await trial.run();
  } catch (error) {
    verdict = judgeError(error, trial, reader);
  }
  const changed = prototypes.findIndex((prototype, i) => Reflect.ownKeys(prototype).length !== inherited[i]);
  if (changed < 0) return verdict;
  return fault('prototype', `${prototypes[changed].constructor.name}.prototype has other keys than before`);
}

function judgeError(error: unknown, { isValid }: Trial, reader: Reader): Verdict {
  if (error instanceof Wrong) return fault('wrong', error.message);
  if (!(error instanceof CoutureError)) return fault('error', stackOf(error));
  const { kind, message, hint = '' } = error;
  const known = reader.refuses ?? ['data', 'usage'];
  if (!known.includes(kind)) return fault('error', `kind ${kind}: ${stackOf(error)}`);
  if (isValid) return fault('refusal', stackOf(error));
  for (const [part, text] of Object.entries({ message, hint })) {
    const longest = Math.max(...text.split('\n').map((line) => line.length));
    if (longest > MOST_OF_LINE || text.length > MOST_OF_ALL)
      return fault('words', `the ${part} has ${text.length} characters: ${text.slice(0, 200)}`);
    if (text !== printableLines(text))
      return fault('words', `the ${part} has control characters: ${JSON.stringify(text)}`);
  }
  return message === '' ? fault('words', 'the message is empty') : { outcome: 'refused' };
}

function fault(kind: Fault, words: string): Verdict {
  return { outcome: 'fault', fault: kind, words };
}

/** The error with where it comes from, and what it was caused by. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 1000);
  const stack = (error.stack ?? error.message).split('\n').slice(0, 6).join('\n').slice(0, 2000);
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`.slice(0, 4000);
}
