/** The digest of the config, which identifies the files of a run. */

import { freezeInDigest } from '../train/freeze.ts';
import { type RunConfig, settingsSchema, type TrainSettings } from '../train/settings.ts';
import { jsonSha256 } from './json.ts';

const defaults = settingsSchema.parse({});

/**
 * SHA-256 of a config, stored in the checkpoint and weights of a run. It does not cover the number of epochs,
 * because a run may be extended; later learning rates, because a person may change them during training (the
 * rates of the finished epochs are compared with the config where a run is continued); or settings with default
 * values, because a later version may have more settings.
 */
export async function configSha256({ settings, ...config }: RunConfig): Promise<string> {
  return await jsonSha256({ ...config, settings: Object.fromEntries(chosen(settings)) });
}

function chosen(settings: TrainSettings): [string, unknown][] {
  const usual = new Map<string, unknown>(Object.entries(defaults));
  return Object.entries(settings)
    .filter(
      ([name, value]) =>
        !['epochs', 'rateChanges'].includes(name) &&
        JSON.stringify(value) !== JSON.stringify(usual.get(name)),
    )
    .map(([name, value]) => [name, name === 'freeze' ? freezeInDigest(settings.freeze) : value]);
}
