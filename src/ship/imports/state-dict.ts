/** Finds the state_dict in what a file of `torch.save` holds: the whole file, or one entry of a checkpoint. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { MAX_PARAMETERS } from '../../model/spec.ts';
import { MAX_TENSORS } from '../safetensors.ts';
import type { PickleValue } from './pickle.ts';
import { type Storage, TensorView } from './torch-tensors.ts';

/** A dictionary of tensors in a file. */
interface StateDict {
  readonly views: ReadonlyMap<string, TensorView>;
  /** Its keys from the top, joined by dots; empty for the whole file. */
  readonly key: string;
}

/** Checkpoints keep weights at most this deep: `["model"]["state_dict"]`. */
const MAX_DEPTH = 3;

/**
 * The weights in a file. A checkpoint has the state of an optimizer, a loss and the like beside them, which are left out.
 * @throws CoutureError of kind `data` when there are none, or several dictionaries of them
 */
export function findStateDict(value: PickleValue, name: string): StateDict {
  const nothing = 'it does not hold a dictionary of tensors';
  if (!(value instanceof Map)) throw refused(name, nothing);
  const found = statesIn(value, [], name, new Set());
  if (found.length > 1) {
    const keys = found.map(({ keys }) => inQuotes(keys.join('.'))).join(', ');
    const path = found[0].keys.map((key) => `[${JSON.stringify(key)}]`).join('');
    throw refused(
      name,
      `it holds ${found.length} dictionaries of weights: ${keys}`,
      `Save one of them alone: torch.save(torch.load(${JSON.stringify(name)})${path}, "model.pt")`,
    );
  }
  const [only] = found;
  if (only !== undefined) return { views: only.views, key: only.keys.join('.') };
  // Other tensors: what they are is told from their names and shapes.
  const views = tensorsIn(value, name);
  if (views.size === 0) throw refused(name, nothing);
  return { views, key: '' };
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
  if (hasWeights && hasMatrix(map)) return [{ keys, views: tensorsIn(map, name) }];
  const inside =
    keys.length === MAX_DEPTH
      ? []
      : [...map].flatMap(([key, inner]) =>
          typeof key === 'string' && inner instanceof Map ? statesIn(inner, [...keys, key], name, seen) : [],
        );
  // Weights of classes in a loss have such a name as well, but no two dimensions.
  const found = inside.filter(({ views }) => hasMatrix(views));
  if (found.length > 0) return found;
  return hasWeights ? [{ keys, views: tensorsIn(map, name) }] : inside;
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
