/** `--init-from`: the part of a config that comes from the model that a run starts with. */

import { CoutureError } from '../core/errors.ts';
import { list } from '../core/format.ts';
import { defaultDataset } from '../data/registry.ts';
import { flagOf } from '../report/train-command.ts';
import type { ConfigRequest } from '../train/config.ts';
import { originSettings, type TrainSettings } from '../train/settings.ts';
import type { CliContext } from './context.ts';

/** What was asked for. */
interface AskedOrigin {
  /** A run, a model file or a shipped model. */
  readonly model: string;
  /** Settings with a flag of the command. */
  readonly given: readonly (keyof TrainSettings)[];
  /** The contents of `--config`, and its path. */
  readonly file: {
    readonly settings?: Readonly<Record<string, unknown>> | undefined;
    readonly model?: unknown;
  };
  readonly path: string;
}

/**
 * The network and the pixel scaling of a model to start with. Says which layers are taken.
 * @throws CoutureError of kind `usage` when flags or the file change the network, or the model does not match the data
 */
export async function originOf(
  { model: name, given, file, path }: AskedOrigin,
  { dataset = defaultDataset, recipe }: ConfigRequest,
  context: CliContext,
): Promise<Pick<ConfigRequest, 'dataset' | 'model' | 'initFrom'>> {
  const flags = originSettings.filter((key) => given.includes(key));
  const filed = originSettings.filter((key) => !given.includes(key) && file.settings?.[key] !== undefined);
  const wrong = [
    ...flags.map(flagOf),
    ...[...filed, ...(file.model === undefined ? [] : ['model'])].map((key) => `"${key}" of ${path}`),
  ];
  if (wrong.length > 0)
    throw new CoutureError('usage', `--init-from uses the network of ${name}; leave out ${list(wrong)}.`);
  const { nodePlatform } = await import('../platform/node/platform.ts');
  const { startOfRun } = await import('../runs/init-from.ts');
  const info = 'info' in dataset ? dataset.info : dataset;
  const { model, initFrom, fresh, pixels } = await startOfRun(nodePlatform, name, info);
  const random = fresh.length === 0 ? '' : `, with random weights in ${list(fresh)} for other classes`;
  context.err(`The run starts with ${list(initFrom.layers)} of ${name}${random}.`);
  if (recipe != null)
    context.err(`Of the recipe ${recipe}, only the settings of the training are used, not its network.`);
  return { dataset: { ...info, preprocessing: { ...info.preprocessing, pixels } }, model, initFrom };
}
