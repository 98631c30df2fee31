/**
 * Reads the state_dict of a file that `torch.save` wrote: a ZIP archive with a pickle and the bytes of each storage, or the
 * older format of PyTorch before 1.6, a sequence of pickles and bytes. Nothing in the file is executed (see pickle.ts).
 */

import { inQuotes } from '../../core/printable.ts';
import { bytesSource } from '../../data/readers/bytes.ts';
import type { FileEntry } from '../../data/readers/entries.ts';
import { defaultTools } from '../../data/readers/tools.ts';
import { isZip, zipEntries } from '../../data/readers/zip.ts';
import { MAX_PARAMETERS } from '../../model/spec.ts';
import { elements, type Tensor } from '../safetensors.ts';
import { toFloat32 } from './floats.ts';
import { type PickleValue, readPickle } from './pickle.ts';
import { findStateDict, refused, storagesOf } from './state-dict.ts';
import { gather, rulesFor, type Storage, type TensorView } from './torch-tensors.ts';

/** Largest pickle. That of 10,000 tensors has about 1.5 MB. */
const MAX_PICKLE = 16 * 2 ** 20;
/** First value of a file of the older format. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

/** The bytes of storages by their keys. */
type StorageBytes = (storage: Storage) => Promise<Uint8Array>;

/** The tensors of a file of `torch.save`. */
export interface TorchTensors {
  /** As float32, in their order. Numbers of batches seen, which no network needs, are left out. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Where they lie in a checkpoint, such as `model_state_dict`; empty if they are the whole file. */
  readonly key: string;
  /** The rest of the key that was asked for: what the names of the tensors begin with. */
  readonly rest: string | undefined;
}

/**
 * The state_dict of a file.
 * @param name name of the file in messages
 * @param wanted the key of the weights that are meant, if there are several
 * @throws CoutureError of kind `data` when the file is damaged, holds anything besides a dictionary of tensors, or is too large
 */
export async function readTorchFile(bytes: Uint8Array, name: string, wanted?: string): Promise<TorchTensors> {
  const { value, bytesOf } = isZip(bytes) ? await readArchive(bytes, name) : readLegacy(bytes, name);
  const { views, key, rest } = findStateDict(value, name, wanted);
  for (const [tensor, view] of views) checkView(tensor, view, name);
  const total = [...views.values()].reduce((sum, { shape }) => sum + elements(shape), 0);
  if (total > MAX_PARAMETERS)
    throw refused(name, `it has ${total} values, over the limit of ${MAX_PARAMETERS}`);
  const uses = storagesOf(views.values(), name);
  const read = new Map<Storage, Uint8Array>();
  const tensors = new Map<string, Tensor>();
  for (const [tensor, view] of views) {
    const { storage, shape } = view;
    const { type } = storage;
    const whole = read.get(storage) ?? (await bytesOf(storage));
    read.set(storage, whole);
    const own = gather(view, whole);
    tensors.set(tensor, { shape, data: toFloat32({ type, bytes: own }, { file: name, tensor }) });
    // A storage is kept no longer than a tensor needs it.
    const left = (uses.get(storage) ?? 1) - 1;
    uses.set(storage, left);
    if (left === 0) read.delete(storage);
  }
  return { tensors, key, rest };
}

/** A tensor of more values than its storage has the same ones several times, and so do no weights that were trained. */
function checkView(tensor: string, { shape, storage }: TensorView, name: string): void {
  const count = elements(shape);
  if (count <= storage.length) return;
  throw refused(
    name,
    `its tensor ${inQuotes(tensor)} of shape [${shape.join(', ')}] is an expanded view of ${storage.length} values`,
    'Make it plain before you save it: call clone() on each tensor of the state_dict.',
  );
}

interface Content {
  readonly value: PickleValue;
  readonly bytesOf: StorageBytes;
}

async function readArchive(bytes: Uint8Array, name: string): Promise<Content> {
  // PyTorch names the folder in the archive after the file: that of `.best.pt` is `.best`.
  const entries = await zipEntries(bytesSource(bytes, name), defaultTools, { hidden: true });
  const pickle = entries.find(({ path }) => /^([^/]*\/)?data\.pkl$/.test(path));
  if (pickle === undefined)
    throw refused(name, 'the archive has no data.pkl, so torch.save did not write it');
  if (entries.some(({ path }) => /^([^/]*\/)?constants\.pkl$/.test(path)))
    throw refused(
      name,
      'it is TorchScript, a program with weights',
      `Save the weights alone: torch.save(torch.jit.load("${name}").state_dict(), "model.pt")`,
    );
  const folder = pickle.path.slice(0, -'data.pkl'.length);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const order = byPath.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(await readEntry(order, 16, name)) !== 'little')
    throw refused(name, 'its numbers are big-endian');
  const { value } = readPickle(await readEntry(pickle, MAX_PICKLE, name), 0, rulesFor(name));
  return {
    value,
    async bytesOf(storage) {
      const size = storage.length * storage.width;
      const entry = byPath.get(`${folder}data/${storage.key}`);
      if (entry?.size !== size)
        throw refused(
          name,
          `the storage ${inQuotes(storage.key)} has ${entry?.size ?? 0} bytes, not ${size}`,
        );
      return await entry.read();
    },
  };
}

async function readEntry(entry: FileEntry, limit: number, name: string): Promise<Uint8Array> {
  if (entry.size > limit)
    throw refused(name, `${inQuotes(entry.path)} has ${entry.size} bytes, over the limit of ${limit}`);
  return await entry.read();
}

/** Four pickles (magic number, version, machine, contents), the list of storages, and their bytes in that order. */
function readLegacy(bytes: Uint8Array, name: string): Content {
  const rules = rulesFor(name);
  const magic = readPickle(bytes, 0, rules);
  if (magic.value !== LEGACY_MAGIC) throw refused(name, 'it is a pickle, but torch.save did not write it');
  const version = readPickle(bytes, magic.end, rules);
  if (version.value !== LEGACY_PROTOCOL)
    throw refused(name, 'torch.save wrote it in a version of its format that cannot be read');
  const machine = readPickle(bytes, version.end, rules);
  if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true)
    throw refused(name, 'its numbers are big-endian');
  const { value, end } = readPickle(bytes, machine.end, rules);
  const keys = readPickle(bytes, end, rules);
  if (!Array.isArray(keys.value)) throw refused(name, 'its list of storages is missing');
  const places = legacyPlaces(bytes, keys.value, keys.end, rules.storages, name);
  return { value, bytesOf: async ({ key }) => places.get(key) ?? new Uint8Array() };
}

function legacyPlaces(
  bytes: Uint8Array,
  keys: readonly PickleValue[],
  start: number,
  known: ReadonlyMap<string, Storage>,
  name: string,
): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? known.get(key) : undefined;
    if (storage === undefined) throw refused(name, 'its list of storages names an unknown one');
    const { length, width } = storage;
    const end = at + 8 + length * width;
    if (end > bytes.length || view.getBigInt64(at, true) !== BigInt(length))
      throw refused(name, `the storage ${inQuotes(storage.key)} does not have its ${length} values`);
    places.set(storage.key, bytes.subarray(at + 8, end));
    at = end;
  }
  const lost = [...known.keys()].find((key) => !places.has(key));
  if (lost !== undefined) throw refused(name, `the storage ${inQuotes(lost)} is missing`);
  return places;
}
