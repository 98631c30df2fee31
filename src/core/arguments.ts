/**
 * Argument checks of public functions, in one form: a caller from JavaScript, or with a value that the types
 * did not see, gets a sentence that names the wrong argument instead of an internal TypeError.
 */

import { CoutureError } from './errors.ts';
import { inQuotes, printable } from './printable.ts';

/** Why a value does not fit. */
interface Misfit {
  /** The wrong field, relative to the value: `.signal`, `[3]`; empty for the value itself. */
  readonly at: string;
  /** The text after its name in the message. */
  readonly fault: string;
}

/** A kind of value and its check. */
export interface Kind {
  /** With its article: `a string`. */
  readonly expected: string;
  /** Undefined for a valid value. */
  readonly misfit: (value: unknown) => Misfit | undefined;
}

/** A kind of value that a predicate recognizes. */
export function kind(expected: string, fits: (value: unknown) => boolean): Kind {
  return { expected, misfit: (value) => (fits(value) ? undefined : unlike(expected, value)) };
}

function unlike(expected: string, value: unknown): Misfit {
  return { at: '', fault: `must be ${expected}, not ${describe(value)}` };
}

export const anything = kind('anything', () => true);
export const aString = kind('a string', (value) => typeof value === 'string');
export const aNumber = kind('a number', (value) => typeof value === 'number');
export const aBoolean = kind('true or false', (value) => typeof value === 'boolean');
export const aFunction = kind('a function', (value) => typeof value === 'function');
export const anArray = kind('an array', Array.isArray);
export const anObject = kind('an object', isObject);
export const aMap = kind('a Map', (value) => value instanceof Map);
export const aSignal = kind(
  'an AbortSignal',
  (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
);
export const bytes = arrayOf('Uint8Array');
export const floats = arrayOf('Float32Array');
export const indices = arrayOf('Uint32Array');

/** A typed array, recognized by name, so that one from another frame or realm is accepted. */
export function arrayOf(...names: string[]): Kind {
  return kind(
    `a ${names.join(' or ')}`,
    (value) => ArrayBuffer.isView(value) && names.includes(typeOf(value)),
  );
}

/** One of some words. */
export function oneOf(words: readonly string[]): Kind {
  const listed = words.map((word) => `"${word}"`).join(', ');
  return kind(`one of ${listed}`, (value) => typeof value === 'string' && words.includes(value));
}

/** A kind of value that may also be left out. */
export function optional({ expected, misfit }: Kind): Kind {
  return { expected, misfit: (value) => (value === undefined ? undefined : misfit(value)) };
}

/** A value of any of several kinds. */
export function either(...kinds: readonly Kind[]): Kind {
  const expected = kinds.map((each) => each.expected).join(' or ');
  return kind(expected, (value) => kinds.some((each) => each.misfit(value) === undefined));
}

/** An array whose items are of one kind. */
export function listOf(item: Kind, expected = 'an array'): Kind {
  return {
    expected,
    misfit(value) {
      if (!Array.isArray(value)) return unlike(expected, value);
      for (const [index, each] of value.entries()) {
        const wrong = item.misfit(each);
        if (wrong !== undefined) return { ...wrong, at: `[${index}]${wrong.at}` };
      }
      return undefined;
    },
  };
}

/** An object with given fields, and possibly others. */
export function record(fields: Readonly<Record<string, Kind>>, expected = 'an object'): Kind {
  return {
    expected,
    misfit(value) {
      if (!isObject(value)) return unlike(expected, value);
      for (const [name, field] of Object.entries(fields)) {
        const wrong = field.misfit(Reflect.get(value, name));
        if (wrong !== undefined) return { ...wrong, at: `.${name}${wrong.at}` };
      }
      return undefined;
    },
  };
}

/** An object with given fields and no others. */
export function exactly(fields: Readonly<Record<string, Kind>>, expected = 'an object of options'): Kind {
  const known = record(fields, expected);
  return {
    expected,
    misfit(value) {
      const stray = isObject(value) && Object.keys(value).find((name) => !Object.hasOwn(fields, name));
      if (typeof stray !== 'string') return known.misfit(value);
      const names = Object.keys(fields).join(', ');
      return { at: '', fault: `has no ${inQuotes(stray)}: it may have ${names}` };
    },
  };
}

/** Options: nothing, or an object with given fields and no others. */
export function options(fields: Readonly<Record<string, Kind>>): Kind {
  return optional(exactly(fields));
}

/** A kind for each field of a type: the compiler refuses a table without one of them. */
export type FieldsOf<Type extends object> = { readonly [Name in keyof Type]-?: Kind };

/** Options of a type: nothing, or an object with its fields and no others. A name that is ignored would be a mistake unseen. */
export function optionsOf<Type extends object>(fields: FieldsOf<Type>): Kind {
  return options(fields);
}

/** Some of these fields, and no others; or nothing. */
export function partOf(fields: Readonly<Record<string, Kind>>): Kind {
  return options(
    Object.fromEntries(Object.entries(fields).map(([name, each]): [string, Kind] => [name, optional(each)])),
  );
}

/**
 * Checks the arguments of a public function.
 * @param name the function's, as callers write it
 * @throws CoutureError of kind `usage` naming the first argument that does not fit, what was expected, and what came
 */
export function checkArguments(
  name: string,
  given: Readonly<Record<string, readonly [value: unknown, wanted: Kind]>>,
): void {
  for (const [argument, [value, wanted]] of Object.entries(given)) {
    const wrong = wanted.misfit(value);
    if (wrong !== undefined)
      throw new CoutureError('usage', `${name}: ${argument}${wrong.at} ${wrong.fault}.`);
  }
}

/** Describes a value for a message, short and without control characters. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') {
    return `the string "${printable(value.length > 60 ? `${value.slice(0, 60)}…` : value)}"`;
  }
  if (typeof value === 'object') return `a value of type ${typeOf(value)}`;
  return `a ${typeof value}`;
}

/** The type name of an object: of a typed array of any realm, of a class, or `Object`. */
export function typeOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object') return tag;
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : 'Object';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
