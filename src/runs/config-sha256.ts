/** What tells the files of a run from those of another: the digest of the config that they were made with. */

import { type RunConfig, settingsSchema, type TrainSettings } from '../train/settings.ts';
import { jsonSha256 } from './json.ts';

const defaults = settingsSchema.parse({});

/**
 * SHA-256 of a config, which a run's checkpoint and weights carry. The number of epochs does not count: a run may be taken
 * further. Nor does a setting that has its default value: a later version may have more settings.
 */
export async function configSha256({ settings, ...config }: RunConfig): Promise<string> {
  return await jsonSha256({ ...config, settings: Object.fromEntries(chosen(settings)) });
}

function chosen(settings: TrainSettings): [string, unknown][] {
  const usual = new Map<string, unknown>(Object.entries(defaults));
  return Object.entries(settings).filter(
    ([name, value]) => name !== 'epochs' && JSON.stringify(value) !== JSON.stringify(usual.get(name)),
  );
}
