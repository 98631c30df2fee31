/** Networks from names and shapes: the order of the layers, the places of the norms, and what cannot be known. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Tensor } from '../safetensors.ts';
import type { LayerWishes } from './arrange.ts';
import { needsActivation, networksOf, normsToName } from './networks.ts';
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
) => networksOf({ tensors: tensors(shapes), key: '', isOrdered, description: undefined }, wishes, 'net')[0];

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

describe('the alphabet is not an order', () => {
  const square = (...names: string[]): Record<string, readonly number[]> => ({
    ...Object.fromEntries(names.map((name) => [`${name}.weight`, [4, 4]])),
    'head.weight': [3, 4],
  });
  const asks: readonly (readonly [string, Record<string, readonly number[]>])[] = [
    ['words that are sorted as a chain', square('fc_one', 'fc_two', 'fc_three')],
    ['two lists of the same width', square('encoder.0', 'middle.0', 'encoder.2')],
  ];
  for (const [title, shapes] of asks)
    test(`is asked for: ${title}`, () => {
      assert.throws(() => network(shapes), {
        kind: 'usage',
        message: /fit in several orders/,
        hint: /--layers/,
      });
      // A file of torch.save has the order in which the layers were made.
      assert.deepEqual(network(shapes, undefined, true).modules[0], Object.keys(shapes)[0].slice(0, -7));
    });

  const known: readonly (readonly [string, Record<string, readonly number[]>, string[]])[] = [
    ['numbers', square('fc2', 'fc10', 'fc1'), ['fc1', 'fc2', 'fc10', 'head']],
    ['numbers inside', square('blocks.1.fc', 'blocks.0.fc'), ['blocks.0.fc', 'blocks.1.fc', 'head']],
    [
      'numbers that descend',
      { 'l2.weight': [5, 6], 'l1.weight': [4, 5], 'l0.weight': [3, 4] },
      ['l2', 'l1', 'l0'],
    ],
  ];
  for (const [title, shapes, modules] of known)
    test(`is not asked for: ${title}`, () => assert.deepEqual(network(shapes).modules, modules));

  test('60 numbered layers of one width are one chain, and found at once', () => {
    const names = Array.from({ length: 60 }, (_, i) => `fc${i}`);
    assert.deepEqual(network(square(...names)).modules, [...names, 'head']);
  });

  test('norms of one width are placed by number or name, not by the alphabet', () => {
    const linears = { 'fc1.weight': [4, 6], 'fc2.weight': [4, 4], 'fc3.weight': [3, 4] };
    const norm = (name: string) => ({ [`${name}.weight`]: [4], [`${name}.bias`]: [4] });
    assert.throws(() => network({ ...linears, ...norm('ln_first'), ...norm('ln_second') }), {
      kind: 'usage',
      message: /the places of "ln_first", "ln_second" cannot be known/,
    });
    const placed = [
      ...['Linear', 'LayerNorm', 'ReLU', 'Linear', 'LayerNorm', 'ReLU', 'Linear', 'LogSoftmax'],
    ];
    assert.deepEqual(typesOf({ ...linears, ...norm('fc1_ln'), ...norm('fc2_ln') }), placed);
    assert.deepEqual(typesOf({ ...linears, ...norm('layer_norms.0'), ...norm('layer_norms.1') }), placed);
  });
});

test('more dropout than hidden layers is refused, and fewer leave the last ones without', () => {
  const shapes = { 'fc1.weight': [4, 6], 'fc2.weight': [4, 4], 'fc3.weight': [3, 4] };
  assert.throws(() => network(shapes, { activation: 'relu', dropout: [0.2, 0.3, 0.4] }), {
    kind: 'usage',
    message: '--dropout has 3 values, but the network of net has 2 hidden layers.',
  });
  assert.deepEqual(typesOf(shapes, { activation: 'relu', dropout: [0.2] }), [
    ...['Linear', 'ReLU', 'Dropout', 'Linear', 'ReLU', 'Linear', 'LogSoftmax'],
  ]);
});

test('norms without running statistics are named, unless their names say LayerNorm', () => {
  const unclear = (...names: string[]) => {
    const shapes = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.weight`, [4]],
        [`${name}.bias`, [4]],
      ]),
    );
    return normsToName({ tensors: tensors(shapes), key: '', isOrdered: true, description: undefined }, 'net')
      .names;
  };
  assert.deepEqual(
    unclear('ln1', 'net.ln', 'layer_norm', 'LayerNorm2', 'block.0.layernorm', 'fc1_ln', 'ln_2'),
    [],
  );
  const others = ['1', 'norm', 'net.3', 'norm1', 'fln', 'lnx', 'group'];
  assert.deepEqual(unclear(...others), others);
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

  test('is asked for when a Sequential has a module without weights before the norm', () => {
    const shapes = { '0.weight': [4, 6], ...vector('2', 4, true), '3.weight': [3, 4] };
    assert.throws(() => network(shapes), {
      kind: 'usage',
      message: /between "0", "2" is a module without weights, such as an activation/,
      hint: 'Give the layers in the order of the network, with the activations, for example: --layers 0,relu,2,3',
    });
  });

  test('leave room for an activation in a Sequential, and say nothing in a ModuleList', () => {
    const linears = { '0.weight': [4, 6], '2.weight': [4, 4], '3.weight': [3, 4] };
    assert.throws(() => network(linears), {
      message: /between "2", "3" is no place for an activation/,
      hint: /--layers 0,relu,2,3$/,
    });
    const list = { 'l.0.weight': [4, 6], 'l.1.weight': [4, 4], 'l.2.weight': [3, 4] };
    assert.deepEqual(typesOf(list), ['Linear', 'ReLU', 'Linear', 'ReLU', 'Linear', 'LogSoftmax']);
  });

  test('is asked for when it cannot be known', () => {
    const shapes = { 'a.weight': [4, 6], 'b.weight': [4, 4], 'c.weight': [3, 4], ...vector('x.norm', 4) };
    assert.throws(() => network(shapes), {
      kind: 'usage',
      message: /the places of "x\.norm" cannot be known/,
    });
  });
});

test('a BatchNorm1d in front of a Linear becomes part of it', () => {
  const norm = { 'n.weight': [4], 'n.bias': [4], 'n.running_mean': [4], 'n.running_var': [4] };
  const shapes = { 'a.weight': [4, 6], ...norm, 'b.weight': [3, 4], 'b.bias': [3] };
  const { spec, weights, folded } = network(shapes, { layers: ['a', 'relu', 'n', 'dropout=0.5', 'b'] });
  assert.deepEqual(
    spec.layers.map(({ type }) => type),
    ['Linear', 'ReLU', 'Dropout', 'Linear', 'LogSoftmax'],
  );
  assert.deepEqual(folded, [['n', 'b']]);
  // By PyTorch's definition, for an input of the norm.
  const given = tensors(shapes);
  const value = (name: string, i: number): number => given.get(name)!.data[i];
  const x = [0.5, -1, 2, 0.25];
  for (let o = 0; o < 3; o++) {
    let expected = value('b.bias', o);
    let found = weights.get('fc2.bias')![o];
    for (let i = 0; i < 4; i++) {
      const deviation = Math.sqrt(value('n.running_var', i) + 1e-5);
      const normed =
        ((x[i] - value('n.running_mean', i)) / deviation) * value('n.weight', i) + value('n.bias', i);
      expected += value('b.weight', o * 4 + i) * normed;
      found += weights.get('fc2.weight')![o * 4 + i] * x[i];
    }
    assert.ok(Math.abs(found - expected) < 1e-5 * Math.abs(expected), `${found}, not ${expected}`);
  }
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
    [
      'a transposed weight',
      { 'a.weight': [6, 4], 'a.bias': [4] },
      {},
      /"a\.bias" has the shape \[4\], not \[6\]/,
    ],
    [
      'PReLU, whose weight looks like that of a norm',
      { 'a.weight': [4, 6], 'act.weight': [4], 'b.weight': [3, 4] },
      {},
      /"act\.weight" has no bias beside it, so it may be of PReLU, RMSNorm or LayerNorm/,
    ],
    [
      'a norm that is no LayerNorm by its name',
      { 'a.weight': [4, 6], 'bn1.weight': [4], 'bn1.bias': [4], 'b.weight': [3, 4] },
      {},
      /norm "bn1" has no running statistics, but by its name it is no LayerNorm/,
    ],
    [
      'a pruned weight',
      { 'a.bias': [4], 'a.weight_orig': [4, 6], 'a.weight_mask': [4, 6] },
      {},
      /"a\.weight_orig" of shape \[4, 6\] belongs to no Linear/,
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
