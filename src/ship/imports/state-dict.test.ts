import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PickleValue } from './pickle.ts';
import { findStateDict } from './state-dict.ts';
import { Storage, TensorView } from './torch-tensors.ts';

const tensor = (...shape: number[]) =>
  new TensorView(new Storage('0', { type: 'F32', bytes: 4 }, 100), 0, shape, shape);
const map = (entries: Record<string, PickleValue>): Map<PickleValue, PickleValue> =>
  new Map(Object.entries(entries));
const state = map({ 'fc1.weight': tensor(3, 4), 'fc1.bias': tensor(3), 'bn1.num_batches_tracked': tensor() });
const optimizer = map({
  state: new Map<PickleValue, PickleValue>([[0, map({ step: tensor(), exp_avg: tensor(3, 4) })]]),
  param_groups: [map({ lr: 0.1 })],
});

test('the weights of a checkpoint are found among everything else', () => {
  const forms: [PickleValue, string][] = [
    [state, ''],
    [
      map({ epoch: 3, model_state_dict: state, optimizer_state_dict: optimizer, loss: 0.5 }),
      'model_state_dict',
    ],
    [map({ loss: tensor(), losses: tensor(20), state_dict: state, optimizer }), 'state_dict'],
    [map({ model: map({ state_dict: state, name: 'net' }), rng: tensor(9) }), 'model.state_dict'],
    // Weights of the classes in a loss.
    [map({ weight: tensor(10), state_dict: state }), 'state_dict'],
    [map({ criterion: map({ weight: tensor(10) }), model: state }), 'model'],
  ];
  for (const [value, key] of forms) {
    const found = findStateDict(value, 'x.pt');
    assert.equal(found.key, key);
    assert.deepEqual([...found.views.keys()], ['fc1.weight', 'fc1.bias']);
  }
});

const other = map({ 'fc1.weight': tensor(3, 4), 'fc1.bias': tensor(3) });

test('an average beside the weights is asked for, however it is stored, and chosen by its key', () => {
  const list = [tensor(3, 4), tensor(3)];
  const forms: [PickleValue, string, string][] = [
    [map({ state_dict: state, ema: other }), '"state_dict" and "ema"', 'ema'],
    [map({ model: state, extra: map({ ema: other }), optimizer }), '"model" and "extra.ema"', 'extra.ema'],
    // Put into the state_dict itself.
    [map({ ...Object.fromEntries(state), ema: other }), '"." and "ema"', '.'],
    // Names that are not those of modules, and no names: these cannot be chosen, but the others can.
    [
      map({ model: state, shadow: map({ fc1weight: tensor(3, 4), fc1bias: tensor(3) }) }),
      '"model" and "shadow"',
      'model',
    ],
    [
      map({ model: state, ema: map({ decay: 0.999, shadow_params: list }), optimizer }),
      '"model" and "ema.shadow_params"',
      'model',
    ],
  ];
  for (const [value, keys, key] of forms) {
    assert.throws(() => findStateDict(value, 'x.pt'), {
      kind: 'usage',
      message: `x.pt has 2 sets of weights: ${keys}.`,
      hint: /^Choose one: --key \S+/,
    });
    const found = findStateDict(value, 'x.pt', key);
    assert.deepEqual([found.key, found.rest], [key === '.' ? '' : key, undefined]);
    assert.equal(
      found.views.get('fc1.weight') === state.get('fc1.weight'),
      key !== 'ema' && key !== 'extra.ema',
    );
  }
  assert.throws(() => findStateDict(map({ model: state, ema: other }), 'x.pt', 'emma'), {
    kind: 'usage',
    message: 'x.pt has no weights with the key "emma".',
    hint: 'Its keys are "model" and "ema".',
  });
});

test('the state of an optimizer is no second set: it has tensors of the same shapes for each parameter', () => {
  const one = (...shape: number[]) =>
    map({ step: tensor(), exp_avg: tensor(...shape), exp_avg_sq: tensor(...shape) });
  const adam = map({
    state: new Map<PickleValue, PickleValue>([
      [0, one(3, 4)],
      [1, one(3)],
    ]),
  });
  assert.equal(findStateDict(map({ model: state, optimizer: adam }), 'x.pt').key, 'model');
});

test('no weights are refused, also where a dictionary contains itself many times', () => {
  const cyclic = map({});
  for (let i = 0; i < 1000; i++) cyclic.set(`again ${i}`, cyclic);
  for (const value of [map({}), map({ epoch: 3 }), [], 'text', null, cyclic])
    assert.throws(() => findStateDict(value, 'x.pt'), {
      message: 'x.pt cannot be imported: it does not hold a dictionary of tensors.',
    });
  // Tensors by other names are named by what reads them.
  assert.deepEqual([...findStateDict(map({ conv: tensor(1, 2) }), 'x.pt').views.keys()], ['conv']);
});
