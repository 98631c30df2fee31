/** Makes networks of imported tensors. */

import { prefixed } from '../../core/errors.ts';
import type { TensorMap } from '../../model/network.ts';
import { planModel } from '../../model/plan.ts';
import { checkModelSpec, logSoftmax, type ModelSpec } from '../../model/spec.ts';
import { restoreParameters } from '../precision.ts';
import { type ArrangedLayer, arrangeLayers, type LayerWishes } from './arrange.ts';
import { foldAhead } from './fold-ahead.ts';
import { isModule, modulesOf, unclearNorms } from './modules.ts';
import type { ForeignTensors } from './read-foreign.ts';

/** A network without its input. */
export interface ImportedNetwork {
  readonly spec: ModelSpec;
  readonly weights: TensorMap;
  /** Names in the file of the modules in order. */
  readonly modules: readonly string[];
  /** Norms that were folded into the Linear behind them, by their names, with the Linear of each. */
  readonly folded: readonly (readonly [norm: string, linear: string])[];
}

/** Whether the activation has to be said: the file has hidden layers and no description. */
export function needsActivation({ tensors, description }: ForeignTensors, file: string): boolean {
  if (description !== undefined) return false;
  return modulesOf(tensors, file).filter(({ type }) => type === 'Linear').length > 1;
}

/** What the norms of a file without a description may be. */
export interface UnclearNorms {
  /** Whether it has norms without running statistics. */
  readonly some: boolean;
  /** Names of those that may be LayerNorm or something else. */
  readonly names: readonly string[];
}

/** The norms without running statistics of a file. */
export function normsToName({ tensors, description }: ForeignTensors, file: string): UnclearNorms {
  const modules = description === undefined ? modulesOf(tensors, file) : [];
  return { some: modules.some(({ type }) => type === 'LayerNorm'), names: unclearNorms(modules) };
}

/**
 * The networks of a file: those that its description lists, or one from names, shapes and wishes.
 * @param file its name in messages
 * @throws CoutureError of kind `data` when the tensors make no such network, `usage` when `wishes` do not match them
 */
export function networksOf(foreign: ForeignTensors, wishes: LayerWishes, file: string): ImportedNetwork[] {
  const { tensors, isOrdered, description } = foreign;
  if (description === undefined)
    return [networkOf(arrangeLayers(modulesOf(tensors, file), isOrdered, wishes, file), file)];
  const { members } = description;
  return members.map((given, i) => {
    const spec = checked({ layers: given.layers }, file);
    const prefix = members.length === 1 ? '' : `members.${i}.`;
    const { parameters } = planModel(spec);
    const weights = restoreParameters(parameters, tensors, 'float32', { file, prefix });
    const modules = planModel(spec).layers.map(({ name }) => prefix + name);
    return { spec, weights, modules, folded: [] };
  });
}

function networkOf(arranged: readonly ArrangedLayer[], file: string): ImportedNetwork {
  const { layers, folded } = foldAhead(arranged);
  const specs = layers.map((layer) => {
    if (!isModule(layer)) return layer;
    if (layer.type === 'Linear') return { type: layer.type, in: layer.in, out: layer.out };
    return { type: layer.type, features: layer.in };
  });
  const spec = checked({ layers: [...specs, logSoftmax()] }, file);
  const modules = layers.filter(isModule);
  const weights = new Map<string, Float32Array>();
  let linears = 0;
  for (const { type, tensors } of modules) {
    if (type === 'Linear') linears += 1;
    const prefix = { Linear: 'fc', BatchNorm1d: 'bn', LayerNorm: 'ln' }[type];
    for (const [part, values] of tensors) weights.set(`${prefix}${linears}.${part}`, values);
  }
  return { spec, weights, modules: modules.map(({ name }) => name), folded };
}

function checked(value: unknown, file: string): ModelSpec {
  try {
    return checkModelSpec(value);
  } catch (cause) {
    throw prefixed(`${file} cannot be imported`, cause);
  }
}
