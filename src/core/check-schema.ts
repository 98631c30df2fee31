/** Values from outside held to a schema; what does not fit is told in Couture's own words, not in those of the library. */

import * as z from 'zod';
import { describe } from './arguments.ts';
import { nearest } from './nearest.ts';
import { quoted } from './printable.ts';

/** What does not fit. */
export interface SchemaMisfit {
  /** Names the field: `settings.epochs must be at least 1, not the number 0`; without a period. */
  readonly what: string;
  /** What may have been meant. */
  readonly hint: string | undefined;
}

/**
 * A value that fits a schema, as the schema has it.
 * @param wrong makes the error for one that does not fit
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
  const at = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const found = issue.path.reduce(memberOf, value);
  const { fault, hint } = faultOf(issue, found, () => keysAt(schema, value, issue.path));
  return { what: `${at.replace(/^\./, '') || 'it'}${fault}`, hint };
}

interface Fault {
  /** What stands behind the name of the field. */
  readonly fault: string;
  readonly hint?: string | undefined;
}

function faultOf(issue: z.core.$ZodIssue, found: unknown, keys: () => readonly string[]): Fault {
  const must = (be: string): Fault => ({ fault: ` must ${be}, not ${describe(found)}` });
  switch (issue.code) {
    case 'unrecognized_keys':
      return strayKey(issue.keys[0], keys());
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
    default:
      // Said by a schema of ours, or by the library, which would show a regular expression.
      if (/^Invalid (string|input|key|element|value)/.test(issue.message)) return must('have another form');
      return { fault: `: ${issue.message}` };
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
  return { fault: ` has an unknown key ${quoted(key)}`, hint: keys.length > 0 ? hint : undefined };
}

function choice(values: readonly z.core.util.Primitive[], found: unknown): Fault {
  const words = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  const near = typeof found === 'string' ? nearest(found, values.map(String)) : undefined;
  return {
    fault: ` must be ${words.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, not ${describe(found)}`,
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
  };
}

/** A limit of a number, or of how many there are of something. */
function bounded(origin: string, relation: string, limit: number | bigint, found: unknown): Fault {
  const counted = { string: 'characters', array: 'items', set: 'items', map: 'items' }[origin];
  if (counted === undefined) return { fault: ` must be ${relation} ${limit}, not ${describe(found)}` };
  const length: unknown =
    found instanceof Object || typeof found === 'string' ? Reflect.get(Object(found), 'length') : 0;
  return { fault: ` must have ${relation} ${limit} ${counted}, not ${String(length)}` };
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** The keys that a schema allows at a place of a value. */
function keysAt(schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return keysAt(schema.unwrap(), value, path);
  if (schema instanceof z.ZodUnion) {
    // The form that is meant is the one whose literals fit.
    const meant = schema.options.find((option) => option instanceof z.ZodObject && isNamed(option, value));
    return meant === undefined ? [] : keysAt(meant, value, path);
  }
  const [key, ...rest] = path;
  if (key === undefined) return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const next = memberSchema(schema, key);
  return next === undefined ? [] : keysAt(next, memberOf(value, key), rest);
}

function memberSchema(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

function isNamed(option: z.ZodObject, value: unknown): boolean {
  const names = Object.entries(option.shape).filter(([, field]) => field instanceof z.ZodLiteral);
  return names.length > 0 && names.every(([key, field]) => z.safeParse(field, memberOf(value, key)).success);
}
