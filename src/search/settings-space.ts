/**
 * Spaces over the settings of a run. A parameter is a setting (`learningRate`), an item of a list (`hidden[0]`), or a
 * helper that only conditions use (`$layers`). Everything is checked by the table of settings before any trial runs.
 */

import { anObject, checkArguments } from '../core/arguments.ts';
import { CoutureError, prefixed } from '../core/errors.ts';
import { numberText } from '../core/format.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { checkPartialSettings } from '../train/check-settings.ts';
import { type ConfigRequest, resolveConfig } from '../train/config.ts';
import { type RunConfig, settingsSchema, type TrainSettings } from '../train/settings.ts';
import { sampleRandom } from './samplers/random.ts';
import {
  type AnyValues,
  type Choice,
  checkSpace,
  type FloatParameter,
  type IntParameter,
  type Parameter,
  type Space,
  type When,
} from './space.ts';
import { valueAt } from './units.ts';

/** Settings that would make the values of trials incomparable, with the reason. */
const fixed: Readonly<Partial<Record<keyof TrainSettings, string>>> = {
  seed: 'the best seed is only luck',
  splitSeed: 'trials must hold out the same images',
  validation: 'trials must hold out the same images',
};

/** Random points at which the combinations of settings are checked. */
const CHECKED_POINTS = 200;

interface Target {
  readonly setting: string;
  /** The place in the list; undefined for the whole setting. */
  readonly index: number | undefined;
}

/** The setting that a parameter is about; undefined for a helper. */
function targetOf(name: string): Target | undefined {
  if (name.startsWith('$')) return undefined;
  const [, setting = name, index] = /^(\w+)\[(\d{1,2})\]$/.exec(name) ?? [];
  return { setting, index: index === undefined ? undefined : Number(index) };
}

/**
 * The settings that the values of a trial stand for. Items of lists form the whole list.
 * @throws CoutureError of kind `usage` naming a wrong setting, or a list with a gap
 */
export function settingsOf(values: AnyValues): Partial<TrainSettings> {
  checkArguments('settingsOf', { values: [values, anObject] });
  const settings: Record<string, unknown> = {};
  const lists = new Map<string, Map<number, Choice>>();
  for (const [name, value] of Object.entries(values)) {
    const target = targetOf(name);
    if (target === undefined) continue;
    const { setting, index } = target;
    if (index === undefined) settings[setting] = value;
    else lists.set(setting, (lists.get(setting) ?? new Map()).set(index, value));
  }
  for (const [setting, items] of lists) {
    const list = Array.from({ length: items.size }, (_, index) => items.get(index));
    const gap = list.indexOf(undefined);
    if (gap >= 0)
      throw new CoutureError(
        'usage',
        `The values have ${[...items.keys()].map((index) => `${setting}[${index}]`).join(' and ')}, but not ${setting}[${gap}].`,
        { hint: `Give ${setting}[${gap}] a condition that holds whenever that of a later item holds.` },
      );
    settings[setting] = list;
  }
  return checkPartialSettings(settings);
}

/** The config of a trial: the request with the settings of the trial. */
export function trialConfig(request: ConfigRequest, values: AnyValues): RunConfig {
  checkArguments('trialConfig', { request: [request, anObject], values: [values, anObject] });
  return resolveConfig({ ...request, settings: { ...request.settings, ...settingsOf(values) } });
}

/**
 * Checks a space over settings: every name, both ends of every range and every choice by the table of settings, and the
 * combinations at 200 random points.
 * @param request what all trials have in common: recipe, settings, data set
 * @throws CoutureError of kind `usage` naming the parameter, or the values that do not go together
 */
export function checkSettingsSpace(value: unknown, request: ConfigRequest = {}): Space {
  const space = checkSpace(value);
  for (const [name, parameter] of Object.entries(space)) checkParameter(name, parameter, space);
  for (let number = 0; number < CHECKED_POINTS; number++) {
    const values = sampleRandom({ space, direction: 'minimize', seed: 0, number, trials: [] });
    try {
      trialConfig(request, values);
    } catch (cause) {
      throw prefixed(`The search space allows ${describeValues(values)}`, cause);
    }
  }
  return space;
}

/** Settings that a space may not have, because the values of its trials would not be comparable. */
type FixedSetting = 'seed' | 'splitSeed' | 'validation';

/** Parameters whose values fit a setting. */
type ParameterOf<Value> =
  | { readonly type: 'categorical'; readonly choices: readonly Value[]; readonly when?: When | undefined }
  | (Extract<Value, number> extends never ? never : IntParameter | FloatParameter);

/** The parameter that a name may have: by its setting, an item of a list, or any for a helper. */
type ParameterNamed<Name> = Name extends `$${string}`
  ? Parameter
  : Name extends FixedSetting
    ? never
    : Name extends keyof TrainSettings
      ? ParameterOf<TrainSettings[Name]>
      : Name extends `${infer List}[${number}]`
        ? List extends keyof TrainSettings
          ? TrainSettings[List] extends readonly (infer Item)[]
            ? ParameterOf<Item>
            : never
          : never
        : never;

/** A space in which every name is a setting, and every value is one that the setting may have. */
export type SettingsSpace<S extends Space> = { readonly [Name in keyof S]: ParameterNamed<Name> };

/**
 * Checks a space over settings and returns it with its exact type. The compiler refuses a name that is no setting and a value of
 * another type.
 *
 * @example
 *
 *     const space = defineSettingsSpace({
 *       'hidden[0]': { type: 'int', low: 32, high: 512, log: true },
 *       optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
 *     });
 *
 * @throws CoutureError of kind `usage` naming the parameter, or the values that do not go together
 */
export function defineSettingsSpace<const S extends Space>(
  space: S & SettingsSpace<S>,
  request: ConfigRequest = {},
): S {
  checkSettingsSpace(space, request);
  return space;
}

/** The values of a trial as text. */
export function describeValues(values: AnyValues): string {
  checkArguments('describeValues', { values: [values, anObject] });
  return Object.entries(values)
    .map(
      ([name, value]) => `${name} ${typeof value === 'number' ? numberText(value) : JSON.stringify(value)}`,
    )
    .join(', ');
}

function checkParameter(name: string, parameter: Parameter, space: Space): void {
  const target = targetOf(name);
  if (target === undefined) {
    checkHelper(name, space);
    return;
  }
  const { setting, index } = target;
  const reason = Object.entries(fixed).find(([key]) => key === setting)?.[1];
  if (reason !== undefined)
    throw new CoutureError('usage', `The search space has ${setting}, but ${reason}.`, {
      hint: `Remove ${setting} from the space; set it by its flag, for all trials.`,
    });
  const known = Object.keys(settingsSchema.shape);
  if (!known.includes(setting))
    throw new CoutureError('usage', `The search space has ${inQuotes(name)}, which is not a setting.`, {
      hint: `${didYouMean(setting, known)} A helper for conditions begins with $, like $layers.`,
    });
  if (index !== undefined && Object.hasOwn(space, setting))
    throw new CoutureError('usage', `The search space has both ${setting} and ${name}.`, {
      hint: 'Search the whole list or its items, not both.',
    });
  const choices =
    parameter.type === 'categorical' ? parameter.choices : [valueAt(parameter, 0), valueAt(parameter, 1)];
  for (const choice of choices) {
    try {
      checkPartialSettings({ [setting]: index === undefined ? choice : [choice] });
    } catch (cause) {
      throw prefixed(`The search space's ${name}`, cause);
    }
  }
}

function checkHelper(name: string, space: Space): void {
  const used = Object.values(space).some(({ when }) => when !== undefined && Object.hasOwn(when, name));
  if (used) return;
  throw new CoutureError('usage', `The search space has ${inQuotes(name)}, which no condition uses.`, {
    hint: `Remove it, or give a parameter the condition "when": { ${JSON.stringify(name)}: … }.`,
  });
}
