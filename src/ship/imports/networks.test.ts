/** Networks from names and shapes: the order of the layers, the places of the norms, and what cannot be known. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Tensor } from '../safetensors.ts';
import type { LayerWishes } from './arrange.ts';
import { needsActivation, networksOf } from './networks.ts';
import { readForeign } from './read-foreign.ts';

/** Tensors by names and shapes; each has values of its own. */
function tensors(shapes: Record<string, readonly number[]>): Map<string, Tensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape], i) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: Float32Array.from({ length }, (_, j) => i + 1 + j / 100) }];
    }),
  );
}

const network = (
  shapes: Record<string, readonly number[]>,
  wishes: LayerWishes = { activation: 'relu' },
  isOrdered = false,
) => networksOf({ tensors: tensors(shapes), isOrdered, description: undefined }, wishes, 'net')[0];

const typesOf = (shapes: Record<string, readonly number[]>, wishes?: LayerWishes, isOrdered?: boolean) =>
  network(shapes, wishes, isOrdered).spec.layers.map(({ type }) => type);

describe('the order of the layers', () => {
  const orders: readonly [string, Record<string, readonly number[]>, string[]][] = [
    [
      'by number',
      { 'fc10.weight': [3, 4], 'fc2.weight': [4, 4], 'fc1.weight': [4, 6] },
      ['fc1', 'fc2', 'fc10'],
    ],
    [
      'by place in a Sequential',
      { 'net.0.weight': [5, 6], 'net.2.weight': [4, 5], 'net.10.weight': [3, 4] },
      ['net.0', 'net.2', 'net.10'],
    ],
    [
      'by widths, where names do not say',
      { 'hidden.weight': [4, 5], 'input.weight': [5, 6], 'output.weight': [3, 4] },
      ['input', 'hidden', 'output'],
    ],
  ];
  for (const [title, shapes, modules] of orders)
    test(title, () => assert.deepEqual(network(shapes).modules, modules));

  test('is asked for when several fit', () => {
    const shapes = { 'a.weight': [3, 4], 'b.weight': [4, 4], 'c.weight': [4, 4], 'd.weight': [4, 6] };
    assert.throws(() => network(shapes), {
      kind: 'usage',
      message: /^net does not say its order: the Linear layers fit in several orders/,
      hint: /--layers a,relu,b,relu,c,relu,d$/,
    });
    const wishes = { layers: ['d', 'gelu', 'c', 'dropout=0.25', 'b', 'relu', 'a'] };
    const { spec, modules } = network(shapes, wishes);
    assert.deepEqual(modules, ['d', 'c', 'b', 'a']);
    assert.deepEqual(
      spec.layers.map(({ type }) => type),
      ['Linear', 'GELU', 'Linear', 'Dropout', 'Linear', 'ReLU', 'Linear', 'LogSoftmax'],
    );
  });
});

describe('the places of the norms', () => {
  const vector = (name: string, size: number, batch = false): Record<string, readonly number[]> => ({
    [`${name}.weight`]: [size],
    [`${name}.bias`]: [size],
    ...(batch && { [`${name}.running_mean`]: [size], [`${name}.running_var`]: [size] }),
  });
  const layered = ['Linear', 'BatchNorm1d', 'ReLU', 'Linear', 'ReLU', 'Linear', 'LogSoftmax'];

  test('by number: bn1 belongs to fc1, also where it comes after fc2', () => {
    const linears = { 'fc1.weight': [4, 6], 'fc2.weight': [4, 4], 'fc3.weight': [3, 4] };
    assert.deepEqual(typesOf({ ...linears, ...vector('bn1', 4, true) }), layered);
    assert.deepEqual(typesOf({ ...linears, ...vector('bn1', 4, true) }, undefined, true), layered);
  });

  test('by place: after the Linear before it', () => {
    const shapes = {
      '0.weight': [4, 6],
      ...vector('1', 4),
      '3.weight': [4, 4],
      ...vector('4', 4),
      '6.weight': [3, 4],
    };
    assert.deepEqual(typesOf(shapes), [
      ...['Linear', 'LayerNorm', 'ReLU', 'Linear', 'LayerNorm', 'ReLU', 'Linear', 'LogSoftmax'],
    ]);
  });

  test('is asked for when it cannot be known', () => {
    const shapes = { 'a.weight': [4, 6], 'b.weight': [4, 4], 'c.weight': [3, 4], ...vector('x.norm', 4) };
    assert.throws(() => network(shapes), {
      kind: 'usage',
      message: /the places of "x\.norm" cannot be known/,
    });
  });
});

test('weights go to their layers, and what a module lacks has its default', () => {
  const shapes = {
    'one.weight': [4, 6],
    'two.weight': [3, 4],
    'two.bias': [3],
    'norm.running_mean': [4],
    'norm.running_var': [4],
  };
  const { weights, spec } = network(shapes, { layers: ['one', 'norm', 'silu', 'two'] });
  assert.equal(spec.layers[1].type, 'BatchNorm1d');
  assert.equal(weights.get('fc1.weight')?.[1], Math.fround(1.01));
  assert.deepEqual([...(weights.get('fc1.bias') ?? [])], [0, 0, 0, 0]);
  assert.deepEqual([...(weights.get('bn1.weight') ?? [])], [1, 1, 1, 1]);
  assert.equal(weights.get('bn1.running_mean')?.[0], 4);
  assert.equal(weights.get('fc2.bias')?.[2], Math.fround(3.02));
});

describe('refused', () => {
  const wrong: readonly [string, Record<string, readonly number[]>, LayerWishes, RegExp][] = [
    [
      'a convolution',
      { 'conv.weight': [2, 1, 3, 3] },
      {},
      /"conv\.weight" of shape \[2, 1, 3, 3\], as of a convolution/,
    ],
    [
      'attention',
      { 'attn.in_proj_weight': [9, 3] },
      {},
      /"attn\.in_proj_weight" of shape \[9, 3\] belongs to no Linear/,
    ],
    [
      'a bias of another width',
      { 'a.weight': [3, 4], 'a.bias': [4] },
      {},
      /"a\.bias" has the shape \[4\], not \[3\]/,
    ],
    ['no chain', { 'a.weight': [3, 4], 'b.weight': [5, 6] }, {}, /form no chain: a 4 to 3, b 6 to 5/],
    ['no tensors', {}, {}, /it has no tensors/],
    ['an unknown layer', { 'a.weight': [3, 4] }, { layers: ['b'] }, /The layer "b" is not in net/],
    [
      'a layer left out',
      { 'a.weight': [3, 4], 'b.weight': [3, 3] },
      { layers: ['a'] },
      /leave out "b" of net/,
    ],
    [
      'layers that do not fit',
      { 'a.weight': [3, 4], 'b.weight': [5, 6] },
      { layers: ['a', 'b'] },
      /takes 6 values, but the layer before it gives 3/,
    ],
  ];
  for (const [title, shapes, wishes, message] of wrong)
    test(title, () => assert.throws(() => network(shapes, wishes), { message }));
});

test('files of PyTorch: a network by names, one by places', async () => {
  const folder = new URL('../../../test/golden/fixtures/torch/', import.meta.url);
  const read = async (name: string) =>
    await readForeign(new Uint8Array(readFileSync(new URL(name, folder))), name);
  const named = await read('named.pt');
  assert.ok(needsActivation(named, 'named.pt'));
  assert.deepEqual(networksOf(named, { activation: 'gelu', dropout: [0.5] }, 'named.pt')[0].modules, [
    ...['input', 'norm', 'hidden', 'output'],
  ]);
  const [{ spec }] = networksOf(await read('legacy.pt'), { activation: 'relu' }, 'legacy.pt');
  assert.deepEqual(
    spec.layers.map(({ type }) => type),
    ['Linear', 'LayerNorm', 'ReLU', 'Linear', 'LogSoftmax'],
  );
  await assert.rejects(async () => networksOf(await read('convolution.pt'), {}, 'convolution.pt'), {
    message: /as of a convolution/,
  });
});
