/** JSON as it may come from outside: a value whose parts are replaced, left out, repeated, nested and claimed to be huge. */

import type { Draw } from './draw.ts';
import { type Field, mutate } from './mutate.ts';
import { must, type Reader, type Trial } from './reader.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }
  | Raw;

/** A part is repeated up to about so much. */
const MOST_CHARACTERS = 1 << 19;

/** Text that stands in the file as it is, for what no value can be. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value as text. */
export function writeJson(value: Json | undefined): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${writeJson(field)}`).join(',')}}`;
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Raw);
}

/** What stands in a place where something else is expected. */
function stranger(draw: Draw): Json {
  const nested = (depth: number) => new Raw('['.repeat(depth) + ']'.repeat(depth));
  const numbers = [0, -1, 1, 0.5, -0.5, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e308, 5e-324];
  return draw.pick<() => Json>([
    () => null,
    () => draw.chance(0.5),
    () => draw.pick(numbers),
    () => draw.pick(numbers),
    () =>
      new Raw(draw.pick(['1e999', '-1e999', '-0', '1E400', '123456789012345678901234567890', '0.1e-400'])),
    () =>
      draw.pick(['', ' ', '__proto__', 'constructor', 'toString', 'NaN', 'none', '../../x', '/etc/passwd']),
    () =>
      draw.pick(['\0', '\x1b[2J', '\u202e', '\ud800', '\ufeff', 'a\nb', '\u2028']).repeat(draw.between(1, 3)),
    () => 'long'.repeat(draw.pick([10, 100, 2000])),
    () => [],
    () => ({}),
    () => nested(draw.pick([2, 50, 5000, 100_000])),
    () => new Raw(['{"a":'.repeat(3000), 'null', '}'.repeat(3000)].join('')),
    () => new Array<Json>(draw.pick([1, 33, 1001, 5000])).fill(draw.pick(numbers)),
    () => new Raw(`{"__proto__":${draw.pick(numbers)},"length":-1}`),
  ])();
}

/** One change somewhere in a value. */
function changed(value: Json, draw: Draw): Json {
  if (value instanceof Raw) return value;
  const stay = Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
  // The deeper a value is, the more of them there are: most changes go to the leaves.
  if (!stay || draw.chance(0.06)) return stranger(draw);
  return Array.isArray(value) ? changedList(value, draw) : changedObject(value as Record<string, Json>, draw);
}

function changedList(list: readonly Json[], draw: Draw): Json {
  const at = draw.below(list.length);
  switch (draw.below(10)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1: {
      const times = draw.pick([1, 2, 40, 1200]);
      const isLong = writeJson(list[at]).length * times > MOST_CHARACTERS;
      return list.toSpliced(at, 0, ...new Array<Json>(isLong ? 1 : times).fill(list[at]));
    }
    case 2:
      return list.toReversed();
    default:
      return list.with(at, changed(list[at], draw));
  }
}

function changedObject(object: Readonly<Record<string, Json>>, draw: Draw): Json {
  const keys = Object.keys(object);
  const key = draw.pick(keys);
  switch (draw.below(14)) {
    case 0: {
      const { [key]: _, ...rest } = object;
      return rest;
    }
    case 1: {
      const added = draw.pick(['__proto__', 'constructor', 'x', '', 'toJSON', '\x1b[31m', key.toUpperCase()]);
      const fields = keys.map((name) => `${JSON.stringify(name)}:${writeJson(object[name])}`);
      return new Raw(`{${[...fields, `${JSON.stringify(added)}:${writeJson(stranger(draw))}`].join(',')}}`);
    }
    case 2: {
      // The same key twice, the second time with another value.
      const fields = [...keys, key].map(
        (name, i) =>
          `${JSON.stringify(name)}:${writeJson(i === keys.length ? changed(object[name], draw) : object[name])}`,
      );
      return new Raw(`{${fields.join(',')}}`);
    }
    case 3: {
      const other = draw.pick(keys);
      return { ...object, [key]: object[other], [other]: object[key] };
    }
    default:
      return { ...object, [key]: changed(object[key], draw) };
  }
}

/** The text of a value with one to three changes, and now and then changes to the text itself. */
export function mutateJson(value: Json, draw: Draw, fields: readonly Field[] = []): Uint8Array {
  let mutated = value;
  for (let i = draw.pick([1, 1, 1, 2, 3]); i > 0; i--) mutated = changed(mutated, draw);
  const text = Buffer.from(
    draw.chance(0.1) ? JSON.stringify(JSON.parse(writeJson(value)), null, 2) : writeJson(mutated),
  );
  if (draw.chance(0.04)) return Buffer.from(`\ufeff${text}`);
  if (draw.chance(0.02)) return Buffer.from(`\ufeff${text}`, 'utf16le');
  return draw.chance(0.15) ? mutate({ bytes: text, fields, other: undefined }, draw) : text;
}

/** A reader of JSON. */
export interface JsonReader<Output> {
  readonly name: string;
  readonly weight: number;
  make(draw: Draw): Json;
  read(text: Uint8Array): Promise<Output> | Output;
  /** Holds what was read against the file; by default, that it comes out the same when it is written and read again. */
  sound?(output: Output, text: Uint8Array): Promise<void> | void;
}

export function jsonReader<Output>({ name, weight, make, read, sound }: JsonReader<Output>): Reader {
  return {
    name,
    weight,
    draw(draw): Trial {
      const value = make(draw);
      const isValid = draw.chance(1 / 8);
      const input = isValid ? Buffer.from(writeJson(value)) : mutateJson(value, draw);
      return {
        input,
        isValid,
        async run() {
          const output = await read(input);
          if (sound !== undefined) return await sound(output, input);
          const again = await read(Buffer.from(JSON.stringify(output)));
          must(
            JSON.stringify(again) === JSON.stringify(output),
            'what was read is read otherwise when it is written again',
          );
        },
      };
    },
  };
}
