/** The command that trains a given config. */

import { quoted } from '../core/format.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { defaultDataset } from '../data/registry.ts';
import { recipeNamed, requestText, resolveConfig } from '../train/config.ts';
import { originSettings, type RunConfig, type TrainSettings } from '../train/settings.ts';

/**
 * The `couture train` command that resolves to exactly this config; undefined if flags cannot express it, as
 * with custom layers.
 */
export function trainCommand(config: RunConfig): string | undefined {
  const { recipe, settings, data, initFrom, model } = config;
  try {
    const known = recipe === null ? null : recipeNamed(recipe);
    const standard = resolveConfig({ recipe: known }).settings;
    const changed = Object.entries(settings).filter(
      ([key, value]) =>
        key === 'seed' || JSON.stringify(value) !== JSON.stringify(standard[key as keyof TrainSettings]),
    );
    const found = resolveConfig({
      ...{ recipe: known, dataset: data, settings: Object.fromEntries(changed) },
      ...(initFrom && { initFrom, model }),
    });
    if (requestText(found) !== requestText(config)) return undefined;
    // The origin gives the network.
    const own = changed.filter(
      ([key]) => initFrom === undefined || !originSettings.includes(key as keyof TrainSettings),
    );
    const flags = own.map(([key, value]) =>
      value === true ? flagOf(key) : `${flagOf(key)} ${wordOf(value)}`,
    );
    return [
      'npx couture train',
      ...dataFlag(data),
      ...(initFrom === undefined ? [] : [`--init-from ${quoted(initFrom.model)}`]),
      ...(recipe === null ? [] : [`--recipe ${recipe}`]),
      ...flags,
      // A machine without a GPU uses the CPU by default.
      ...(config.backend === 'gpu' ? ['--backend gpu'] : []),
    ].join(' ');
  } catch {
    // A recipe or data set that this version does not know.
    return undefined;
  }
}

/**
 * The settings of a run as a row of a table names them: its recipe, or the flags of `couture train` without the seed.
 * Undefined if flags cannot express them.
 */
export function settingsText(config: RunConfig): string | undefined {
  const command = trainCommand(config);
  if (command === undefined) return undefined;
  const flags = command
    .replace('npx couture train', '')
    .replace(/ --seed \d+/, '')
    .trim();
  return flags === `--recipe ${config.recipe}` ? `${config.recipe}` : flags || 'no flags';
}

/** `--data` for what is not trained on anyway; imported sets are known by their names as well. */
function dataFlag({ name }: DatasetInfo): string[] {
  return name === defaultDataset.name ? [] : [`--data ${quoted(name)}`];
}

/** The flag of a setting: `learningRate` as `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function wordOf(value: TrainSettings[keyof TrainSettings]): string {
  return typeof value === 'string' ? quoted(value) : textOf(value) || 'none';
}

/** A setting as the text of its flag; empty for nothing. Lists have commas, and an item of several parts has colons: `5:0.001`. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'object' && value !== null) return Object.values(value).map(String).join(':');
  return String(value ?? '');
}
