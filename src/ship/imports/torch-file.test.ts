/** Files that PyTorch 1.13 wrote (test/golden/make_torch_files.py), and files that must be refused. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { encodeZip } from '../../../scripts/soak/fuzz/readers/zip.ts';
import type { CoutureError } from '../../core/errors.ts';
import { bytesSource } from '../../data/readers/bytes.ts';
import { defaultTools } from '../../data/readers/tools.ts';
import { zipEntries } from '../../data/readers/zip.ts';
import { MAX_PARAMETERS } from '../../model/spec.ts';
import { LONG_TEXT, PickleName, readPickle } from './pickle.ts';
import { storagesOf } from './state-dict.ts';
import { readTorchFile } from './torch-file.ts';
import { rulesFor, TensorView } from './torch-tensors.ts';

const folder = new URL('../../../test/golden/fixtures/torch/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const values: Record<string, Record<string, number[]>> = JSON.parse(
  readFileSync(new URL('values.json', folder), 'utf8'),
);

for (const [file, set] of [
  ['named.pt', 'named'],
  ['checkpoint.pt', 'named'],
  ['legacy.pt', 'legacy'],
  ['types.pt', 'types'],
])
  test(`${file}: the names in their order, and every value as float32`, async () => {
    const { tensors, key } = await readTorchFile(read(file), file);
    assert.equal(key, file === 'checkpoint.pt' ? 'model' : '');
    assert.deepEqual([...tensors.keys()], Object.keys(values[set]));
    for (const [name, { data, shape }] of tensors) {
      assert.deepEqual([...data], values[set][name].map(Math.fround), name);
      assert.equal(
        shape.reduce((product, size) => product * size, 1),
        data.length,
      );
    }
  });

describe('refused by name', () => {
  const wrong: readonly [string, RegExp][] = [
    ['module.pt', /its pickle names "__main__\.Named", and a state_dict does not/],
    ['protocol4.pt', /its pickle has protocol 4/],
  ];
  for (const [file, message] of wrong)
    test(file, async () => await assert.rejects(readTorchFile(read(file), file), { kind: 'data', message }));
});

/** A pickle of protocol 2 in the older format's place of a magic number. */
const pickle = (...opcodes: readonly (number | string)[]): Uint8Array =>
  Uint8Array.from([
    0x80,
    2,
    ...opcodes.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : [part])),
  ]);

describe('pickles that would run code, or fill memory', () => {
  const attacks: readonly [string, Uint8Array, RegExp][] = [
    ['a system call', pickle('cos\nsystem\n', 'X', 2, 0, 0, 0, 'ls', 0x85, 'R.'), /names "os\.system"/],
    ['a class', pickle('c__builtin__\neval\n)', 0x81, '.'), /names "__builtin__\.eval"/],
    ['an instance', pickle('(i__main__\nNet\n.'), /uses the opcode INST/],
    ['a new object', pickle('}}', 0x81, '.'), /uses the opcode NEWOBJ/],
    ['an unknown opcode', pickle(0xfe, '.'), /byte 2 is not an opcode/],
    ['a name in a string', pickle(0x8c, 2, 'os', '.'), /uses the opcode SHORT_BINUNICODE/],
    ['a long text', pickle('X', 0, 0, 0, 0x7f, '.'), /it ends early/],
    ['a long number', pickle(0x8a, 200, '.'), /has a number of 200 bytes/],
    ['a call of a dictionary', pickle('}', ')', 'R.'), /something that is not a function is called/],
    ['a truncated pickle', pickle('}('), /it ends early/],
    ['an empty stack', pickle('.'), /a value is missing/],
    ['a mark as a value', pickle('(.'), /a value is missing/],
    ['a memo without a value', pickle('h', 7, '.'), /the memo has no value 7/],
    ['endless values', pickle('N'.repeat(2_000_001), '.'), /more than 2000000 values/],
    ['a foreign pickle', pickle('K', 1, '.'), /torch\.save did not write it/],
  ];
  for (const [title, bytes, message] of attacks)
    test(title, async () => {
      await assert.rejects(readTorchFile(bytes, 'x.pt'), (error: CoutureError) => {
        assert.equal(error.kind, 'data');
        assert.match(error.message, message);
        return true;
      });
    });
});

test('a long text of a checkpoint is skipped', () => {
  const size = 5000;
  const length = [size & 255, size >> 8, 0, 0];
  const bytes = pickle('}', 'X', 6, 0, 0, 0, 'config', 'X', ...length, 'a'.repeat(size), 's.');
  const { value, end } = readPickle(bytes, 0, rulesFor('x.pt'));
  assert.deepEqual(value, new Map([['config', LONG_TEXT]]));
  assert.equal(end, bytes.length);
});

describe('what a pickle may not do with tensors', () => {
  const storage = ['storage', new PickleName('torch.DoubleStorage'), '0', 'cpu', 8];

  test('change the shape of one that was checked', () => {
    const { call, find } = rulesFor('x.pt');
    const [shape, strides] = [[8], [1]];
    const view = call('torch._utils._rebuild_tensor_v2', [find(storage) ?? null, 0, shape, strides]);
    shape.push(1_000_000);
    assert.ok(view instanceof TensorView);
    assert.deepEqual([view.shape, view.strides], [[8], [1]]);
  });

  test('lie in storages of more values than a network can have, however few they take', () => {
    const { find, call } = rulesFor('x.pt');
    const viewIn = (key: string): TensorView => {
      const large = find([...storage.slice(0, 2), key, 'cpu', MAX_PARAMETERS / 2]) ?? null;
      const view = call('torch._utils._rebuild_tensor_v2', [large, 0, [1], [1]]);
      assert.ok(view instanceof TensorView);
      return view;
    };
    const views = ['0', '1', '1'].map(viewIn);
    assert.deepEqual([...storagesOf(views, 'x.pt').values()], [1, 2]);
    assert.throws(() => storagesOf([...views, viewIn('2')], 'x.pt'), {
      kind: 'data',
      message: /its storages have 150000000 values, over the limit of 100000000/,
    });
  });
});

test('an archive without a pickle, and a damaged one', async () => {
  const bytes = read('named.pt');
  bytes[200] ^= 1;
  await assert.rejects(readTorchFile(bytes, 'x.pt'), {
    kind: 'data',
    message: /checksum is wrong|is damaged/,
  });
  await assert.rejects(readTorchFile(bytes.subarray(0, 600), 'x.pt'), { kind: 'data' });
});

/** The files of named.pt in another archive, as later versions of PyTorch write them. */
async function rewritten(more: Readonly<Record<string, string>>, folder = 'named'): Promise<Uint8Array> {
  const entries = await zipEntries(bytesSource(read('named.pt'), 'named.pt'), defaultTools);
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) files.set(entry.path, await entry.read());
  for (const [path, content] of Object.entries(more)) files.set(`named/${path}`, Buffer.from(content));
  const placed = new Map(
    [...files].map(([path, content]) => [path.replace(/^named\//, `${folder}/`), content]),
  );
  return encodeZip(placed, (path) => !path.endsWith('data.pkl')).bytes;
}

test('the folder in the archive has the name of the file, which may begin with a dot', async () => {
  const { tensors } = await readTorchFile(await rewritten({}, '.best'), '.best.pt');
  const { named } = values;
  assert.deepEqual([...tensors.keys()], Object.keys(named));
});

test('files that PyTorch 2 adds do not matter, and a packed pickle is unpacked', async () => {
  const more = { byteorder: 'little', '.format_version': '1', '.data/serialization_id': '0123456789' };
  const { tensors } = await readTorchFile(await rewritten(more), 'x.pt');
  const { named } = values;
  assert.deepEqual([...tensors.keys()], Object.keys(named));
  await assert.rejects(readTorchFile(await rewritten({ byteorder: 'big' }), 'x.pt'), {
    kind: 'data',
    message: 'x.pt cannot be imported: its numbers are big-endian.',
  });
  await assert.rejects(readTorchFile(await rewritten({ 'data/0': 'short' }), 'x.pt'), {
    kind: 'data',
    message: /the storage "0" has 5 bytes, not 120/,
  });
});
