import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyFromSeed } from '../core/philox.ts';
import { initialize } from './init.ts';
import { buildProgram, planModel } from './program.ts';
import {
  batchNorm,
  checkModelSpec,
  dropout,
  gelu,
  linear,
  logSoftmax,
  multilayer,
  relu,
  sequential,
} from './spec.ts';
import { summarize } from './summary.ts';

const deeper = multilayer(784, [392, 196, 98, 49], 10, [0.25, 0.25, 0.25]);

describe('a spec', () => {
  test('has the layers that were asked for', () => {
    assert.deepEqual(
      multilayer(4, [3], 2, [0.5]),
      sequential(linear(4, 3), relu(), dropout(0.5), linear(3, 2), logSoftmax()),
    );
  });

  const wrong: readonly [string, unknown, RegExp][] = [
    ['widths that do not meet', { layers: [linear(4, 3), linear(5, 2), logSoftmax()] }, /takes 5.*gives 3/],
    ['no Linear first', { layers: [relu(), linear(4, 2), logSoftmax()] }, /first layer must be Linear/],
    ['no LogSoftmax last', { layers: [linear(4, 2), relu()] }, /last layer must be LogSoftmax/],
    ['ReLU before LogSoftmax', { layers: [linear(4, 2), relu(), logSoftmax()] }, /before LogSoftmax must be/],
    [
      'LogSoftmax within',
      { layers: [linear(4, 2), logSoftmax(), linear(2, 2), logSoftmax()] },
      /only come last/,
    ],
    ['an unknown layer', { layers: [{ type: 'Conv2d' }, logSoftmax()] }, /layers\.0/],
    [
      'BatchNorm1d of another width',
      { layers: [linear(4, 3), batchNorm(2), linear(3, 2), logSoftmax()] },
      /takes 2.*gives 3/,
    ],
    [
      'BatchNorm1d behind ReLU',
      { layers: [linear(4, 3), relu(), batchNorm(3), linear(3, 2), logSoftmax()] },
      /must follow a Linear/,
    ],
    [
      'GELU behind Dropout',
      { layers: [linear(4, 3), dropout(0.5), gelu(), linear(3, 2), logSoftmax()] },
      /must follow a Linear or/,
    ],
    [
      'two activations',
      { layers: [linear(4, 3), gelu(), relu(), linear(3, 2), logSoftmax()] },
      /second activation/,
    ],
    ['a dropout of 1', { layers: [linear(4, 2), dropout(1), linear(2, 2), logSoftmax()] }, /layers\.1\.p/],
    ['a width of 0', { layers: [linear(4, 0), logSoftmax()] }, /layers\.0\.out/],
    ['too many parameters', { layers: [linear(65_536, 65_536), linear(65_536, 2), logSoftmax()] }, /limit/],
    ['a key too many', { layers: [linear(4, 2), logSoftmax()], name: 'x' }, /name/],
    ['no object', 'Linear', /Invalid model/],
  ];
  for (const [what, value, message] of wrong) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => checkModelSpec(value), { kind: 'usage', message });
    });
  }
});

describe('a plan', () => {
  test('folds activation and dropout into the Linear before, and names parameters as PyTorch does', () => {
    const { layers, parameters } = planModel(deeper);
    assert.deepEqual(
      layers.map(({ name, in: inputs, out, activation, dropout: p }) => [name, inputs, out, activation, p]),
      [
        ['fc1', 784, 392, 'relu', 0.25],
        ['fc2', 392, 196, 'relu', 0.25],
        ['fc3', 196, 98, 'relu', 0.25],
        ['fc4', 98, 49, 'relu', 0],
        ['fc5', 49, 10, 'none', 0],
      ],
    );
    const [weight, bias] = [parameters[0], parameters[9]];
    assert.deepEqual(weight, {
      name: 'fc1.weight',
      shape: [392, 784],
      layer: 0,
      part: 'weight',
      trained: true,
    });
    assert.deepEqual(bias, { name: 'fc5.bias', shape: [10], layer: 4, part: 'bias', trained: true });
  });

  test('gives BatchNorm1d its vectors behind the Linear’s, of which the running ones are not trained', () => {
    const spec = multilayer(4, [3], 2, [0.5], { activation: 'gelu', norm: 'batch' });
    const { layers, parameters } = planModel(spec);
    assert.deepEqual([layers[0].norm, layers[0].activation, layers[0].dropout], ['batch', 'gelu', 0.5]);
    assert.deepEqual(
      parameters.map(({ name, trained }) => (trained ? name : `(${name})`)),
      [
        'fc1.weight',
        'fc1.bias',
        'bn1.weight',
        'bn1.bias',
        '(bn1.running_mean)',
        '(bn1.running_var)',
        'fc2.weight',
        'fc2.bias',
      ],
    );
    const initial = initialize(planModel(spec), keyFromSeed(1));
    assert.deepEqual(initial.get('bn1.running_var'), Float32Array.of(1, 1, 1));
    assert.deepEqual(initial.get('bn1.bias'), new Float32Array(3));
    assert.equal(summarize(spec).parameters, 4 * 3 + 3 + 2 * 3 + 3 * 2 + 2);
  });

  test('becomes a program that reads weights before it updates them', () => {
    const steps = buildProgram(sequential(linear(4, 3), relu(), linear(3, 2), logSoftmax())).train;
    assert.deepEqual(
      steps.map((step) => ('layer' in step ? `${step.op} ${step.layer}` : step.op)),
      [
        'gather',
        'linear 0',
        'linear 1',
        'nllGradient',
        'inputGradient 1',
        'weightGradientUpdate 0',
        'weightGradientUpdate 1',
      ],
    );
  });
});

test('first weights are uniform within 1 / sqrt(fan in), and do not change when a layer is added', () => {
  const values = initialize(planModel(deeper), keyFromSeed(1));
  const weight = values.get('fc1.weight') ?? new Float32Array();
  assert.equal(weight.length, 392 * 784);
  const largest = weight.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  assert.ok(largest <= 1 / 28 && largest > 0.9999 / 28);
  const variance = weight.reduce((sum, value) => sum + value ** 2, 0) / weight.length;
  assert.ok(Math.abs(variance * 3 * 784 - 1) < 0.01, 'variance of a uniform distribution');
  const shallow = initialize(planModel(multilayer(784, [392], 10)), keyFromSeed(1));
  assert.deepEqual(shallow.get('fc1.weight'), weight);
});

test('a summary counts what the published networks have', () => {
  const { parameters, macsPerImage, trainingMacsPerImage } = summarize(deeper);
  assert.equal(parameters, 409_405);
  assert.equal(macsPerImage, 784 * 392 + 392 * 196 + 196 * 98 + 98 * 49 + 490);
  assert.equal(trainingMacsPerImage, 3 * macsPerImage - 784 * 392);
});
