import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeCard, makeInfo, makeModel, makeNetwork } from '../../test/model-fixture.ts';
import { CoutureError } from '../core/errors.ts';
import { imageSize } from '../data/image-shape.ts';
import { fitUnlike } from '../inspect/fit-unlike.ts';
import type { Network } from '../model/network.ts';
import { multilayer } from '../model/spec.ts';
import { fromFloat16, toFloat16 } from './float16.ts';
import { foldBatchNorm } from './fold.ts';
import { decodeModel, encodeModel, type ModelFile } from './model-file.ts';
import { precisions } from './precision.ts';
import { decodeStoredTensors, encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { encodeSealed } from './sealed.ts';

const two = [makeNetwork(multilayer(12, [8], 3), 1), makeNetwork(multilayer(12, [5, 4], 3), 2)];
const normed = makeNetwork(multilayer(12, [8], 3, [0.1], { norm: 'batch' }), 3);

test('a model comes back as it was, in every precision; vectors keep every bit', async () => {
  for (const precision of precisions) {
    const model = makeModel({
      members: [...two, normed],
      precision,
      temperature: 1.25,
      views: { flip: true, shift: 2 },
    });
    const bytes = await encodeModel(model);
    assert.deepEqual(await encodeModel(model), bytes, 'the same bits again');
    const { members, ...rest } = await decodeModel(bytes, 'test');
    const { members: given, ...expected } = model;
    assert.deepEqual(rest, expected);
    assert.deepEqual(
      members.map(({ spec, input }) => ({ spec, input })),
      given.map(({ spec, input }) => ({ spec, input })),
    );
    members.forEach(({ weights }, i) => {
      for (const [name, values] of given[i].weights) {
        const found = weights.get(name)!;
        const exact = precision === 'float32' || !/^fc\d\.weight$/.test(name);
        if (exact) assert.deepEqual(found, values, name);
        else if (precision === 'float16')
          assert.deepEqual(
            found,
            values.map((value) => fromFloat16(toFloat16(value))),
          );
        else {
          const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
          values.forEach((value, j) => {
            assert.ok(Math.abs(found[j] - value) < most * 0.02, `${name}: ${value} became ${found[j]}`);
          });
        }
      }
    });
  }
});

test('what the training images look like travels with the model, and is checked', async () => {
  const model = makeModel();
  const { shape } = model.data;
  const images = Uint8Array.from({ length: 60 * imageSize(shape) }, (_, i) => (i * 37 + (i >> 3)) % 256);
  const unlike = fitUnlike({ shape, train: images, validation: images });
  assert.deepEqual((await decodeModel(await encodeModel({ ...model, unlike }), 'test')).unlike, unlike);
  const broken = await encodeModel({ ...model, unlike: { ...unlike, mean: 'AAAA' } });
  await assert.rejects(decodeModel(broken, 'bad'), {
    kind: 'data',
    message: /^bad: .*its parts do not match/,
  });
  const other = { ...unlike, grid: { ...unlike.grid, channels: 3 as const } };
  await assert.rejects(encodeModel({ ...model, unlike: other }), {
    message: /description of the training images has 3 channels/,
  });
});

test('tensors have the names of a state_dict, of several networks behind their number', async () => {
  const names = async (model: ModelFile): Promise<string[]> => [
    ...decodeStoredTensors(await encodeModel(model), 'test').tensors.keys(),
  ];
  assert.deepEqual(await names(makeModel()), ['fc1.bias', 'fc1.weight', 'fc2.bias', 'fc2.weight']);
  assert.deepEqual(await names(makeModel({ precision: 'int8' })), [
    ...['fc1.bias', 'fc1.weight.scale', 'fc2.bias', 'fc2.weight.scale', 'fc1.weight', 'fc2.weight'],
  ]);
  assert.ok((await names(makeModel({ members: two }))).includes('members.1.fc3.weight'));
});

test('784-448-224-10 in int8 with its norms folded takes less than 500,000 bytes', async () => {
  const spec = multilayer(784, [448, 224], 10, [0.2, 0.2], { norm: 'batch' });
  const classNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);
  const model = makeModel({
    members: [foldBatchNorm(makeNetwork(spec, 1))],
    data: makeInfo({ height: 28, width: 28, channels: 1 }, classNames),
    precision: 'int8',
  });
  const { length } = await encodeModel(model);
  assert.ok(length < 500_000, `${length} bytes`);
});

/** A change to the description of the data set. */
const ofData = (change: (data: object) => object) => (all: Record<string, unknown>) => {
  const { data } = all;
  assert.ok(typeof data === 'object' && data !== null);
  return { ...all, data: change(data) };
};

/** So many times the first network. */
const times = (count: number) => (all: Record<string, unknown>) => {
  const { members } = all;
  assert.ok(Array.isArray(members));
  return { ...all, members: Array.from({ length: count }, () => members[0]) };
};

/** The bytes of a model with something changed in its description or its tensors. */
async function tamper(
  model: ModelFile,
  change: (description: Record<string, unknown>) => unknown,
  tensors: (tensors: Map<string, StoredTensor>) => void = () => {},
): Promise<Uint8Array> {
  const file = decodeStoredTensors(await encodeModel(model), 'test');
  const changed = change(JSON.parse(file.metadata['couture.model']));
  const text = typeof changed === 'string' ? changed : JSON.stringify(changed);
  const own = new Map(file.tensors);
  tensors(own);
  const { 'couture.sha256': _digest, ...metadata } = file.metadata;
  return await encodeSealed(own, { ...metadata, 'couture.model': text });
}

const shaped = (height: number, width: number) => ({ height, width, channels: 1 });

const floats = (length: number, value = 0): StoredTensor => ({
  shape: [length],
  data: new Float32Array(length).fill(value),
});

test('each fault of a file is named in a sentence', async () => {
  const plain = makeModel();
  const small = makeModel({ precision: 'int8' });
  const same = (description: object): object => description;
  const cases: [Uint8Array | Promise<Uint8Array>, RegExp][] = [
    [encodeSafetensors(new Map()), /contains tensors, but not a model of Couture/],
    [tamper(plain, () => '{'), /its description, line 1, column 2: it is not valid JSON/],
    [tamper(plain, () => '[1]'), /not a JSON object/],
    [tamper(plain, () => JSON.stringify('x'.repeat(2 ** 20))), /over the limit of 1048576/],
    [tamper(plain, (all) => ({ ...all, version: 1 })), /version 1, but only version 2 can be read/],
    [tamper(plain, (all) => ({ ...all, version: undefined })), /version undefined, but only/],
    [tamper(plain, (all) => ({ ...all, temperature: 0 })), /temperature must be/],
    [tamper(plain, (all) => ({ ...all, temperature: null })), /temperature must be a number, not null/],
    [tamper(plain, (all) => ({ ...all, precision: 'int4' })), /precision must be "float32", /],
    [tamper(plain, (all) => ({ ...all, views: { flip: true, shift: 3 } })), /views.shift must be at most/],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, shape: shaped(1e9, 3) })),
      ),
      /data.shape.height must be at most 128, not the number 1000000000/,
    ],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, shape: shaped(5, 3) })),
      ),
      /takes 12 values .* images are 5x3 gray/,
    ],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, classNames: ['a', 'b'] })),
      ),
      /there are 2 class names/,
    ],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, classNames: ['a', 'b', 'a'] })),
      ),
      /two classes have the same name/,
    ],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, origin: { kind: 'import', path: '/home/me' } })),
      ),
      /data.origin/,
    ],
    [
      tamper(
        plain,
        ofData((data) => ({ ...data, classNames: ['a', 'b', '\u001b[2J'] })),
      ),
      /data.classNames\[2\]: it contains control/,
    ],
    [tamper(plain, (all) => ({ ...all, more: 1 })), /"more"/],
    [tamper(plain, (all) => ({ ...all, members: [] })), /members must have at least 1 item, not 0/],
    [tamper(plain, times(65)), /members must have at most 64 items, not 65/],
    [tamper(plain, times(2)), /2 networks, but the card lists 1/],
    [
      tamper(plain, (all) => ({ ...all, members: [multilayer(12, [9], 3)] })),
      /tensor "fc1.weight" is F32 \[8, 12\], but the model needs F32 \[9, 12\]/,
    ],
    [
      tamper(plain, (all) => ({ ...all, members: [{ layers: multilayer(12, [8], 3).layers.slice(1) }] })),
      /network 0: Invalid model: layer 0 is ReLU/,
    ],
    [tamper(plain, (all) => ({ ...all, precision: 'float16' })), /"fc1.weight" is F32 .* needs F16/],
    [tamper(plain, same, (own) => own.delete('fc2.bias')), /lacks the tensor "fc2.bias"/],
    [
      tamper(plain, same, (own) => own.set('fc9.bias', floats(1))),
      /a tensor "fc9.bias" that belongs to no network/,
    ],
    [tamper(plain, same, (own) => own.set('fc1.bias', floats(7))), /"fc1.bias" is F32 \[7\]/],
    [tamper(plain, same, (own) => own.set('fc1.bias', floats(8, Number.NaN))), /not finite/],
    [tamper(small, same, (own) => own.delete('fc1.weight.scale')), /lacks the tensor "fc1.weight.scale"/],
    [tamper(small, same, (own) => own.set('fc1.weight.scale', floats(8, Number.NaN))), /not above 0/],
    [tamper(small, same, (own) => own.set('fc1.weight.scale', floats(8, 0))), /not above 0/],
    [tamper(small, same, (own) => own.set('fc1.weight.scale', floats(8, 3e38))), /not finite/],
  ];
  for (const [bytes, message] of cases) {
    await assert.rejects(decodeModel(await bytes, 'bad.safetensors'), (error) => {
      assert.ok(error instanceof CoutureError && error.kind === 'data', String(error));
      assert.match(error.message, message);
      assert.match(error.message, /bad\.safetensors/);
      return true;
    });
  }
  const norms = makeModel({ members: [normed] });
  const negative = await tamper(norms, same, (own) => own.set('bn1.running_var', floats(8, -1)));
  await assert.rejects(decodeModel(negative, 'f'), /a variance below 0/);
  const half = makeModel({ precision: 'float16' });
  const infinite = await tamper(half, same, (own) =>
    own.set('fc1.weight', { shape: [8, 12], data: new Uint16Array(96).fill(0x7c00) }),
  );
  await assert.rejects(decodeModel(infinite, 'f'), /not finite/);
});

test('truncated and damaged files give a data error, never another one', async () => {
  const whole = await encodeModel(makeModel({ members: two, precision: 'int8' }));
  for (let length = 0; length < whole.length; length += 13)
    await assert.rejects(decodeModel(whole.subarray(0, length), 'cut'), { kind: 'data' });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const bytes = whole.slice();
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        const same = bytes.every((byte, i) => byte === whole[i]);
        const answer = await decodeModel(bytes, 'test').catch((error: unknown) => error);
        if (same) assert.ok(!(answer instanceof Error), String(answer));
        else assert.ok(answer instanceof CoutureError && answer.kind === 'data', String(answer));
      },
    ),
    { numRuns: 500 },
  );
});

test('what could not be read again is not written', async () => {
  const refused: [Partial<ModelFile>, RegExp][] = [
    [{ temperature: 100 }, /temperature/],
    [{ card: { ...makeCard(['hat', 'shoe', 'sock'], 1), title: 'two\nlines' } }, /card.title/],
    [{ card: makeCard(['hat', 'shoe', 'sock'], 2) }, /the card lists 2/],
    [{ members: [makeNetwork(multilayer(13, [8], 3), 1)] }, /takes 13 values/],
  ];
  for (const [changes, message] of refused)
    await assert.rejects(encodeModel(makeModel(changes)), { kind: 'usage', message });
  const huge = makeNetwork(multilayer(12, [8], 3), 1);
  const weights = new Map(huge.weights).set('fc1.weight', new Float32Array(96).fill(7e4));
  const members = [{ ...huge, weights }];
  await assert.rejects(encodeModel(makeModel({ members, precision: 'float16' })), /too large for float16/);
  weights.get('fc1.weight')![5] = Number.NaN;
  for (const precision of precisions)
    await assert.rejects(encodeModel(makeModel({ members, precision })), {
      kind: 'usage',
      message: /fc1.weight contains NaN/,
    });
  const many = makeNetwork(multilayer(12, Array<number>(32).fill(3), 3, [], { blocks: 32 }), 1);
  const ensemble = { members: Array<Network>(64).fill(many), card: makeCard(['hat', 'shoe', 'sock'], 64) };
  await assert.rejects(encodeModel(makeModel({ ...ensemble, precision: 'int8-blocks' })), {
    kind: 'usage',
    message: /\d+ tensors, over the limit of 10000/,
  });
});
