/** The settings as data, for forms and tables: name, sentence, default and range of each. */

import * as z from 'zod';
import { rareSettings, settingGroups, settingsSchema, type TrainSettings } from './settings.ts';

/** A setting as data. */
export interface SettingDescription {
  readonly name: keyof TrainSettings;
  /** The topic that it belongs to, as in the help of the command line. */
  readonly group: string;
  /** What it does: a phrase. */
  readonly description: string;
  /** Whether few runs need it. */
  readonly rare: boolean;
  /** The value that a run has without it. */
  readonly standard: TrainSettings[keyof TrainSettings];
  /** The kind of its value; `numbers` is a list. */
  readonly kind: 'number' | 'integer' | 'numbers' | 'integers' | 'choice' | 'switch' | 'text';
  /** Whether it may be null. */
  readonly nullable: boolean;
  /** The possible values of a choice. */
  readonly choices?: readonly string[] | undefined;
  /** The least value of a number, or of each number of a list. */
  readonly least?: number | undefined;
  /** The least value is not itself allowed. */
  readonly above?: number | undefined;
  /** The largest value. */
  readonly most?: number | undefined;
  /** All values are below this one. */
  readonly below?: number | undefined;
}

/** @returns every setting of a training run, in the order of the help */
export function describeSettings(): SettingDescription[] {
  return Object.entries(settingGroups).flatMap(([group, names]) =>
    names.map((name): SettingDescription => {
      const schema = settingsSchema.shape[name];
      const value = schema.unwrap();
      const nullable = value instanceof z.ZodNullable;
      return {
        name,
        group,
        description: schema.description ?? name,
        rare: rareSettings.has(name),
        standard: schema.parse(undefined),
        nullable,
        ...valuesOf(nullable ? value.unwrap() : value),
      };
    }),
  );
}

type Values = Pick<SettingDescription, 'kind' | 'choices' | 'least' | 'above' | 'most' | 'below'>;

function valuesOf(schema: z.core.$ZodType): Values {
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' };
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String) };
  if (schema instanceof z.ZodArray) {
    const { kind, ...range } = valuesOf(schema.element);
    return { kind: kind === 'integer' ? 'integers' : 'numbers', ...range };
  }
  if (!(schema instanceof z.ZodNumber)) return { kind: 'text' };
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = z.toJSONSchema(schema);
  return {
    kind: type === 'integer' ? 'integer' : 'number',
    ...(minimum !== undefined && { least: minimum }),
    ...(typeof exclusiveMinimum === 'number' && { above: exclusiveMinimum }),
    ...(maximum !== undefined && { most: maximum }),
    ...(typeof exclusiveMaximum === 'number' && { below: exclusiveMaximum }),
  };
}
