/**
 * Checks values from outside against a schema, with Couture's own messages instead of those of the library.
 */

import * as z from 'zod';
import { describe } from './arguments.ts';
import { nearest } from './nearest.ts';
import { inQuotes, printable } from './printable.ts';
import { shorten } from './shorten.ts';

const MOST_OF_KEY = 60;

/** What does not fit. */
export interface SchemaMisfit {
  /** Names the field: `settings.epochs must be at least 1, not the number 0`; without a period. */
  readonly what: string;
  /** A suggestion. */
  readonly hint: string | undefined;
}

/**
 * Checks a value against a schema and returns the parsed value.
 * @param wrong makes the error for an invalid value
 */
export function checkSchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  wrong: (misfit: SchemaMisfit) => Error,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrong(misfitOf(parsed.error.issues[0], schema, value));
}

function misfitOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType, value: unknown): SchemaMisfit {
  const at = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${nameOf(key)}`)).join('');
  const found = issue.path.reduce(memberOf, value);
  const { fault, hint } = faultOf(issue, found, { schema, value });
  return { what: `${at.replace(/^\./, '') || 'it'}${fault}`, hint };
}

/** A key may come from outside as well. */
function nameOf(key: PropertyKey): string {
  return shorten(printable(String(key)), MOST_OF_KEY);
}

/** The whole value and its schema. */
interface Whole {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
}

interface Fault {
  /** The text after the name of the field. */
  readonly fault: string;
  readonly hint?: string | undefined;
}

function faultOf(issue: z.core.$ZodIssue, found: unknown, { schema, value }: Whole): Fault {
  const must = (be: string): Fault => ({ fault: ` must ${be}, not ${describe(found)}` });
  switch (issue.code) {
    case 'unrecognized_keys':
      return strayKey(issue.keys[0], keysAt(schema, value, issue.path));
    case 'invalid_type':
      if (found === undefined) return { fault: ' is missing' };
      return must(`be ${typeWords[issue.expected] ?? issue.expected}`);
    case 'invalid_value':
      return choice(issue.values, found);
    case 'too_small':
      return bounded(issue.origin, issue.inclusive === false ? 'above' : 'at least', issue.minimum, found);
    case 'too_big':
      return bounded(issue.origin, issue.inclusive === false ? 'below' : 'at most', issue.maximum, found);
    case 'not_multiple_of':
      return must(`be a multiple of ${issue.divisor}`);
    default: {
      // Only messages of our own schemas are shown: those of the library would show a regular expression.
      if (!/^Invalid (string|input|key|element|value|discriminator)/.test(issue.message))
        return { fault: `: ${issue.message}` };
      const form = schemaAt(schema, value, issue.path);
      // For a string with a pattern, the description of the schema says what it must be.
      if (form instanceof z.ZodString && form.description !== undefined)
        return must(`be ${form.description}`);
      const names = issue.code === 'invalid_union' ? namesAt(schema, value, issue.path) : [];
      return names.length > 0 ? choice(names, found) : { fault: ` has an invalid form: ${describe(found)}` };
    }
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
};

function strayKey(key: string, keys: readonly string[]): Fault {
  const near = nearest(key, keys);
  const hint = near === undefined ? `It may have: ${keys.join(', ')}.` : `Did you mean ${near}?`;
  return { fault: ` has an unknown key ${inQuotes(key)}`, hint: keys.length > 0 ? hint : undefined };
}

function choice(values: readonly z.core.util.Primitive[], found: unknown): Fault {
  const words = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  const near = typeof found === 'string' ? nearest(found, values.map(String)) : undefined;
  return {
    fault: ` must be ${words.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, not ${describe(found)}`,
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
  };
}

/** A limit of a number, or of a length. */
function bounded(origin: string, relation: string, limit: number | bigint, found: unknown): Fault {
  const counted = { string: 'character', array: 'item', set: 'item', map: 'item' }[origin];
  if (counted === undefined) return { fault: ` must be ${relation} ${limit}, not ${describe(found)}` };
  const length: unknown =
    found instanceof Object || typeof found === 'string' ? Reflect.get(Object(found), 'length') : 0;
  return {
    fault: ` must have ${relation} ${limit} ${counted}${limit === 1 ? '' : 's'}, not ${String(length)}`,
  };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/**
 * The schema at a path of a value: for a union the variant that the value matches, or the union itself at the
 * end.
 */
function schemaAt(
  schema: z.core.$ZodType | undefined,
  value: unknown,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  const bare = schema && unwrap(schema);
  const [key, ...rest] = path;
  if (key === undefined || bare === undefined) return bare;
  if (bare instanceof z.ZodUnion) return schemaAt(meantForm(bare, value), value, path);
  return schemaAt(memberSchema(bare, key), memberOf(value, key), rest);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}

function memberSchema(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** The variant of a union whose literals match the value. */
function meantForm({ options }: z.ZodUnion, value: unknown): z.ZodObject | undefined {
  return options
    .filter((option) => option instanceof z.ZodObject)
    .find(({ shape }) => {
      const names = Object.entries(shape).filter(([, field]) => field instanceof z.ZodLiteral);
      return (
        names.length > 0 && names.every(([key, field]) => z.safeParse(field, memberOf(value, key)).success)
      );
    });
}

/** The keys that a schema allows at a path of a value. */
function keysAt(schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, value, path);
  const form = found instanceof z.ZodUnion ? meantForm(found, path.reduce(memberOf, value)) : found;
  return form instanceof z.ZodObject ? Object.keys(form.shape) : [];
}

/** The values that distinguish the variants of a union, at the path of that value. */
function namesAt(schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]) {
  const union = schemaAt(schema, value, path.slice(0, -1));
  if (!(union instanceof z.ZodUnion)) return [];
  const key = String(path.at(-1));
  return union.options.flatMap((option) => {
    const field: unknown = option instanceof z.ZodObject ? option.shape[key] : undefined;
    return field instanceof z.ZodLiteral ? [...field.values] : [];
  });
}
