/**
 * The space of a search: named parameters with their ranges, plain data that is the same in JSON and in TypeScript.
 * A parameter with `when` exists only for some values of earlier parameters.
 */

import * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { didYouMean, nearest } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { shorten } from '../core/shorten.ts';

/** A value of a categorical parameter. */
export type Choice = string | number | boolean | null | readonly number[];

/** Values of an earlier parameter: listed, or as a range that includes its ends. */
export type Condition =
  | readonly Choice[]
  | { readonly min?: number | undefined; readonly max?: number | undefined };

/** The conditions of a parameter by the names of earlier parameters; all of them must hold. */
export type When = Readonly<Record<string, Condition>>;

/** The range of a number, both ends included. */
interface RangeParameter<Type extends 'int' | 'float'> {
  readonly type: Type;
  readonly low: number;
  readonly high: number;
  /** Distance between neighboring values. Default: 1 for an int; any number of the range for a float. */
  readonly step?: number | undefined;
  /** Uniform in the logarithm. Default: false. */
  readonly log?: boolean | undefined;
  readonly when?: When | undefined;
}

/** A whole number from `low` to `high`. */
export type IntParameter = RangeParameter<'int'>;

/** A number from `low` to `high`. */
export type FloatParameter = RangeParameter<'float'>;

/** One of some values without an order. */
export interface CategoricalParameter {
  readonly type: 'categorical';
  readonly choices: readonly Choice[];
  readonly when?: When | undefined;
}

/** A parameter of a space. */
export type Parameter = IntParameter | FloatParameter | CategoricalParameter;

/** Parameters by name, in the order in which they are drawn. */
export type Space = Readonly<Record<string, Parameter>>;

type ValueOf<P> = P extends { type: 'categorical'; choices: readonly (infer Value)[] } ? Value : number;
type Conditional<P> = P extends { when: object } ? true : false;

/** The values of a trial, typed by the space: a conditional parameter may be absent. */
export type Values<S extends Space = Space> = {
  readonly [Name in keyof S as Conditional<S[Name]> extends true ? never : Name]: ValueOf<S[Name]>;
} & {
  readonly [Name in keyof S as Conditional<S[Name]> extends true ? Name : never]?: ValueOf<S[Name]>;
};

/** The values of any trial, by name. */
export type AnyValues = Readonly<Record<string, Choice>>;

const choice = z.union(
  [z.string().max(1000), z.number(), z.boolean(), z.null(), z.array(z.number()).max(64)],
  'a value is a string of at most 1,000 characters, a number, true, false, null, or a list of at most 64 numbers',
);
const when = z.record(
  z.string(),
  z.union(
    [
      z.array(choice).min(1).max(1000),
      z
        .strictObject({ min: z.number().optional(), max: z.number().optional() })
        .refine(({ min, max }) => min !== undefined || max !== undefined, 'a condition has min or max'),
    ],
    'a condition is a list of values, such as [2, 3], or has min or max, such as { "min": 2 }',
  ),
);
const range = {
  low: z.number(),
  high: z.number(),
  step: z.number().positive().optional(),
  log: z.boolean().optional(),
  when: when.optional(),
};
const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('int'), ...range }),
  z.strictObject({ type: z.literal('float'), ...range }),
  z.strictObject({
    type: z.literal('categorical'),
    choices: z.array(choice).min(1).max(1000),
    when: when.optional(),
  }),
]);

/** Most parameters of a space, and characters of a name. */
const [MOST_PARAMETERS, LONGEST_NAME] = [200, 100];

/**
 * Checks a space and returns it with its exact type, so that the values of trials are typed.
 *
 * @example
 *
 *     const space = defineSpace({
 *       optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
 *       learningRate: { type: 'float', low: 1e-4, high: 1e-2, log: true },
 *       momentum: { type: 'float', low: 0.5, high: 0.99, when: { optimizer: ['sgd'] } },
 *     });
 *
 * @throws CoutureError of kind `usage` naming the wrong parameter
 */
export function defineSpace<const S extends Space>(space: S): S {
  checkSpace(space);
  return space;
}

/**
 * Checks a value from outside as a space.
 * @throws CoutureError of kind `usage` naming the wrong parameter
 */
export function checkSpace(value: unknown): Space {
  const space = checkSchema(z.record(z.string(), parameterSchema), value, ({ what, hint }) =>
    wrongSpace(
      what,
      hint ?? 'A parameter has a type (int, float or categorical), and low and high, or choices.',
    ),
  );
  const names = Object.keys(space);
  if (names.length === 0 || names.length > MOST_PARAMETERS)
    throw wrongSpace(
      `it has ${names.length} parameters`,
      `Give it at least 1 and at most ${MOST_PARAMETERS} parameters.`,
    );
  for (const [index, [name, parameter]] of Object.entries(space).entries()) {
    if (name === '' || name.length > LONGEST_NAME)
      throw wrongSpace(
        `a name has ${name.length} characters`,
        `Give each parameter a name of 1 to ${LONGEST_NAME} characters.`,
      );
    if (/^(0|[1-9]\d*)$/.test(name))
      throw wrongSpace(`${inQuotes(name)} is a number`, 'Give the parameter a name with a letter.');
    checkRange(name, parameter);
    checkWhen(name, space, new Set(names.slice(0, index)));
  }
  return space;
}

function wrongSpace(what: string, hint: string): CoutureError {
  return new CoutureError('usage', `Invalid search space: ${what}.`, { hint });
}

function checkRange(name: string, parameter: Parameter): void {
  if (parameter.type === 'categorical') {
    const texts = parameter.choices.map((value) => JSON.stringify(value));
    const twice = texts.find((text, index) => texts.indexOf(text) !== index);
    if (twice !== undefined)
      throw wrongSpace(`${name}.choices has ${twice} more than once`, 'Remove the copy.');
    return;
  }
  const { type, low, high, step, log } = parameter;
  if (low > high) throw wrongSpace(`${name}.low is ${low} and ${name}.high is ${high}`, 'Exchange them.');
  if (log && low <= 0)
    throw wrongSpace(
      `${name}.low is ${low}, but a logarithm needs a positive number`,
      'Raise low, or leave log out.',
    );
  if (log && step !== undefined) throw wrongSpace(`${name} has both log and step`, 'Leave one of them out.');
  const wholes = { low, high, ...(step !== undefined && { step }) };
  for (const [end, value] of Object.entries(wholes))
    if (type === 'int' && !Number.isSafeInteger(value))
      throw wrongSpace(`${name}.${end} is ${value}, but ${name} is an int`, 'Give it a whole number.');
  if (step !== undefined && step > high - low)
    throw wrongSpace(`${name}.step is ${step}, but the range is ${high - low}`, 'Give a smaller step.');
}

function checkWhen(name: string, space: Space, earlier: ReadonlySet<string>): void {
  for (const [other, condition] of Object.entries(space[name].when ?? {})) {
    const what = `${name}.when names ${inQuotes(other)}`;
    if (other === name) throw wrongSpace(`${what}, which is itself`, 'Name an earlier parameter.');
    if (!Object.hasOwn(space, other))
      throw wrongSpace(
        `${what}, which is not a parameter of the space`,
        earlier.size === 0 ? 'Name an earlier parameter.' : didYouMean(other, [...earlier]),
      );
    if (dependsOn(space, other, name))
      throw wrongSpace(
        `${what}, whose own condition depends on ${name}`,
        'Remove one of the two conditions: they form a cycle.',
      );
    if (!earlier.has(other))
      throw wrongSpace(`${what}, which is a later parameter`, `Put ${other} before ${name}.`);
    checkReachable(`${name}.when.${other}`, space[other], condition);
  }
}

/** Whether a parameter has a condition on another, also through others. */
function dependsOn(space: Space, from: string, on: string): boolean {
  const seen = new Set([from]);
  for (const name of seen)
    for (const next of Object.keys(Object.hasOwn(space, name) ? (space[name].when ?? {}) : {}))
      seen.add(next);
  return seen.has(on);
}

/** A listed value must be one of the parent, and a range must have one of them. */
function checkReachable(where: string, parent: Parameter, condition: Condition): void {
  const never = (why: string, hint: string): CoutureError =>
    wrongSpace(`${where} is never true, because ${why}`, hint);
  const ends = parent.type === 'categorical' ? undefined : `${parent.low} to ${parent.high}`;
  const values = parent.type === 'categorical' ? parent.choices.map((value) => JSON.stringify(value)) : [];
  const allowed = ends === undefined ? `It has ${values.join(', ')}.` : `It is from ${ends}.`;
  if (isList(condition)) {
    const stray = condition.find((value) => !isValueOf(parent, value));
    if (stray === undefined) return;
    const text = JSON.stringify(stray);
    const near = nearest(text, values);
    throw wrongSpace(
      `${where} has ${shorten(text, 60)}, which is not a value of that parameter`,
      near === undefined ? shorten(allowed, 300) : `Did you mean ${near}?`,
    );
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition;
  if (min > max) throw never(`min is ${min} and max is ${max}`, 'Exchange them.');
  const isMet =
    parent.type === 'categorical'
      ? parent.choices.some((value) => meets(value, condition))
      : min <= parent.high &&
        max >= parent.low &&
        !(parent.type === 'int' && Math.ceil(min) > Math.floor(max));
  if (!isMet) throw never('that parameter has no such value', shorten(allowed, 300));
}

function isValueOf(parent: Parameter, value: Choice): boolean {
  if (parent.type === 'categorical')
    return parent.choices.some((each) => JSON.stringify(each) === JSON.stringify(value));
  const { type, low, high, step = 1 } = parent;
  if (typeof value !== 'number' || value < low || value > high) return false;
  return type !== 'int' || Number.isInteger((value - low) / step);
}

function isList(condition: Condition): condition is readonly Choice[] {
  return Array.isArray(condition);
}

function meets(value: Choice, condition: Condition): boolean {
  if (isList(condition)) return condition.some((each) => JSON.stringify(each) === JSON.stringify(value));
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition;
  return typeof value === 'number' && value >= min && value <= max;
}

/** Whether a parameter exists beside these values of earlier parameters. A condition on an absent parameter fails. */
export function isActive(parameter: Parameter, values: AnyValues): boolean {
  return Object.entries(parameter.when ?? {}).every(([name, condition]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value !== undefined && meets(value, condition);
  });
}
