/** The flags of a training run, derived from the table of settings, and their config. */

import { type Command, Option } from 'commander';
import * as z from 'zod';
import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { checkDatasetInfo } from '../data/dataset-info.ts';
import { checkModelSpec } from '../model/spec.ts';
import { flagOf, textOf } from '../report/train-command.ts';
import { checkPartialSettings } from '../train/check-settings.ts';
import { type ConfigRequest, recipeNamed, resolveConfig } from '../train/config.ts';
import { recipes } from '../train/recipes.ts';
import {
  networkSettings,
  type RunConfig,
  rareSettings,
  settingGroups,
  settingsSchema,
  type TrainSettings,
} from '../train/settings.ts';
import { bySettings, type ConfigFile, readConfigFile } from './config-file.ts';
import type { CliContext } from './context.ts';
import { HELP_ALL } from './help.ts';
import { originOf } from './init-from-flags.ts';
import { anyOf } from './options.ts';
import { nameHere } from './other-names.ts';
import { openWatched } from './ui/import.ts';

/** A setting as a flag. */
interface SettingFlag {
  readonly key: keyof TrainSettings;
  /** `--learning-rate` */
  readonly flag: string;
  readonly description: string;
  readonly read: (text: string) => unknown;
  /** Undefined for a switch, which takes no value. */
  readonly placeholder: string | undefined;
}

const settingFlags: readonly SettingFlag[] = Object.entries(settingsSchema.shape).map(([key, schema]) => {
  const flag = flagOf(key);
  const value = schema.unwrap();
  const standard = schema.parse(undefined);
  const text = textOf(standard) || 'none';
  const choice = value instanceof z.ZodEnum ? `${expected(value)}; ` : '';
  return {
    key: key as keyof TrainSettings,
    flag,
    description: `${schema.description ?? key} (${choice}default: ${text})`,
    placeholder: placeholderOf(value),
    read: reader(flag, value),
  };
});

function placeholderOf(schema: z.core.$ZodType): string | undefined {
  if (schema instanceof z.ZodBoolean) return undefined;
  if (schema instanceof z.ZodNullable) return placeholderOf(schema.unwrap());
  if (schema instanceof z.ZodArray)
    return schema.element instanceof z.ZodObject ? `${partsOf(schema.element)},…` : 'n,n,…';
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum ? 'name' : 'n';
}

/** The parts of an item of a list, as its text has them: `epoch:rate`. */
function partsOf(schema: z.ZodObject): string {
  return Object.keys(schema.shape)
    .map((name) => name.replace(/^.*[A-Z]/, (start) => start.slice(-1).toLowerCase()))
    .join(':');
}

/** Values of the shared options of `train` and `summary`, besides the settings. */
export interface ConfigFlags extends Partial<TrainSettings> {
  readonly recipe?: string;
  readonly config?: string;
  /** Name or path of a data set. */
  readonly data?: string;
  /** A model to start with; only `train` has it. */
  readonly initFrom?: string;
}

/** Which settings a command has. */
export interface ConfigOptions {
  /** Settings with a flag; all by default. */
  readonly keys?: readonly (keyof TrainSettings)[];
  /** Settings in the help; by default those that are not rare. `--help-all` lists the others too. */
  readonly shown?: (key: keyof TrainSettings) => boolean;
}

/** The settings without the seed, for commands that have several. */
export const unseeded: readonly (keyof TrainSettings)[] = settingFlags
  .map(({ key }) => key)
  .filter((key) => key !== 'seed');

/** Adds `--recipe`, `--config` and a flag for every setting, under the headings of their groups. */
export function addConfigOptions(command: Command, { keys, shown = isCommon }: ConfigOptions = {}): Command {
  command
    .option(
      '--data <set>',
      'data set: a name from couture data list, or your own folder, archive or file (default: fashion-mnist)',
    )
    .option('--recipe <name>', `named settings: ${Object.keys(recipes).join(', ')}`)
    .option(
      '--config <file>',
      'JSON file with recipe, settings or layers, for example the config.json of a run',
    );
  const flags = settingFlags.filter(({ key }) => keys === undefined || keys.includes(key));
  for (const { key, flag, placeholder, description, read } of flags) {
    const option = new Option(placeholder === undefined ? flag : `${flag} <${placeholder}>`, description);
    if (placeholder !== undefined) option.argParser(read);
    command.addOption(option.helpGroup(`${groupOf(key)}:`).hideHelp(!shown(key)));
  }
  const hidden = flags.filter(({ key }) => !shown(key)).length;
  const more = hidden === flags.length ? 'all settings of couture train' : `${hidden} more settings`;
  if (hidden > 0) command.option(HELP_ALL, `print this help with ${more}`);
  return command;
}

function isCommon(key: keyof TrainSettings): boolean {
  return !rareSettings.has(key);
}

function groupOf(key: keyof TrainSettings): string | undefined {
  return Object.entries(settingGroups).find(([, keys]) => keys.includes(key))?.[0];
}

/**
 * A setting and its value from words, by the flag's name: `shift` and `2`; a switch takes yes or no.
 * @throws CoutureError of kind `usage` for an unknown setting or an invalid value
 */
export function settingFromText(name: string, text: string): [keyof TrainSettings, unknown] {
  const found = settingFlags.find(({ flag }) => flag === `--${name}`);
  if (found === undefined) {
    const names = settingFlags.map(({ flag }) => flag.slice(2));
    const here = nameHere(name, names);
    throw new CoutureError('usage', `There is no setting ${inQuotes(name)}.`, {
      hint: here === undefined ? didYouMean(name, names) : `Did you mean ${here}?`,
    });
  }
  if (found.placeholder !== undefined) return [found.key, found.read(text)];
  if (text === 'yes' || text === 'no') return [found.key, text === 'yes'];
  throw new CoutureError('usage', `The setting ${name} must be yes or no, not ${inQuotes(text)}.`);
}

/** The given flags that define a run, which `--resume` does not allow. */
export function configFlagsGiven(flags: ConfigFlags): string[] {
  const given = settingFlags.filter(({ key }) => flags[key] !== undefined).map(({ flag }) => flag);
  if (flags.config !== undefined) given.unshift('--config');
  if (flags.recipe !== undefined) given.unshift('--recipe');
  if (flags.data !== undefined) given.unshift('--data');
  if (flags.initFrom !== undefined) given.unshift('--init-from');
  return given;
}

/**
 * The checked config of the flags: flags override the file, the file the recipe, and the recipe the defaults.
 */
export async function configFromFlags(flags: ConfigFlags, context: CliContext): Promise<RunConfig> {
  const file = flags.config === undefined ? {} : await readConfigFile(flags.config);
  const settings: Record<string, unknown> = { ...file.settings };
  for (const { key } of settingFlags) if (flags[key] !== undefined) settings[key] = flags[key];
  // Network flags replace the layers of a file.
  const keepsLayers =
    networkSettings.every((key) => flags[key] === undefined) &&
    !(flags.data !== undefined && bySettings(file));
  const ownLayers = keepsLayers ? file.model : undefined;
  const recipe = flags.recipe ?? file.recipe ?? null;
  const request: ConfigRequest = {
    ...(await datasetOf(flags, file, context)),
    recipe: recipe === null ? null : recipeNamed(recipe),
    settings: checkPartialSettings(settings),
    ...(ownLayers !== undefined && { model: checkModelSpec(ownLayers) }),
    ...(ownLayers !== undefined && file.initFrom && { initFrom: file.initFrom }),
    backend: file.backend,
  };
  if (flags.initFrom === undefined) return resolveConfig(request);
  const given = settingFlags.filter(({ key }) => flags[key] !== undefined).map(({ key }) => key);
  const asked = { model: flags.initFrom, given, file, path: flags.config ?? '' };
  return resolveConfig({ ...request, ...(await originOf(asked, request, context)) });
}

/** By name or path, or as a file describes it; the default where neither says. */
async function datasetOf(
  { data }: ConfigFlags,
  file: ConfigFile,
  context: CliContext,
): Promise<Pick<ConfigRequest, 'dataset'>> {
  if (data !== undefined) return { dataset: (await openWatched(data, context)).info };
  if (file.data === undefined) return {};
  return { dataset: checkDatasetInfo(file.data, 'The config file') };
}

/** Parses the text of a flag by the schema of its setting. */
function reader(flag: string, schema: z.core.$ZodType): (text: string) => unknown {
  return (text) => {
    const parsed = z.safeParse(schema, convert(schema, text));
    if (parsed.success) return parsed.data;
    throw new CoutureError('usage', `${flag} must be ${expected(schema)}, not ${inQuotes(text)}.`, {
      hint:
        schema instanceof z.ZodEnum
          ? didYouMean(text, schema.options.map(String), { listed: true })
          : '`couture train --help-all` describes every setting.',
    });
  };
}

/**
 * Converts text to the type of a schema; `none` is null, and malformed numbers become NaN, which no schema
 * accepts.
 */
function convert(schema: z.core.$ZodType, text: string): unknown {
  const trimmed = text.trim();
  if (schema instanceof z.ZodNullable) return trimmed === 'none' ? null : convert(schema.unwrap(), text);
  if (schema instanceof z.ZodArray) {
    if (trimmed === '' || trimmed === 'none') return [];
    return trimmed.split(',').map((item) => convert(schema.element, item));
  }
  if (schema instanceof z.ZodObject) {
    const parts = trimmed.split(':');
    const entries = Object.entries<z.core.$ZodType>(schema.shape);
    if (parts.length !== entries.length) return undefined;
    return Object.fromEntries(entries.map(([name, part], i) => [name, convert(part, parts[i])]));
  }
  if (!(schema instanceof z.ZodNumber)) return text;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** Describes the values of a schema, from its limits or, for a string, its description. */
function expected(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNullable) return `${expected(schema.unwrap())}, or none`;
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject) {
    const parts = Object.values<z.core.$ZodType>(schema.element.shape).map(expected);
    return `none or comma-separated pairs ${partsOf(schema.element)}: ${parts.join(', then ')}`;
  }
  if (schema instanceof z.ZodArray)
    return `none or comma-separated numbers, each ${expected(schema.element)}`;
  if (schema instanceof z.ZodEnum) return anyOf(schema.options.map(String));
  if (schema instanceof z.ZodString && schema.description !== undefined) return schema.description;
  if (!(schema instanceof z.ZodNumber)) return 'a name of lowercase letters, digits and dashes';
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = z.toJSONSchema(schema);
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const limits = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(isBounded ? [minimum === undefined ? `and at most ${maximum}` : `to ${maximum}`] : []),
    ...(exclusiveMaximum === undefined ? [] : [`to below ${exclusiveMaximum}`]),
    ...(minimum !== undefined && !isBounded && exclusiveMaximum === undefined ? ['up'] : []),
  ];
  return [schema.isInt ? 'a whole number' : 'a number', ...limits].join(' ');
}
