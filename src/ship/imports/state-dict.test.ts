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

test('several of them are refused with the command that saves one', () => {
  assert.throws(
    () => findStateDict(map({ state_dict: state, ema: map({ 'fc1.weight': tensor(3, 4) }) }), 'x.pt'),
    {
      kind: 'data',
      message: 'x.pt cannot be imported: it holds 2 dictionaries of weights: "state_dict", "ema".',
      hint: 'Save one of them alone: torch.save(torch.load("x.pt")["state_dict"], "model.pt")',
    },
  );
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
