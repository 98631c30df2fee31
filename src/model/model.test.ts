import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rowInput } from '../../test/dataset-fixture.ts';
import { keyFromSeed } from '../core/philox.ts';
import { initialize } from './init.ts';
import { planModel } from './plan.ts';
import { buildProgram } from './program.ts';
import {
  batchNorm,
  checkModelSpec,
  dropout,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  multilayer,
  relu,
  residual,
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

  test('has residual blocks behind its last hidden layer, and a norm behind them', () => {
    const inside = [linear(3, 6), gelu(), dropout(0.5), linear(6, 3)];
    assert.deepEqual(
      multilayer(4, [5, 3], 2, [0, 0.5], { activation: 'gelu', blocks: 2 }),
      sequential(
        linear(4, 5),
        gelu(),
        linear(5, 3),
        gelu(),
        dropout(0.5),
        residual(layerNorm(3), ...inside),
        residual(layerNorm(3), ...inside),
        layerNorm(3),
        linear(3, 2),
        logSoftmax(),
      ),
    );
    const { layers } = multilayer(4, [3], 2, [], { norm: 'batch', blocks: 1, expansion: 1 });
    assert.deepEqual(layers[1], batchNorm(3));
    assert.deepEqual(layers[3], residual(batchNorm(3), linear(3, 3), relu(), linear(3, 3)));
    assert.throws(() => multilayer(4, [], 2, [], { blocks: 1 }), {
      kind: 'usage',
      message: /layer 0 is Residual/,
    });
  });

  /** A network of 4, 3 and 2 values with layers behind the first Linear. */
  const around = (...layers: unknown[]) => ({
    layers: [linear(4, 3), ...layers, linear(3, 2), logSoftmax()],
  });

  const wrong: readonly [string, unknown, RegExp][] = [
    ['widths that do not meet', { layers: [linear(4, 3), linear(5, 2), logSoftmax()] }, /takes 5.*gives 3/],
    ['no Linear first', { layers: [relu(), linear(4, 2), logSoftmax()] }, /first layer must be Linear/],
    ['no LogSoftmax last', { layers: [linear(4, 2), relu()] }, /last layer must be LogSoftmax/],
    ['ReLU before LogSoftmax', { layers: [linear(4, 2), relu(), logSoftmax()] }, /before LogSoftmax must be/],
    [
      'LogSoftmax within',
      { layers: [linear(4, 2), logSoftmax(), linear(2, 2), logSoftmax()] },
      /must be the last layer/,
    ],
    [
      'an unknown layer',
      { layers: [{ type: 'Conv2d' }, logSoftmax()] },
      /layers\[0\]\.type must be "Linear", .* or "LogSoftmax", not the string "Conv2d"/,
    ],
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
    ['LayerNorm of another width', around(layerNorm(2)), /layer 1 \(LayerNorm\) takes 2.*gives 3/],
    ['LayerNorm behind GELU', around(gelu(), layerNorm(3)), /must follow a Linear or a Residual/],
    ['two norms', around(batchNorm(3), layerNorm(3)), /layer 2 \(LayerNorm\) must follow a Linear/],
    [
      'a norm in front of a Linear and behind it',
      around(residual(layerNorm(3), linear(3, 3)), layerNorm(3), linear(3, 3), batchNorm(3)),
      /layer 4 \(BatchNorm1d\) is a second norm of the same Linear/,
    ],
    [
      'a norm behind a Residual and no Linear behind that',
      around(residual(layerNorm(3), linear(3, 3)), layerNorm(3), relu()),
      /layer 2 \(LayerNorm\) follows a Residual or begins one, so the next layer must be a Linear/,
    ],
    [
      'ReLU behind a Residual',
      around(residual(layerNorm(3), linear(3, 3)), relu()),
      /layer 2 \(ReLU\) must not follow a Residual/,
    ],
    [
      'a Residual that does not begin with a norm',
      around(residual(linear(3, 3), relu())),
      /layer 1\.0 \(Linear\) is the first layer of a Residual, but a Residual must begin with a norm/,
    ],
    [
      'a Residual that ends in an activation',
      around(residual(layerNorm(3), linear(3, 3), relu())),
      /layer 1\.2 \(ReLU\) is the last layer of a Residual, but a Residual must end with a Linear/,
    ],
    [
      'a Residual of another width within',
      around(residual(layerNorm(3), linear(3, 5), gelu(), linear(6, 3))),
      /layer 1\.3 \(Linear\) takes 6 values, but the layer before it gives 5/,
    ],
    [
      'a Residual that gives more than it takes',
      around(residual(layerNorm(3), linear(3, 5))),
      /layer 1 \(Residual\) takes 3 values, but its layers give 5/,
    ],
    [
      'a Residual in a Residual',
      around({ type: 'Residual', layers: [residual(layerNorm(3), linear(3, 3)), linear(3, 3)] }),
      /layers\[1\]\.layers\[0\]\.type: a Residual may hold only Linear, BatchNorm1d, LayerNorm/,
    ],
    [
      'a Residual before LogSoftmax',
      { layers: [linear(4, 3), residual(layerNorm(3), linear(3, 3)), logSoftmax()] },
      /before LogSoftmax must be Linear/,
    ],
    [
      'too many layers',
      around(...Array.from({ length: 140 }, () => residual(layerNorm(3), linear(3, 3)))),
      /423 layers are over the limit of 400/,
    ],
    [
      'a dropout of 1',
      { layers: [linear(4, 2), dropout(1), linear(2, 2), logSoftmax()] },
      /layers\[1\]\.p must be below 1, not the number 1/,
    ],
    [
      'a width of 0',
      { layers: [linear(4, 0), logSoftmax()] },
      /layers\[0\]\.out must be at least 1, not the number 0/,
    ],
    ['too many parameters', { layers: [linear(65_536, 65_536), linear(65_536, 2), logSoftmax()] }, /limit/],
    ['a key too many', { layers: [linear(4, 2), logSoftmax()], name: 'x' }, /it has an unknown key "name"/],
    ['no object', 'Linear', /Invalid model: it must be an object, not the string "Linear"\./],
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
    // A config whose network is given has the very dropout of the one that made it.
    const [hidden] = planModel(multilayer(4, [3], 2, [0.3])).layers;
    assert.equal(hidden.dropout, 0.3);
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

  test('knows what a norm is of, and what skips a Residual', () => {
    const spec = multilayer(4, [3], 2, [], { norm: 'layer', blocks: 2 });
    const { layers, parameters } = planModel(spec);
    assert.deepEqual(
      layers.map(({ norm, preNorm, skip }) => [norm, preNorm, skip]),
      [
        ['layer', false, undefined],
        ['layer', true, undefined],
        ['none', false, 0],
        ['layer', true, undefined],
        ['none', false, 2],
        ['layer', true, undefined],
      ],
    );
    const names = parameters.filter(({ part }) => part === 'weight' || part === 'scale');
    assert.deepEqual(
      names.map(({ name, shape }) => `${name} ${shape.join('x')}`),
      [
        'fc1.weight 3x4',
        'ln1.weight 3',
        'ln2.weight 3',
        'fc2.weight 6x3',
        'fc3.weight 3x6',
        'ln4.weight 3',
        'fc4.weight 6x3',
        'fc5.weight 3x6',
        'ln6.weight 3',
        'fc6.weight 2x3',
      ],
    );
    const block = 2 * 3 + (3 * 6 + 6) + (6 * 3 + 3);
    assert.equal(summarize(spec).parameters, 4 * 3 + 3 + 6 + 2 * block + 6 + 3 * 2 + 2);
    assert.equal(summarize(spec).macsPerImage, 4 * 3 + 4 * 3 * 6 + 3 * 2);
  });

  test('adds up what went round a block before the layers below', () => {
    const { train } = buildProgram(
      sequential(
        linear(4, 3),
        layerNorm(3),
        relu(),
        residual(layerNorm(3), linear(3, 3)),
        linear(3, 2),
        logSoftmax(),
      ),
      rowInput(4),
    );
    assert.deepEqual(
      train.map((step) => ('layer' in step ? `${step.op} ${step.layer}` : step.op)),
      [
        'gather',
        'linear 0',
        'normalize 0',
        'activate 0',
        'normalize 1',
        'linear 1',
        'linear 2',
        'nllGradient',
        'inputGradient 2',
        'activateGradient 1',
        'inputGradient 1',
        'affineGradient 1',
        'normalizeGradient 1',
        'activateGradient 0',
        'affineGradient 0',
        'normalizeGradient 0',
        'normUpdate 0',
        'weightGradientUpdate 0',
        'normUpdate 1',
        'weightGradientUpdate 1',
        'weightGradientUpdate 2',
      ],
    );
  });

  test('becomes a program that reads weights before it updates them', () => {
    const steps = buildProgram(
      sequential(linear(4, 3), relu(), linear(3, 2), logSoftmax()),
      rowInput(4),
    ).train;
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
