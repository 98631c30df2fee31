/** From what was asked (a recipe, a file, some flags) to the resolved config of a run. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { type DatasetEntry, findDataset, registry } from '../data/registry.ts';
import { EDGE_LAYERS, edgeLayers } from '../model/edges.ts';
import { planModel } from '../model/plan.ts';
import { checkModelSpec, classCount, inputWidth, type ModelSpec, multilayer } from '../model/spec.ts';
import { checkSettings } from './check-settings.ts';
import { recipes } from './recipes.ts';
import type { RunConfig, TrainSettings } from './settings.ts';

/** What a run is asked to be. Later ones win: defaults, recipe, settings; a model stands for hidden, dropout and blocks. */
export interface ConfigRequest {
  readonly recipe?: string | null;
  readonly settings?: Partial<TrainSettings>;
  /** Layers of one's own, in place of `hidden`, `dropout` and `blocks`. */
  readonly model?: ModelSpec;
}

/**
 * Resolves and checks a request.
 * @throws CoutureError of kind `usage` naming what is wrong, with the nearest right name
 */
export function resolveConfig({ recipe = null, settings = {}, ...request }: ConfigRequest = {}): RunConfig {
  const model = request.model && checkModelSpec(request.model);
  const base: Partial<TrainSettings> = recipe === null ? {} : findRecipe(recipe);
  const merged: Partial<TrainSettings> = { ...base, ...settings };
  // A recipe's dropout belongs to its own depth: with other widths only the places that still exist keep it.
  if (settings.dropout === undefined && merged.hidden !== undefined && merged.dropout !== undefined)
    merged.dropout = merged.dropout.slice(0, merged.hidden.length);
  if (model !== undefined) {
    const { layers } = model;
    // Of a Residual as many values come out as go in: the others fit each other without it.
    const others = layers.filter(({ type }) => type !== 'Residual');
    const hiddenLayers = planModel({ layers: others }).layers.slice(
      (merged.stem ?? 'none') === 'none' ? 0 : EDGE_LAYERS,
      -1,
    );
    merged.blocks = layers.length - others.length;
    merged.hidden = hiddenLayers.map((layer) => layer.out);
    merged.dropout = hiddenLayers.map((layer) => layer.dropout);
  }
  const checked = checkSettings(merged);
  const dataset = describeDataset(checked.dataset);
  const inputs = dataset.height * dataset.width;
  const classes = dataset.classNames.length;
  const { stem, hidden, dropout, activation, norm, blocks, expansion } = checked;
  const front = stem === 'none' ? [] : edgeLayers(stem, dataset);
  const options = { front, activation, norm, blocks, expansion };
  const spec = model ?? checkModelSpec(multilayer(inputs, hidden, classes, dropout, options));
  if (inputWidth(spec) !== inputs || classCount(spec) !== classes) {
    throw new CoutureError(
      'usage',
      `The model takes ${inputWidth(spec)} pixels and gives ${classCount(spec)} classes, but ${dataset.name} has ${inputs} and ${classes}.`,
    );
  }
  if (JSON.stringify(spec.layers.slice(0, front.length)) !== JSON.stringify(front)) {
    throw new CoutureError('usage', `The model does not begin with the layers of the stem ${stem}.`, {
      hint: 'Give the setting stem as none, or leave the model out.',
    });
  }
  return { version: 1, recipe, settings: checked, model: spec };
}

/**
 * The settings of a recipe.
 * @throws CoutureError of kind `usage` when there is none of that name, with the nearest
 */
export function findRecipe(name: string): Partial<TrainSettings> {
  if (Object.hasOwn(recipes, name)) return recipes[name].settings;
  throw new CoutureError('usage', `There is no recipe "${name}".`, {
    hint: didYouMean(name, Object.keys(recipes)),
  });
}

function describeDataset(name: string): DatasetEntry {
  const entry = findDataset(name);
  if (entry !== undefined) return entry;
  throw new CoutureError('usage', `There is no data set "${name}".`, {
    hint: didYouMean(
      name,
      registry.map((known) => known.name),
    ),
  });
}
