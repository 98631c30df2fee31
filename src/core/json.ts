/**
 * JSON from outside. `JSON.parse` takes the last of two equal keys, sets the prototype for `__proto__`, and
 * its messages differ between engines. This reader accepts the same texts except for these two and for deep
 * nesting, and its errors give line and column.
 */

import { CoutureError, type ErrorKind } from './errors.ts';
import { inQuotes } from './printable.ts';
import { decodeText } from './text.ts';

/** Nothing that Couture writes is nested deeper than ten. */
const MAX_DEPTH = 100;
const MAX_NUMBER = 400;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * The value of a JSON text.
 * @param source name of the text in messages: a file, a flag
 * @throws CoutureError of that kind, with that hint, naming source, line and column
 */
export function parseJson(text: string, source: string, kind: ErrorKind = 'data', hint?: string): unknown {
  return new Reader(text, source, kind, hint).read();
}

/** The same, but undefined for unreadable text (undefined is not a JSON value). */
export function jsonOrNone(text: string | Uint8Array | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return parseJson(typeof text === 'string' ? text : decodeText(text, 'text'), 'text');
  } catch {
    return undefined;
  }
}

class Reader {
  readonly #text: string;
  readonly #source: string;
  readonly #kind: ErrorKind;
  readonly #hint: string | undefined;
  #at = 0;

  constructor(text: string, source: string, kind: ErrorKind, hint: string | undefined) {
    this.#text = text;
    this.#source = source;
    this.#kind = kind;
    this.#hint = hint;
  }

  read(): unknown {
    const value = this.#value(0);
    if (this.#peek() !== '') throw this.#wrong('it is not valid JSON: there is text after its end');
    return value;
  }

  /** The next character that is not a space, without consuming it; empty at the end. */
  #peek(): string {
    while (' \t\n\r'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #value(depth: number): unknown {
    const next = this.#peek();
    if ((next === '{' || next === '[') && depth === MAX_DEPTH)
      throw this.#wrong(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (next === '{') return this.#object(depth + 1);
    if (next === '[') return this.#array(depth + 1);
    if (next === '"') return this.#string();
    return this.#word();
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at += 1;
    if (this.#taken('}')) return object;
    for (;;) {
      if (this.#peek() !== '"') throw this.#wrong('it is not valid JSON: expected a key in double quotes');
      const start = this.#at;
      const key = this.#string();
      if (key === '__proto__') throw this.#wrong('the key "__proto__" is not allowed', start);
      if (Object.hasOwn(object, key)) throw this.#wrong(`the key ${inQuotes(key)} appears twice`, start);
      if (!this.#taken(':')) throw this.#wrong('it is not valid JSON: expected a colon after the key');
      object[key] = this.#value(depth);
      if (this.#taken('}')) return object;
      if (!this.#taken(',')) throw this.#wrong('it is not valid JSON: expected a comma or }');
    }
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at += 1;
    if (this.#taken(']')) return array;
    for (;;) {
      array.push(this.#value(depth));
      if (this.#taken(']')) return array;
      if (!this.#taken(',')) throw this.#wrong('it is not valid JSON: expected a comma or ]');
    }
  }

  #taken(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let isPlain = true;
    let end = start + 1;
    for (; text.charAt(end) !== '"'; end++) {
      if (end >= text.length) throw this.#wrong('it is not valid JSON: a string is not closed', start);
      if (text.charCodeAt(end) < 0x20)
        throw this.#wrong('it is not valid JSON: a string contains a control character', end);
      if (text.charAt(end) !== '\\') continue;
      isPlain = false;
      end += 1;
    }
    this.#at = end + 1;
    if (isPlain) return text.slice(start + 1, end);
    try {
      return JSON.parse(text.slice(start, end + 1));
    } catch (cause) {
      throw this.#wrong('it is not valid JSON: a string has an unknown escape', start, cause);
    }
  }

  /** A number, true, false or null. */
  #word(): unknown {
    const start = this.#at;
    let end = start;
    while (end - start < MAX_NUMBER && /[\w.+-]/.test(this.#text.charAt(end))) end += 1;
    const word = this.#text.slice(start, end);
    this.#at = end;
    if (words.has(word)) return words.get(word);
    if (NUMBER.test(word)) return Number(word);
    throw this.#wrong('it is not valid JSON: expected a value', start);
  }

  #wrong(what: string, at = this.#at, cause?: unknown): CoutureError {
    const before = this.#text.slice(0, at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return new CoutureError(
      this.#kind,
      `${this.#source}, line ${before.length}, column ${column}: ${what}.`,
      { ...(this.#hint !== undefined && { hint: this.#hint }), cause },
    );
  }
}
