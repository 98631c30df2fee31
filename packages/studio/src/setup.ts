/** The setup: a recipe and what differs from it, as values, as text of fields, and as parts of the address. */

import { type RecipeName, type RunConfig, recipes, resolveConfig, type TrainSettings } from '@couture/core';
import type { DatasetInfo } from 'couture/data';
import { type SettingControl, settingControls } from 'couture/train';

/** What a person chose. */
export interface Setup {
  readonly recipe: RecipeName | null;
  /** Settings that override the recipe. */
  readonly settings: Partial<TrainSettings>;
}

/** A setup that can be trained, or what is wrong with it. */
export type Resolved =
  | { readonly config: RunConfig }
  | {
      readonly problem: string;
      readonly hint: string | undefined;
      /** The settings that it is about; none where it is about all. */
      readonly keys: readonly (keyof TrainSettings)[];
      /** The place in the list of the setting; undefined for no list. */
      readonly place: number | undefined;
    };

/** The control of a setting. */
export function controlOf(key: keyof TrainSettings): SettingControl {
  const found = settingControls.find((control) => control.key === key);
  if (found === undefined) throw new Error(`There is no setting ${key}.`);
  return found;
}

/** Checks a setup as the command line does. */
export function resolve({ recipe, settings }: Setup, dataset: DatasetInfo): Resolved {
  try {
    return { config: resolveConfig({ recipe, settings, dataset }) };
  } catch (error) {
    const { message, hint } = error as Error & { readonly hint?: string };
    const [, first, place, second] =
      /^Invalid settings?:? (\w+)(?:\[(\d+)\])?(?: and (\w+))?/.exec(message) ?? [];
    const named = [first, second].map((name) => settingControls.find(({ key }) => key === name));
    const [control] = named;
    if (control === undefined) return { problem: message, hint, keys: [], place: undefined };
    // The hint of a wrong value names a command; here the limits are at hand.
    const own = message.startsWith('Invalid setting:') ? limitsOf(control) : undefined;
    return {
      problem: message.replace(/^Invalid settings?:? /, ''),
      hint: own ?? hint,
      keys: named.filter((one) => one !== undefined).map(({ key }) => key),
      place: place === undefined ? undefined : Number(place),
    };
  }
}

/** The values that a number may have, as a sentence; undefined for other kinds. */
export function limitsOf({ kind, range }: SettingControl): string | undefined {
  if (kind !== 'number' && kind !== 'numbers') return undefined;
  const { least, most, aboveLeast, belowMost, whole } = range;
  const ends = [
    ...(least === undefined ? [] : [`${aboveLeast ? 'above' : 'from'} ${least}`]),
    ...(most === undefined || most >= Number.MAX_SAFE_INTEGER
      ? []
      : [`${belowMost ? 'to below' : 'to'} ${most}`]),
  ];
  return `Give ${kind === 'numbers' ? 'numbers' : whole ? 'a whole number' : 'a number'} ${ends.join(' ')}.`;
}

/** The value of a setting, with the recipe and the defaults behind it. */
export function settingOf({ recipe, settings }: Setup, { key, standard }: SettingControl): unknown {
  const own: Partial<TrainSettings> = recipe === null ? {} : recipes[recipe].settings;
  return settings[key] ?? own[key] ?? standard;
}

/** A value as the text of a field. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'object' && value !== null) return Object.values(value).join(':');
  return value === null || value === undefined ? '' : String(value);
}

/** The text of a field as a value; what it cannot be stays text, and the check says so. */
export function valueFrom({ kind, optional }: SettingControl, text: string): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case 'switch':
      return trimmed === 'true' || trimmed === 'yes';
    case 'numbers':
      return trimmed === '' || trimmed === 'none' ? [] : trimmed.split(',').map(numberFrom);
    case 'changes':
      return trimmed === '' || trimmed === 'none' ? [] : trimmed.split(',').map(changeFrom);
    case 'number':
      return trimmed === '' && optional ? null : numberFrom(trimmed);
    case 'text':
      return trimmed === '' ? null : trimmed;
    case 'choice':
      return trimmed;
  }
}

/** `5:0.001`: the learning rate from an epoch on. */
function changeFrom(text: string): unknown {
  const [epoch, learningRate, ...more] = text.split(':').map(numberFrom);
  return more.length > 0 || learningRate === undefined ? text : { epoch, learningRate };
}

/** A number, or the text that is none. */
export function numberFrom(text: string): unknown {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The setup as parts of the address: what differs from the recipe, by the names of the flags. */
export function toAddress({ recipe, settings }: Setup): URLSearchParams {
  const parts = new URLSearchParams();
  if (recipe !== null) parts.set('recipe', recipe);
  for (const { key, name } of settingControls)
    if (settings[key] !== undefined) parts.set(name, textOf(settings[key]));
  return parts;
}

/** The setup of an address, and words that it does not know. */
export function fromAddress(parts: URLSearchParams): { readonly setup: Setup; readonly unknown: string[] } {
  const unknown: string[] = [];
  const settings: Record<string, unknown> = {};
  let recipe: RecipeName | null = null;
  for (const [name, text] of parts) {
    const control = settingControls.find((one) => one.name === name);
    if (name === 'recipe' && Object.hasOwn(recipes, text)) recipe = text as RecipeName;
    else if (control !== undefined) settings[control.key] = valueFrom(control, text);
    else if (!['v', 'hide'].includes(name)) unknown.push(`${name}=${text}`);
  }
  if (!parts.has('recipe') && Object.keys(settings).length === 0) recipe = 'baseline';
  return { setup: { recipe, settings: settings as Partial<TrainSettings> }, unknown };
}
