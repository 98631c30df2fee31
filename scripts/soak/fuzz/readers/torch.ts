/**
 * Files of `torch.save`, written by a small writer of pickles. The pickle is changed before it goes into its archive, whose
 * checksums would otherwise refuse every change.
 */

import { planModel } from '../../../../src/model/plan.ts';
import { networksOf } from '../../../../src/ship/imports/networks.ts';
import { readForeign } from '../../../../src/ship/imports/read-foreign.ts';
import { readTorchFile } from '../../../../src/ship/imports/torch-file.ts';
import { encodeSafetensors, type Tensor } from '../../../../src/ship/safetensors.ts';
import type { Draw } from '../draw.ts';
import { mutate } from '../mutate.ts';
import { bytesReader, must, type Reader } from '../reader.ts';
import { mutateTensors } from './safetensors.ts';
import { encodeZip } from './zip.ts';

type Tensors = ReadonlyMap<string, Tensor>;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from('X'), u32(Buffer.byteLength(value)), Buffer.from(value)]);
const int = (value: number): Buffer => Buffer.concat([Buffer.from('J'), u32(value)]);
const tuple = (...items: Buffer[]): Buffer => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
const name = (module: string, own: string): Buffer => Buffer.from(`c${module}\n${own}\n`);

/** A pickle of tensors, each with a storage of its own. */
function pickleOf(tensors: Tensors, isLegacy: boolean): Buffer {
  const items = [...tensors].flatMap(([key, { shape, data }], i) => {
    const strides = shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, size) => product * size, 1),
    );
    const id = [
      text('storage'),
      name('torch', 'FloatStorage'),
      text(String(i)),
      text('cpu'),
      int(data.length),
    ];
    const storage = Buffer.concat([tuple(...id, ...(isLegacy ? [Buffer.from('N')] : [])), Buffer.from('Q')]);
    const hooks = Buffer.concat([name('collections', 'OrderedDict'), Buffer.from(')R')]);
    const args = [
      storage,
      int(0),
      tuple(...shape.map(int)),
      tuple(...strides.map(int)),
      Buffer.from([0x89]),
      hooks,
    ];
    return [text(key), name('torch._utils', '_rebuild_tensor_v2'), tuple(...args), Buffer.from('R')];
  });
  const start = Buffer.concat([
    Buffer.from([0x80, 2]),
    name('collections', 'OrderedDict'),
    Buffer.from(')R('),
  ]);
  return Buffer.concat([start, ...items, Buffer.from('u.')]);
}

const bytesOf = ({ data }: Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

function archiveOf(pickle: Uint8Array, tensors: Tensors): Buffer {
  const files = new Map<string, Uint8Array>([['archive/data.pkl', pickle]]);
  [...tensors.values()].forEach((tensor, i) => {
    files.set(`archive/data/${i}`, bytesOf(tensor));
  });
  return encodeZip(files, () => true).bytes;
}

/** Magic number, version, machine, contents, list of storages, and the storages. */
function legacyOf(pickle: Uint8Array, tensors: Tensors): Buffer {
  const one = (...parts: (Buffer | number[])[]): Buffer =>
    Buffer.concat([Buffer.from([0x80, 2]), ...parts.map((part) => Buffer.from(part)), Buffer.from('.')]);
  const magic = one([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
  const machine = one(Buffer.from('}'), text('little_endian'), [0x88], Buffer.from('s'));
  const keys = one(
    Buffer.from(']('),
    ...[...tensors.keys()].map((_, i) => text(String(i))),
    Buffer.from('e'),
  );
  const storages = [...tensors.values()].flatMap((tensor) => {
    const length = Buffer.alloc(8);
    length.writeBigInt64LE(BigInt(tensor.data.length));
    return [length, bytesOf(tensor)];
  });
  return Buffer.concat([magic, one([0x4d, 0xe9, 3]), machine, pickle, keys, ...storages]);
}

/** Tensors of a fully connected network, or any. */
function someTensors(draw: Draw): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const add = (key: string, shape: readonly number[]): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors.set(key, { shape, data: Float32Array.from({ length }, () => draw.float() - 0.5) });
  };
  let width = 1 + draw.below(6);
  for (let i = 0; i < 1 + draw.below(4); i++) {
    const next = 1 + draw.below(6);
    add(`net.${3 * i}.weight`, [next, width]);
    if (draw.chance(0.8)) add(`net.${3 * i}.bias`, [next]);
    if (draw.chance(0.3)) {
      add(`net.${3 * i + 1}.weight`, [next]);
      add(`net.${3 * i + 1}.bias`, [next]);
    }
    width = next;
  }
  add('net.20.weight', [3, width]);
  return tensors;
}

function mustBeSame(found: Tensors, truth: Tensors): void {
  must([...found.keys()].join() === [...truth.keys()].join(), 'other names than were written');
  for (const [key, { shape, data }] of truth) {
    const other = found.get(key);
    must(other?.shape.join() === shape.join(), `another shape of ${key}`);
    must(Buffer.from(bytesOf(other as Tensor)).equals(bytesOf({ shape, data })), `other values of ${key}`);
  }
}

function mustHold(found: Tensors): void {
  for (const [key, { shape, data }] of found) {
    must(
      data.length === shape.reduce((product, size) => product * size, 1),
      `${key} does not fill its shape`,
    );
    must(data.every(Number.isFinite), `${key} is not finite`);
  }
}

export const torchFiles: Reader = {
  name: 'torch files',
  weight: 8,
  draw(draw) {
    const truth = someTensors(draw);
    const isValid = draw.chance(1 / 8);
    const isLegacy = draw.chance(0.4);
    const pickle = pickleOf(truth, isLegacy);
    const inside =
      isValid || draw.chance(0.25) ? pickle : mutate({ bytes: pickle, fields: [], other: undefined }, draw);
    const whole = (isLegacy ? legacyOf : archiveOf)(inside, truth);
    const outside = !isValid && inside === pickle;
    const input = outside ? mutate({ bytes: whole, fields: [], other: undefined }, draw) : whole;
    return {
      input,
      isValid,
      async run() {
        const { tensors: found } = await readTorchFile(input, 'file');
        if (isValid) mustBeSame(found, truth);
        mustHold(found);
      },
    };
  },
};

/** Networks of safetensors files of other programs: shapes that fit, and shapes that were changed. */
export const foreignNetworks = bytesReader<Tensors, Awaited<ReturnType<typeof networksOf>>>({
  name: 'foreign networks',
  weight: 5,
  make(draw) {
    const truth = someTensors(draw);
    return { bytes: encodeSafetensors(truth, { format: 'pt' }), truth };
  },
  mutate: mutateTensors,
  read: async (bytes) => networksOf(await readForeign(bytes, 'file'), { activation: 'relu' }, 'file'),
  exact([{ modules }], truth) {
    const names = new Set([...truth.keys()].map((key) => key.slice(0, key.lastIndexOf('.'))));
    must(modules.length === names.size, `${modules.length} modules of ${names.size}`);
  },
  sound(networks) {
    for (const { spec, weights } of networks)
      for (const { name: key, shape } of planModel(spec).parameters) {
        const size = shape.reduce((product, each) => product * each, 1);
        must(weights.get(key)?.length === size, `${key} does not fill its shape`);
      }
  },
});
