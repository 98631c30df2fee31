/** The layers of an imported network in their order: as the user says, or from names and shapes. */

import { CoutureError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { didYouMean } from '../../core/nearest.ts';
import { inQuotes } from '../../core/printable.ts';
import { compareNatural } from '../../data/readers/order.ts';
import {
  type ActivationName,
  activationLayer,
  activationNames,
  dropout,
  type InnerLayerSpec,
  MAX_LAYERS,
} from '../../model/spec.ts';
import { chainsOf, isCounted, isUnderCommonName } from './chains.ts';
import type { FoundModule } from './modules.ts';

/** What the file does not say. */
export interface LayerWishes {
  /**
   * All layers in order: names of modules in the file, activations, and dropout as `dropout=0.25`. Default: modules by their
   * order and shapes, with the activation after each hidden layer.
   */
  readonly layers?: readonly string[] | undefined;
  /** The activation of the hidden layers. */
  readonly activation?: ActivationName | undefined;
  /** Dropout after each hidden layer, for training further. */
  readonly dropout?: readonly number[] | undefined;
  /** What norms without running statistics are; of GroupNorm and other norms the tensors look the same. */
  readonly norm?: 'layer' | undefined;
}

/** A layer with its tensors, or one without any. */
export type ArrangedLayer = FoundModule | InnerLayerSpec;

/**
 * The layers in order, without the last LogSoftmax.
 * @param isOrdered whether the order of the modules is that of the network; otherwise they are sorted by name
 * @throws CoutureError of kind `usage` when the order cannot be known, naming `--layers`
 */
export function arrangeLayers(
  modules: readonly FoundModule[],
  isOrdered: boolean,
  wishes: LayerWishes,
  file: string,
): ArrangedLayer[] {
  if (wishes.layers !== undefined) return namedLayers(modules, wishes.layers, file);
  const sorted = isOrdered ? modules : [...modules].sort((a, b) => compareNatural(a.name, b.name));
  const linears = orderLinears(
    sorted.filter(({ type }) => type === 'Linear'),
    isOrdered,
    file,
  );
  checkDropout(wishes, linears.length - 1, file);
  const norms = placeNorms(sorted, linears, isOrdered, file);
  checkPlaces(sorted, linears, norms, file);
  return linears.flatMap((linear, i): ArrangedLayer[] => {
    const norm = norms.get(linear);
    const p = wishes.dropout?.[i] ?? 0;
    const isLast = i === linears.length - 1;
    return [
      linear,
      ...(norm === undefined ? [] : [norm]),
      ...(isLast || wishes.activation === undefined ? [] : [activationLayer(wishes.activation)]),
      ...(isLast || p === 0 ? [] : [dropout(p)]),
    ];
  });
}

function checkDropout({ dropout: given = [] }: LayerWishes, hidden: number, file: string): void {
  if (given.length <= hidden) return;
  throw new CoutureError(
    'usage',
    `--dropout has ${given.length} values, but the network of ${file} has ${plural(hidden, 'hidden layer')}.`,
    { hint: 'Give one value for each hidden layer; a layer without a value has no dropout.' },
  );
}

function namedLayers(
  modules: readonly FoundModule[],
  names: readonly string[],
  file: string,
): ArrangedLayer[] {
  const left = new Map(modules.map((module) => [module.name, module]));
  const layers = names.map((name): ArrangedLayer => {
    const module = left.get(name);
    if (module !== undefined) {
      left.delete(name);
      return module;
    }
    const activation = activationNames.find((each) => each === name);
    if (activation !== undefined) return activationLayer(activation);
    const p = /^dropout=(0|0?\.\d+)$/.exec(name)?.[1];
    if (p !== undefined) return dropout(Number(p));
    throw new CoutureError('usage', `The layer ${inQuotes(name)} is not in ${file}, or it is named twice.`, {
      hint: didYouMean(name, [...left.keys(), ...activationNames, 'dropout=0.25']),
    });
  });
  if (left.size > 0)
    throw new CoutureError('usage', `The layers leave out ${namesOf([...left.values()])} of ${file}.`, {
      hint: 'Name each module of the file once, in the order of the network.',
    });
  return layers;
}

/**
 * The Linears so that each takes what the one before it gives.
 * @param isOrdered whether their order is that of the network
 */
function orderLinears(
  linears: readonly FoundModule[],
  isOrdered: boolean,
  file: string,
): readonly FoundModule[] {
  if (linears.length === 0)
    throw new CoutureError('data', `${file} cannot be imported: it has no Linear layer.`, {
      hint: 'A Linear has a weight of two dimensions, [outputs, inputs].',
    });
  if (isOrdered && linears.slice(1).every((linear, i) => linear.in === linears[i].out)) return linears;
  if (linears.length > MAX_LAYERS)
    throw new CoutureError(
      'data',
      `${file} cannot be imported: it has ${linears.length} Linear layers, over the limit of ${MAX_LAYERS}.`,
    );
  const chains = chainsOf(linears);
  if (chains.length === 1) return chains[0];
  const widths = linears.map((linear) => `${linear.name} ${linear.in} to ${linear.out}`).join(', ');
  if (chains.length === 0)
    throw new CoutureError(
      'data',
      `${file} cannot be imported: its Linear layers form no chain: ${widths}.`,
      { hint: 'Networks with branches and shared layers cannot be imported.' },
    );
  throw unknownOrder(file, `the Linear layers fit in several orders: ${widths}`, linears);
}

/**
 * The norm of each Linear: the one that shares its number, or follows it, or the norms in turn. In a file without an order, a norm
 * follows what its name says, and the norms are in turn if they are numbered; otherwise the alphabet would decide.
 */
function placeNorms(
  sorted: readonly FoundModule[],
  linears: readonly FoundModule[],
  isOrdered: boolean,
  file: string,
): Map<FoundModule, FoundModule> {
  const norms = sorted.filter(({ type }) => type !== 'Linear');
  const related = norms.map((norm) => {
    const same = linears.filter((linear) => relationOf(linear) === relationOf(norm));
    return same.length === 1 ? same[0] : undefined;
  });
  const fitting = norms.map((norm) => {
    const fit = linears.slice(0, -1).filter(({ out }) => out === norm.in);
    return fit.length === 1 ? fit[0] : undefined;
  });
  const following = norms.map((norm) => {
    const before = sorted[sorted.indexOf(norm) - 1];
    return isOrdered || (before !== undefined && isUnderCommonName(before, norm)) ? before : undefined;
  });
  const areInTurn = norms.length === linears.length - 1 && (isOrdered || isCounted(norms));
  const inTurn = areInTurn ? norms.map((_, i) => linears[i]) : [];
  for (const owners of [related, following, inTurn, fitting]) {
    const placed = new Map<FoundModule, FoundModule>();
    norms.forEach((norm, i) => {
      const owner = owners[i];
      if (owner?.type === 'Linear' && owner.out === norm.in && owner !== linears.at(-1))
        placed.set(owner, norm);
    });
    if (placed.size === norms.length) return placed;
  }
  throw unknownOrder(file, `the places of ${namesOf(norms)} cannot be known`, sorted);
}

/**
 * That the numbers of a Sequential leave room for the activations, and only there: in `0.weight, 2.weight, 3.weight` the norm 2
 * comes after an activation. Modules without gaps between their numbers are of a ModuleList, which says nothing.
 */
function checkPlaces(
  sorted: readonly FoundModule[],
  linears: readonly FoundModule[],
  norms: ReadonlyMap<FoundModule, FoundModule>,
  file: string,
): void {
  const places = new Map(sorted.map((module) => [module, placeOf(module)]));
  const gaps = (before: FoundModule, after: FoundModule): number | undefined => {
    const [a, b] = [places.get(before), places.get(after)];
    return a === undefined || b === undefined || a.list !== b.list ? undefined : b.number - a.number - 1;
  };
  const between = sorted.slice(1).map((module, i) => gaps(sorted[i], module));
  if (!between.some((gap) => gap !== undefined && gap > 0)) return;
  for (const [linear, norm] of norms) {
    const gap = gaps(linear, norm);
    if (gap === undefined || gap === 0) continue;
    throw unknownOrder(
      file,
      `between ${namesOf([linear, norm])} is a module without weights, such as an activation, or the norm comes first`,
      sorted,
    );
  }
  linears.slice(1).forEach((linear, i) => {
    const end = norms.get(linears[i]) ?? linears[i];
    if (gaps(end, linear) !== 0) return;
    throw unknownOrder(file, `between ${namesOf([end, linear])} is no place for an activation`, sorted);
  });
}

/** A module of a Sequential or a ModuleList: the name of the list, and its number there. */
interface Place {
  readonly list: string;
  readonly number: number;
}

function placeOf({ name }: FoundModule): Place | undefined {
  const [, list = '', number] = /^(.*\.)?(\d{1,6})$/.exec(name) ?? [];
  return number === undefined ? undefined : { list, number: Number(number) };
}

/** A name without the letters of its last part: `2` of `fc2` and of `bn2`. A place in a Sequential, `net.2`, stays whole. */
function relationOf({ name }: FoundModule): string {
  const dot = name.lastIndexOf('.') + 1;
  const last = name.slice(dot);
  const number = /\d*$/.exec(last.slice(-20))?.[0] ?? '';
  return last === number ? name : name.slice(0, dot) + number;
}

function namesOf(modules: readonly FoundModule[]): string {
  return modules.map(({ name }) => inQuotes(name)).join(', ');
}

function unknownOrder(file: string, what: string, modules: readonly FoundModule[]): CoutureError {
  const example = exampleOf(modules);
  return new CoutureError('usage', `${file} does not say its order: ${what}.`, {
    hint: `Give the layers in the order of the network, with the activations, for example: --layers ${example.length > 200 ? 'NAME,relu,NAME' : example}`,
  });
}

/** The modules with an activation in each gap of the numbers of a Sequential, or before each Linear but the first. */
function exampleOf(modules: readonly FoundModule[]): string {
  return modules
    .flatMap((module, i) => {
      const [before, own] = [i === 0 ? undefined : placeOf(modules[i - 1]), placeOf(module)];
      const isNumbered = own !== undefined && before?.list === own.list;
      const isApart = isNumbered ? own.number > before.number + 1 : i > 0 && module.type === 'Linear';
      return isApart ? ['relu', module.name] : [module.name];
    })
    .join();
}
