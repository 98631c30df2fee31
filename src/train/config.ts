/** Resolves a request (a recipe, a file, some flags) to the config of a run. */

import {
  anObject,
  aString,
  checkArguments,
  either,
  kind,
  optional,
  options,
  record,
} from '../core/arguments.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkDatasetInfo, type DatasetInfo } from '../data/dataset-info.ts';
import { describeShape, imageSize } from '../data/image-shape.ts';
import { scaledAs } from '../data/preprocessing.ts';
import { defaultDataset } from '../data/registry.ts';
import type { BackendKind } from '../engine/names.ts';
import { EDGE_LAYERS, edgeLayers } from '../model/edges.ts';
import type { NetworkInput } from '../model/network-input.ts';
import { planModel } from '../model/plan.ts';
import {
  activationNames,
  checkModelSpec,
  classCount,
  inputWidth,
  type ModelSpec,
  multilayer,
} from '../model/spec.ts';
import { checkBatchSize } from './batches.ts';
import { checkSettings } from './check-settings.ts';
import { checkFreeze } from './freeze.ts';
import { type InitFrom, initFromSchema } from './init-from.ts';
import { isRecipeName, type RecipeName, recipes } from './recipes.ts';
import { originSettings, type RunConfig, type TrainSettings } from './settings.ts';

/**
 * The request for a run. Later parts override earlier ones: defaults, recipe, settings. A model replaces
 * hidden, dropout and blocks.
 */
export interface ConfigRequest {
  /** A recipe by name; its settings override the defaults. With `initFrom`, only those of its training do. */
  readonly recipe?: RecipeName | null | undefined;
  /** Settings that override those of the recipe. */
  readonly settings?: Partial<TrainSettings>;
  /** The data set or its description. Default: Fashion-MNIST. */
  readonly dataset?: Dataset | DatasetInfo;
  /** Custom layers, instead of `hidden`, `dropout` and `blocks`. */
  readonly model?: ModelSpec;
  /** The origin of the first weights of `model`, which is then the network of the origin. */
  readonly initFrom?: InitFrom | undefined;
  /** The kind of backend; by default a measurement decides. */
  readonly backend?: BackendKind | undefined;
}

const configRequest = options({
  recipe: optional(
    either(
      aString,
      kind('null', (value) => value === null),
    ),
  ),
  settings: optional(anObject),
  dataset: optional(anObject),
  model: optional(anObject),
  initFrom: optional(anObject),
  backend: optional(aString),
});

/**
 * Resolves and checks a request.
 * @throws CoutureError of kind `usage` naming the wrong part, with the nearest valid name
 */
export function resolveConfig(wishes: ConfigRequest = {}): RunConfig {
  checkArguments('resolveConfig', { request: [wishes, configRequest] });
  const { recipe = null, settings = {}, ...request } = wishes;
  const { dataset = defaultDataset, backend, initFrom } = request;
  const given = checkDatasetInfo('info' in dataset ? dataset.info : dataset, 'The setting dataset');
  const model = request.model && checkModelSpec(request.model);
  const whole: Partial<TrainSettings> = recipe === null ? {} : recipes[recipeNamed(recipe)].settings;
  const base = initFrom === undefined ? whole : withoutNetwork(whole);
  const merged: { -readonly [Key in keyof TrainSettings]?: TrainSettings[Key] } = { ...base, ...settings };
  // The dropout of a recipe is for its own depth: with other widths, only existing layers keep it.
  if (settings.dropout === undefined && merged.hidden !== undefined && merged.dropout !== undefined)
    merged.dropout = merged.dropout.slice(0, merged.hidden.length);
  if (model !== undefined) {
    const { layers } = model;
    // A Residual does not change the number of values, so the other layers match without it.
    const others = layers.filter(({ type }) => type !== 'Residual');
    const hiddenLayers = planModel({ layers: others }).layers.slice(
      (merged.stem ?? 'none') === 'none' ? 0 : EDGE_LAYERS,
      -1,
    );
    merged.blocks = layers.length - others.length;
    merged.hidden = hiddenLayers.map((layer) => layer.out);
    merged.dropout = hiddenLayers.map((layer) => layer.dropout);
    for (const name of ['hidden', 'blocks'] as const)
      if (settings[name] !== undefined && String(settings[name]) !== String(merged[name]))
        throw new CoutureError(
          'usage',
          `The setting ${name} is ${JSON.stringify(settings[name])}, but the model has ${JSON.stringify(merged[name])}.`,
          { hint: `Leave ${name} out: the model has its own layers.` },
        );
  }
  if (initFrom !== undefined) Object.assign(merged, settingsOfOrigin(model));
  // The layers that a recipe freezes are its stem.
  if (settings.freeze === undefined && merged.stem !== base.stem) merged.freeze = [];
  const checked = checkSettings(merged);
  const { preprocessing } = given;
  const pixels = scaledAs(preprocessing.pixels, checked.pixels);
  const data = { ...given, preprocessing: { ...preprocessing, pixels } };
  const inputs = imageSize(data.shape);
  const classes = data.classNames.length;
  const { stem, hidden, dropout, activation, norm, blocks, expansion } = checked;
  const front = stem === 'none' ? [] : edgeLayers(stem, data.shape);
  const options = { front, activation, norm, blocks, expansion };
  const spec = model ?? checkModelSpec(multilayer(inputs, hidden, classes, dropout, options));
  if (inputWidth(spec) !== inputs || classCount(spec) !== classes) {
    throw new CoutureError(
      'usage',
      `The model takes ${inputWidth(spec)} values and has ${classCount(spec)} classes, but an image of ${data.name} (${describeShape(data.shape)}) has ${inputs} values and the data set has ${classes} classes.`,
      {
        hint: 'Leave the model out and give the setting hidden, or give images of the shape that the model takes.',
      },
    );
  }
  if (JSON.stringify(spec.layers.slice(0, front.length)) !== JSON.stringify(front)) {
    throw new CoutureError('usage', `The model does not begin with the layers of the stem ${stem}.`, {
      hint: 'Set stem to none, or leave the model out.',
    });
  }
  checkBatchSize(spec, checked.batchSize);
  const freeze = checkFreeze(checked.freeze, spec);
  return {
    // The network of an origin is not that of the recipe.
    ...{ version: 2, recipe: initFrom === undefined ? recipe : null },
    ...{ settings: { ...checked, freeze }, data, model: spec },
    ...(initFrom && { initFrom: checkInitFrom(initFrom, spec) }),
    ...(backend && { backend }),
  };
}

/** The settings of a recipe that are about its training alone. */
function withoutNetwork(settings: Partial<TrainSettings>): Partial<TrainSettings> {
  const other: readonly string[] = [...originSettings, 'freeze'];
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !other.includes(key)));
}

/** Settings of the network that the layers of an origin fix: no stem, and the activation and norm of the first layer. */
function settingsOfOrigin(model: ModelSpec | undefined): Partial<TrainSettings> {
  if (model === undefined)
    throw new CoutureError('usage', 'A run that starts with the weights of a model needs its layers: model.');
  const [first] = planModel(model).layers;
  const activation = activationNames.find((name) => name.replace('-r', 'R') === first.activation);
  return { pixels: 'data', stem: 'none', norm: first.norm, ...(activation && { activation }) };
}

/** That the layers taken exist. */
function checkInitFrom(initFrom: InitFrom, spec: ModelSpec): InitFrom {
  const checked = checkSchema(
    initFromSchema,
    initFrom,
    ({ what }) => new CoutureError('usage', `Invalid initFrom: ${what}.`),
  );
  const names = planModel(spec).layers.map(({ name }) => name);
  const stranger = checked.layers.find((name) => !names.includes(name));
  if (stranger === undefined) return checked;
  throw new CoutureError('usage', `Invalid initFrom: the network has no layer ${stranger}.`);
}

/**
 * Checks text as the name of a recipe.
 * @throws CoutureError of kind `usage` when there is none of that name, with the nearest
 */
export function recipeNamed(name: string): RecipeName {
  if (isRecipeName(name)) return name;
  throw new CoutureError('usage', `There is no recipe ${inQuotes(name)}.`, {
    hint: didYouMean(name, Object.keys(recipes)),
  });
}

/** A config without the parts that are known only after the start of a run: equal for equal requests. */
export function requestText(config: RunConfig): string {
  const { backend: _, ...request } = config;
  return JSON.stringify({ ...request, data: { ...config.data, splits: {} } });
}

/** The input of the network of a run. */
export function inputOf(config: Pick<RunConfig, 'data'>): NetworkInput {
  checkArguments('inputOf', {
    config: [
      config,
      record({ data: record({ shape: anObject, preprocessing: record({ pixels: anObject }) }) }),
    ],
  });
  const { data } = config;
  return { shape: data.shape, pixels: data.preprocessing.pixels };
}
