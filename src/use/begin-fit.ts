/** What a training by `fit` begins with: its config, and the weights of a model where it starts with one. */

import { CoutureError } from '../core/errors.ts';
import { list } from '../core/format.ts';
import { printable } from '../core/printable.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { TensorMap } from '../model/network.ts';
import type { ModelSpec } from '../model/spec.ts';
import { resolveConfig } from '../train/config.ts';
import { overlapNotice, type TrainedBefore } from '../train/overlap.ts';
import type { RecipeName } from '../train/recipes.ts';
import { originSettings, type RunConfig, type TrainSettings } from '../train/settings.ts';
import { type Origin, startFrom, tensorsOfLayers } from '../train/start-from.ts';

/** A trained model to start with. */
export interface FitOrigin extends TrainedBefore {
  readonly origin: Origin;
  /** The data set that it was trained on. */
  readonly data: DatasetInfo;
  /** SHA-256 of its weights. */
  readonly sha256: string;
}

/** The options of `fit` that define a training. */
interface FitRequest {
  readonly recipe?: RecipeName | undefined;
  readonly settings?: Partial<TrainSettings> | undefined;
  readonly model?: ModelSpec | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** A training before its first step. */
export interface Beginning {
  readonly config: RunConfig;
  /** With the scaling of pixels that the network needs. */
  readonly dataset: Dataset;
  /** First weights by name; undefined for random ones. */
  readonly initial: TensorMap | undefined;
}

/**
 * Resolves the options, with the network and the weights of a model to start with.
 * @throws CoutureError of kind `usage` when the options, the data and the model do not match
 */
export async function beginFit(
  dataset: Dataset,
  { recipe, settings = {}, model, onNotice }: FitRequest,
  opened: FitOrigin | undefined,
): Promise<Beginning> {
  if (opened === undefined) {
    const config = resolveConfig({ recipe, settings, dataset, ...(model && { model }) });
    return { config, dataset, initial: undefined };
  }
  const { path, origin, data, sha256 } = opened;
  const own: string[] = originSettings.filter((key) => settings[key] !== undefined);
  if (model !== undefined) own.unshift('model');
  if (own.length > 0)
    throw new CoutureError(
      'usage',
      `fit: initFrom gives the network and the scaling of pixels, but ${list(own)} would change them.`,
      {
        hint: `Leave out ${list(own)}, or initFrom.`,
      },
    );
  const start = startFrom(origin, dataset.info);
  const preprocessing = { ...dataset.info.preprocessing, pixels: start.pixels };
  const scaled = { ...dataset, info: { ...dataset.info, preprocessing } };
  const initFrom = { model: printable(path).slice(0, 1000), sha256, layers: start.layers };
  const config = resolveConfig({ recipe, settings, dataset: scaled, model: start.model, initFrom });
  const isSame =
    data.splits.train !== undefined && sameSplit(data.splits.train, await describeSplit(dataset));
  const notice = isSame ? overlapNotice('model', opened, config.settings) : undefined;
  if (notice !== undefined) onNotice?.(notice);
  return { config, dataset: scaled, initial: tensorsOfLayers(config.model, origin.weights, start.layers) };
}
