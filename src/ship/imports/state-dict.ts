/** Finds the state_dict in what a file of `torch.save` holds: the whole file, or one entry of a checkpoint. */

import { CoutureError } from '../../core/errors.ts';
import { MAX_PARAMETERS } from '../../model/spec.ts';
import { MAX_TENSORS } from '../safetensors.ts';
import type { PickleValue } from './pickle.ts';
import { type Storage, TensorView } from './torch-tensors.ts';
import { noSuchSet, severalSets, TOP } from './weight-sets.ts';

/** A dictionary of tensors in a file. */
interface StateDict {
  readonly views: ReadonlyMap<string, TensorView>;
  /** Its keys from the top, joined by dots; empty for the whole file. */
  readonly key: string;
  /** The rest of the key that was asked for: what names in the dictionary begin with. */
  readonly rest: string | undefined;
}

/** Checkpoints keep weights at most this deep: `["model"]["state_dict"]`. */
const MAX_DEPTH = 3;

/**
 * The weights in a file. A checkpoint has the state of an optimizer, a loss and the like beside them, which are left out.
 * @param wanted the key of those that are meant, if there are several
 * @throws CoutureError of kind `data` when there are none, `usage` when several are there and no key, or none with this key
 */
export function findStateDict(value: PickleValue, name: string, wanted?: string): StateDict {
  const nothing = 'it does not hold a dictionary of tensors';
  if (!(value instanceof Map)) throw refused(name, nothing);
  const found = statesIn(value, [], name, new Set()).map(({ keys, views }) => ({
    key: keys.join('.'),
    views,
  }));
  if (found.length === 0) {
    // Other tensors: what they are is told from their names and shapes.
    const views = tensorsIn(value, name);
    if (views.size === 0) throw refused(name, nothing);
    found.push({ key: '', views });
  }
  if (wanted !== undefined) return chosen(found, wanted, name);
  if (found.length > 1)
    throw severalSets(
      name,
      found.map(({ key }) => key),
    );
  const [only] = found;
  const copies = copiesOf(only.views, value, [], new Set());
  if (copies.length === 0) return { ...only, rest: undefined };
  throw severalSets(
    name,
    [only.key, ...copies],
    ' Only weights with the names of their modules can be imported.',
  );
}

/** The dictionary of a key, and what is left of the key: the beginning of names in the dictionary. */
function chosen(
  found: readonly { readonly key: string; readonly views: ReadonlyMap<string, TensorView> }[],
  wanted: string,
  name: string,
): StateDict {
  const exact = found.find(({ key }) => (key === '' ? TOP : key) === wanted);
  if (exact !== undefined) return { ...exact, rest: undefined };
  const outer = found.find(({ key }) => key === '' || wanted.startsWith(`${key}.`));
  // A dictionary beside others keeps its averages to itself: the key of the only one may be left out.
  const only = outer ?? (found.length === 1 ? found[0] : undefined);
  if (only === undefined)
    throw noSuchSet(
      name,
      wanted,
      found.map(({ key }) => key),
    );
  const isInside = only.key !== '' && wanted.startsWith(`${only.key}.`);
  return { ...only, rest: isInside ? wanted.slice(only.key.length + 1) : wanted };
}

/**
 * Where else tensors of the same shapes lie: an average whose names are not those of modules, or a list without names.
 * @param seen what was searched: a dictionary may contain itself
 */
function copiesOf(
  views: ReadonlyMap<string, TensorView>,
  value: PickleValue,
  keys: readonly string[],
  seen: Set<unknown>,
): string[] {
  const isList = Array.isArray(value);
  if ((!isList && !(value instanceof Map)) || seen.has(value) || keys.length > MAX_DEPTH) return [];
  seen.add(value);
  const inside: readonly (readonly [PickleValue, PickleValue])[] = isList
    ? value.map((each, i): [PickleValue, PickleValue] => [i, each])
    : [...value];
  const tensors = inside.flatMap(([, each]) => (each instanceof TensorView ? [each] : []));
  const own = new Set(views.values());
  const isOther = tensors.every((each) => !own.has(each));
  if (keys.length > 0 && isOther && holds(tensors, [...own])) return [keys.join('.')];
  return inside.flatMap(([key, each]) =>
    typeof key === 'string' || isList ? copiesOf(views, each, [...keys, String(key)], seen) : [],
  );
}

/** Whether tensors have the shapes of weights, several of them and each as often. The state of an optimizer is a list for each. */
function holds(tensors: readonly TensorView[], weights: readonly TensorView[]): boolean {
  const asked = weights.filter(({ shape }) => shape.length > 0);
  if (asked.length < 2 || tensors.length < asked.length) return false;
  const left = new Map<string, number>();
  for (const { shape } of tensors) left.set(String(shape), (left.get(String(shape)) ?? 0) + 1);
  return asked.every(({ shape }) => {
    const count = left.get(String(shape)) ?? 0;
    left.set(String(shape), count - 1);
    return count > 0;
  });
}

interface Found {
  readonly keys: readonly string[];
  readonly views: ReadonlyMap<string, TensorView>;
}

/**
 * The dictionaries of weights in a dictionary: itself, or those inside it.
 * @param seen dictionaries that were searched: one may contain itself
 */
function statesIn(
  map: ReadonlyMap<PickleValue, PickleValue>,
  keys: readonly string[],
  name: string,
  seen: Set<unknown>,
): Found[] {
  if (seen.has(map)) return [];
  seen.add(map);
  const hasWeights = [...map].some(([key, value]) => isWeight(key, value));
  const own = hasWeights ? [{ keys, views: tensorsIn(map, name) }] : [];
  const inside =
    keys.length === MAX_DEPTH
      ? []
      : [...map].flatMap(([key, inner]) =>
          typeof key === 'string' && inner instanceof Map ? statesIn(inner, [...keys, key], name, seen) : [],
        );
  // Weights of classes in a loss have such a name as well, but no two dimensions.
  const found = inside.filter(({ views }) => hasMatrix(views));
  if (hasWeights && hasMatrix(map)) return [...own, ...found];
  if (found.length > 0) return found;
  return hasWeights ? own : inside;
}

/** Whether a dictionary has a weight of several dimensions, as every network does. */
function hasMatrix(map: ReadonlyMap<PickleValue, PickleValue>): boolean {
  return [...map].some(
    ([key, value]) => isWeight(key, value) && value instanceof TensorView && value.shape.length > 1,
  );
}

/** Whether an entry is a weight of a module: the state of an optimizer and lists of losses have other names. */
function isWeight(key: PickleValue, value: PickleValue): boolean {
  return typeof key === 'string' && /(^|\.)weight$/.test(key) && value instanceof TensorView;
}

function tensorsIn(map: ReadonlyMap<PickleValue, PickleValue>, name: string): Map<string, TensorView> {
  const tensors = new Map<string, TensorView>();
  for (const [key, value] of map) {
    if (!(value instanceof TensorView)) continue;
    if (typeof key !== 'string') throw refused(name, 'a tensor has a key that is not a text');
    if (!key.endsWith('num_batches_tracked')) tensors.set(key, value);
  }
  if (tensors.size > MAX_TENSORS)
    throw refused(name, `it has ${tensors.size} tensors, over the limit of ${MAX_TENSORS}`);
  return tensors;
}

/**
 * The storages of some tensors, with the number of tensors that lie in each. A storage is read whole, however few of its values
 * the tensors take, and a file of some kilobytes may have one of many gigabytes.
 * @throws CoutureError of kind `data` when they have more values than a network may have
 */
export function storagesOf(views: Iterable<TensorView>, file: string): Map<Storage, number> {
  const uses = new Map<Storage, number>();
  let total = 0;
  for (const { storage } of views) {
    const before = uses.get(storage);
    if (before === undefined) total += storage.length;
    uses.set(storage, (before ?? 0) + 1);
  }
  if (total > MAX_PARAMETERS)
    throw refused(file, `its storages have ${total} values, over the limit of ${MAX_PARAMETERS}`);
  return uses;
}

/** The error for a file of `torch.save` that cannot be imported. */
export function refused(
  name: string,
  what: string,
  hint = 'Save the weights alone: torch.save(model.state_dict(), "model.pt"), or as safetensors.',
): CoutureError {
  return new CoutureError('data', `${name} cannot be imported: ${what}.`, { hint });
}
