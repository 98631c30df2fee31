/** Reads config.json and checks its version, its settings, and that network and data set match. */

import { CoutureError } from '../core/errors.ts';
import { checkDatasetInfo } from '../data/dataset-info.ts';
import { imageSize } from '../data/image-shape.ts';
import { checkModelSpec, classCount, inputWidth } from '../model/spec.ts';
import { withFreezeListed } from '../train/freeze.ts';
import { configSchema, type RunConfig } from '../train/settings.ts';
import { environmentSchema } from './environment.ts';
import { checkJson, readJsonValue, readSealed, unseal, versionMisfit } from './json.ts';
import type { RunStore } from './store.ts';

const VERSION = configSchema.shape.version.value;

const CHANGED =
  'The file has changed since it was written. Undo the change. To train with other settings, use couture train --config FILE.';

/** The error for a config of another version; undefined for this version or none. */
export function configVersionMisfit(value: unknown): string | undefined {
  return versionMisfit(value, 'a config', VERSION);
}

/**
 * The config of a run.
 * @throws CoutureError of kind `data` naming the file and the fault
 */
export async function readConfig(store: RunStore, folder: string): Promise<RunConfig> {
  const file = store.paths.join(folder, 'config.json');
  const value = await readJsonValue(store, file);
  const misfit = configVersionMisfit(value);
  if (misfit !== undefined) throw await otherVersion(store, folder, `${file} ${misfit}.`);
  const config = checkJson(withFreezeListed(await unseal(value, file, CHANGED)), file, configSchema);
  checkFit(config, file);
  return config;
}

async function otherVersion(store: RunStore, folder: string, message: string): Promise<CoutureError> {
  const file = store.paths.join(folder, 'env.json');
  const environment = await readSealed(store, file, environmentSchema).catch(() => undefined);
  const writer = environment === undefined ? 'another version of Couture' : `Couture ${environment.couture}`;
  return new CoutureError('data', message, {
    hint: `The run was made by ${writer}. Use that version, or train the run again.`,
  });
}

function checkFit({ data, model }: RunConfig, file: string): void {
  checkDatasetInfo(data, file);
  try {
    checkModelSpec(model);
  } catch (cause) {
    if (!(cause instanceof CoutureError)) throw cause;
    throw new CoutureError('data', `${file}: ${cause.message}`, { cause });
  }
  const [inputs, classes] = [imageSize(data.shape), data.classNames.length];
  if (inputWidth(model) === inputs && classCount(model) === classes) return;
  throw new CoutureError(
    'data',
    `${file}: the model takes ${inputWidth(model)} values and has ${classCount(model)} classes, but the data set has ${inputs} values per image and ${classes} classes.`,
  );
}
