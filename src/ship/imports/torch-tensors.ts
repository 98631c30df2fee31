/** Tensors and storages of PyTorch, as a pickle refers to them: where the values lie, without the values. */

import { type AnyTensorType, elements } from '../safetensors.ts';
import { PickleName, type PickleRules, type PickleValue } from './pickle.ts';

/** PyTorch's classes of storages. */
const storages: Readonly<Record<string, { readonly type: AnyTensorType; readonly bytes: number }>> = {
  'torch.FloatStorage': { type: 'F32', bytes: 4 },
  'torch.DoubleStorage': { type: 'F64', bytes: 8 },
  'torch.HalfStorage': { type: 'F16', bytes: 2 },
  'torch.BFloat16Storage': { type: 'BF16', bytes: 2 },
  'torch.LongStorage': { type: 'I64', bytes: 8 },
  'torch.IntStorage': { type: 'I32', bytes: 4 },
  'torch.ShortStorage': { type: 'I16', bytes: 2 },
  'torch.CharStorage': { type: 'I8', bytes: 1 },
  'torch.ByteStorage': { type: 'U8', bytes: 1 },
  'torch.BoolStorage': { type: 'BOOL', bytes: 1 },
};

const ORDERED_DICT = 'collections.OrderedDict';
const TENSOR = 'torch._utils._rebuild_tensor_v2';
const PARAMETER = 'torch._utils._rebuild_parameter';
const names = new Set([ORDERED_DICT, TENSOR, PARAMETER, ...Object.keys(storages)]);

/** Bytes of several tensors, as a pickle refers to them. */
export class Storage {
  readonly key: string;
  readonly type: AnyTensorType;
  readonly width: number;
  readonly length: number;

  constructor(key: string, { type, bytes }: { type: AnyTensorType; bytes: number }, length: number) {
    this.key = key;
    this.type = type;
    this.width = bytes;
    this.length = length;
  }
}

/** A tensor: places in a storage. */
export class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** The rules of a state_dict's pickle, and the storages that it refers to. */
export function rulesFor(file: string): PickleRules & { readonly storages: ReadonlyMap<string, Storage> } {
  const known = new Map<string, Storage>();
  return {
    ...{ file, names, storages: known },
    call(name, args) {
      if (name === ORDERED_DICT) return args.length === 0 ? new Map() : undefined;
      if (name === TENSOR) return tensorOf(args);
      if (name === PARAMETER) return args[0] instanceof TensorView ? args[0] : undefined;
      return undefined;
    },
    find(id) {
      const storage = storageOf(id);
      if (storage === undefined) return undefined;
      const same = known.get(storage.key);
      if (same === undefined) known.set(storage.key, storage);
      else if (same.type !== storage.type || same.length !== storage.length) return undefined;
      return same ?? storage;
    },
  };
}

/** `('storage', class, key, device, length)`; the older format adds a view, which is None. */
function storageOf(id: PickleValue): Storage | undefined {
  if (!Array.isArray(id) || id[0] !== 'storage' || (id[5] ?? null) !== null) return undefined;
  const [, kind, key, , length] = id as readonly PickleValue[];
  const known =
    kind instanceof PickleName && Object.hasOwn(storages, kind.name) ? storages[kind.name] : undefined;
  if (known === undefined || typeof key !== 'string' || !/^\d{1,20}$/.test(key)) return undefined;
  return isCount(length) ? new Storage(key, known, length) : undefined;
}

/** `(storage, offset, shape, strides, requires_grad, hooks)`, all of whose values lie in the storage. */
function tensorOf([storage, offset, ...lists]: readonly PickleValue[]): TensorView | undefined {
  // Copies: a pickle may append to its own lists later.
  const [shape, strides] = lists.map((list) => (Array.isArray(list) ? [...list] : list));
  if (!(storage instanceof Storage) || !isCount(offset) || !areCounts(shape) || !areCounts(strides))
    return undefined;
  if (shape.length !== strides.length || shape.length > 8) return undefined;
  const count = elements(shape);
  const last = offset + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], 0);
  if (count > 0 && last >= storage.length) return undefined;
  return new TensorView(storage, offset, shape, strides);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 2 ** 40;
}

function areCounts(value: PickleValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** The bytes of a tensor's values in row-major order. */
export function gather(
  { storage, offset, shape, strides }: TensorView,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { width } = storage;
  const count = elements(shape);
  const dense = new Uint8Array(count * width);
  let place = count;
  const isDense = shape.every((size, i) => {
    place /= size;
    return size === 1 || strides[i] === place;
  });
  if (isDense) {
    dense.set(bytes.subarray(offset * width, (offset + count) * width));
    return dense;
  }
  const index = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const from = (offset + index.reduce((sum, at, axis) => sum + at * strides[axis], 0)) * width;
    for (let byte = 0; byte < width; byte++) dense[i * width + byte] = bytes[from + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] += 1;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return dense;
}
