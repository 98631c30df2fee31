/** The file of `--config`: a recipe, settings or layers, or the config.json of a run. */

import * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError, prefixed } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { inQuotes } from '../core/printable.ts';
import { decodeText } from '../core/text.ts';
import { checkDatasetInfo } from '../data/dataset-info.ts';
import { checkModelSpec } from '../model/spec.ts';
import { configVersionMisfit } from '../runs/read-config.ts';
import { checkPartialSettings } from '../train/check-settings.ts';
import { recipeNamed, resolveConfig } from '../train/config.ts';
import { withFreezeListed } from '../train/freeze.ts';
import { initFromSchema } from '../train/init-from.ts';
import { configSchema, settingsSchema } from '../train/settings.ts';

const MAX_CONFIG_BYTES = 1024 * 1024;

/** What the file says. */
export type ConfigFile = z.infer<typeof configFileSchema>;

const configFileSchema = z.strictObject({
  version: configSchema.shape.version.optional(),
  recipe: z.string().nullable().optional(),
  data: z.unknown().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  model: z.unknown().optional(),
  initFrom: initFromSchema.optional(),
  backend: configSchema.shape.backend,
  /** Of a run's config.json. A copy that was changed is a request like any other, and is not held to it. */
  sha256: z.unknown().optional(),
});

/**
 * Reads and checks the file.
 * @throws CoutureError of kind `usage` that names the file
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const wrong = (what: string, cause?: unknown, hint?: string): CoutureError =>
    new CoutureError('usage', `--config ${path}: ${what}.`, {
      hint: hint ?? 'The file must be JSON like {"recipe": "baseline", "settings": {"epochs": 5}}.',
      cause,
    });
  const { readLimited } = await import('../platform/node/files/read.ts');
  const bytes = await readLimited(path, MAX_CONFIG_BYTES).catch((cause: unknown) => {
    throw cause instanceof CoutureError ? wrong(cause.message.replace(/\.$/, ''), cause) : cause;
  });
  if (bytes === undefined) throw wrong('there is no such file');
  const source = `--config ${path}`;
  const value = parseJson(decodeText(bytes, source, 'usage'), source, 'usage');
  const misfit = configVersionMisfit(value);
  if (misfit !== undefined) throw wrong(`it ${misfit}`);
  const loose = settingsAtTop(value);
  if (loose !== undefined)
    throw wrong(
      `the setting ${inQuotes(loose)} is at the top`,
      undefined,
      `Settings belong under "settings": {"settings": {"${loose}": …}}.`,
    );
  const file = checkSchema(configFileSchema, withFreezeListed(value), ({ what, hint }) =>
    wrong(what, undefined, hint),
  );
  const { recipe, settings = {} } = file;
  try {
    if (typeof recipe === 'string') recipeNamed(recipe);
    checkPartialSettings(settings);
  } catch (cause) {
    throw prefixed(source, cause);
  }
  return file;
}

/** The first setting that lies beside `settings`, not in it. */
function settingsAtTop(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.keys(value).find((key) => key in settingsSchema.shape);
}

/** Whether the layers of a file are those of its settings. For other data, the settings give others. */
export function bySettings({ data, recipe = null, settings = {}, model, initFrom }: ConfigFile): boolean {
  if (data === undefined || model === undefined || initFrom !== undefined) return false;
  const dataset = checkDatasetInfo(data, 'The config file');
  const known = recipe === null ? null : recipeNamed(recipe);
  const found = resolveConfig({ dataset, recipe: known, settings: checkPartialSettings(settings) });
  return JSON.stringify(found.model) === JSON.stringify(checkModelSpec(model));
}
