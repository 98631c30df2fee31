/**
 * The settings as controls of a form, derived from the table of settings: what kind of value each takes, its
 * limits and its words. A page makes its fields of them, and an address its parts.
 */

import * as z from 'zod';
import { rareSettings, settingGroups, settingsSchema } from './settings.ts';
import type { TrainSettings } from './train-settings.ts';

/** One setting as a control. */
export interface SettingControl {
  readonly key: keyof TrainSettings;
  /** The name of its flag without the dashes: `learning-rate`. */
  readonly name: string;
  /** Heading under which it is shown. */
  readonly group: string;
  /** Whether few runs need it. */
  readonly rare: boolean;
  readonly description: string;
  /** `numbers` is a list of numbers; `changes` is a list of an epoch and a learning rate each; `text` may be empty, which is null. */
  readonly kind: 'switch' | 'choice' | 'number' | 'numbers' | 'changes' | 'text';
  /** The words of a choice; empty for other kinds. */
  readonly choices: readonly string[];
  /** Limits of a number, or of each number of a list. */
  readonly range: NumberRange;
  /** Whether null is allowed, for example a seed that follows another one. */
  readonly optional: boolean;
  readonly standard: TrainSettings[keyof TrainSettings];
}

/** The values that a number may have. */
interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** Whether `least` or `most` itself is out of range. */
  readonly aboveLeast: boolean;
  readonly belowMost: boolean;
  readonly whole: boolean;
}

const groupOf = new Map(
  Object.entries(settingGroups).flatMap(([group, keys]) => keys.map((key) => [key, group] as const)),
);

/** The controls of all settings, in the order of the help. */
export const settingControls: readonly SettingControl[] = Object.entries(settingsSchema.shape).map(
  ([name, schema]): SettingControl => {
    const key = name as keyof TrainSettings;
    const outer = schema.unwrap();
    const optional = outer instanceof z.ZodNullable;
    const value = optional ? outer.unwrap() : outer;
    return {
      key,
      name: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      group: groupOf.get(key) ?? '',
      rare: rareSettings.has(key),
      description: schema.description ?? '',
      kind: kindOf(value),
      choices: value instanceof z.ZodEnum ? value.options.map(String) : [],
      range: rangeOf(value instanceof z.ZodArray ? value.element : value),
      optional,
      standard: schema.parse(undefined) as SettingControl['standard'],
    };
  },
);

function kindOf(schema: z.core.$ZodType): SettingControl['kind'] {
  if (schema instanceof z.ZodBoolean) return 'switch';
  if (schema instanceof z.ZodEnum) return 'choice';
  if (schema instanceof z.ZodArray) return schema.element instanceof z.ZodObject ? 'changes' : 'numbers';
  return schema instanceof z.ZodNumber ? 'number' : 'text';
}

function rangeOf(schema: z.core.$ZodType): NumberRange {
  if (!(schema instanceof z.ZodNumber)) return { aboveLeast: false, belowMost: false, whole: false };
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = z.toJSONSchema(schema);
  const [least, most] = [minimum ?? exclusiveMinimum, maximum ?? exclusiveMaximum];
  return {
    ...(typeof least === 'number' && { least }),
    ...(typeof most === 'number' && { most }),
    aboveLeast: exclusiveMinimum !== undefined,
    belowMost: exclusiveMaximum !== undefined,
    whole: schema.isInt,
  };
}
