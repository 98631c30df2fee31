/**
 * Both ways between Couture and PyTorch, on all 10,000 test images of Fashion-MNIST: the same labels, and probabilities to
 * 1e-5. Needs a Python with torch, such as Debian's python3-torch.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../src/data/dataset.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  multilayer,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import { getDataset } from '../../src/platform/node/data/store.ts';
import { load } from '../../src/platform/node/load.ts';
import { encodeModel } from '../../src/ship/model-file.ts';
import { couture } from '../command.ts';
import { makeModel, makeNetwork } from '../model-fixture.ts';

const TOLERANCE = 1e-5;
const script = fileURLToPath(new URL('pytorch_networks.py', import.meta.url));
const cwd = await mkdtemp(join(tmpdir(), 'couture-pytorch-'));
after(() => rm(cwd, { recursive: true, force: true }));

const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch']).status === 0,
);
const skip = python === undefined && 'no python3 here has torch';
const inPython = (...args: string[]): void => {
  assert.ok(python);
  execFileSync(python, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
};

const images = join(cwd, 'test.bytes');
let testSet: Dataset;

/** The probabilities of a model of Couture, [images, classes]. */
async function probabilities(model: string): Promise<Float32Array> {
  const loaded = await load(model, { backend: 'cpu' });
  try {
    return (await loaded.logProbabilities(testSet.images)).map(Math.exp);
  } finally {
    await loaded.dispose();
  }
}

function assertSame(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  const classes = testSet.info.classNames.length;
  let largest = 0;
  for (let i = 0; i < found.length; i++) largest = Math.max(largest, Math.abs(found[i] - expected[i]));
  assert.ok(largest <= TOLERANCE, `probabilities differ by ${largest}`);
  const best = (values: Float32Array): number => values.indexOf(Math.max(...values));
  let others = 0;
  for (let row = 0; row < found.length; row += classes)
    if (best(found.subarray(row, row + classes)) !== best(expected.subarray(row, row + classes))) others += 1;
  assert.equal(others, 0, 'images with another label');
}

const readFloats = async (path: string): Promise<Float32Array> =>
  new Float32Array(new Uint8Array(await readFile(path)).buffer);

test('the images are written for PyTorch', { skip }, async () => {
  testSet = await getDataset('fashion-mnist', 'test');
  await writeFile(images, testSet.images);
  assert.equal(testSet.length, 10_000);
});

/** Every kind of layer, with weights as if it had been trained. */
const specs = {
  'norms and activations': sequential(
    ...[linear(784, 40), batchNorm(40), leakyRelu(), linear(40, 30), layerNorm(30), silu()],
    ...[dropout(0.2), linear(30, 20), root(), linear(20, 10), logSoftmax()],
  ),
  'residual blocks': sequential(
    ...[linear(784, 32), gelu()],
    residual(layerNorm(32), linear(32, 64), gelu(), dropout(0.1), linear(64, 32)),
    residual(batchNorm(32), linear(32, 16), silu(), linear(16, 32)),
    ...[layerNorm(32), linear(32, 10), logSoftmax()],
  ),
};

describe('out: PyTorch gives the probabilities of Couture', { skip }, () => {
  const check = async (model: string, to: 'pytorch' | 'hf'): Promise<void> => {
    const out = join(cwd, `out-${to}`);
    const { code, err } = await couture(['export', model, '--to', to, '--out', out], { cwd });
    assert.equal(code, 0, err);
    inPython('run', out, images, join(cwd, 'out.probabilities'));
    assertSame(await probabilities(model), await readFloats(join(cwd, 'out.probabilities')));
    await rm(out, { recursive: true });
  };

  test('a shipped network', async () => await check('compact', 'hf'));
  test('a shipped ensemble with ten views and a temperature', async () => await check('best', 'pytorch'));

  for (const [title, spec] of Object.entries(specs))
    test(title, async () => {
      const { info: data } = testSet;
      const members = [makeNetwork(spec, 1), makeNetwork(multilayer(784, [16], 10), 2)];
      const path = join(cwd, 'made.safetensors');
      for (const changes of [
        { members: members.slice(0, 1) },
        { members: members.slice(0, 1), views: { flip: true, shift: 2 }, temperature: 0.7 },
        { members, views: { flip: false, shift: 1 } },
      ]) {
        await writeFile(path, await encodeModel(makeModel({ data, ...changes })));
        await check(path, 'pytorch');
      }
    });
});

describe('in: Couture gives the probabilities of PyTorch', { skip }, () => {
  test('the networks are trained', async () => {
    const trainSet = await getDataset('fashion-mnist', 'train');
    const train = join(cwd, 'train.bytes');
    await writeFile(train, trainSet.images);
    await writeFile(`${train}.labels`, Uint8Array.from(trainSet.labels));
    inPython('make', cwd, train, images);
  });

  for (const [name, flags] of Object.entries({
    named: ['--activation', 'gelu', '--mean', '0.286', '--std', '0.353'],
    places: ['--activation', 'silu', '--norm', 'layer', '--dropout', '0.1', '--mean', '0.5', '--std', '0.5'],
    double: ['--activation', 'relu', '--mean', '0', '--std', '1'],
    ahead: ['--layers', '0,1,relu,3,dropout=0.1,5', '--mean', '0', '--std', '1'],
  }))
    test(name, async () => {
      const out = join(cwd, `${name}.safetensors`);
      const { code, err } = await couture(
        ['import', join(cwd, `${name}.pt`), ...flags, '--data', 'fashion-mnist', '--out', out],
        { cwd },
      );
      assert.equal(code, 0, err);
      assertSame(await probabilities(out), await readFloats(join(cwd, `${name}.probabilities`)));
    });

  test('a run that starts with an imported network begins where it was, and is reproduced', async () => {
    const flags = ['--freeze', '1', '--epochs', '1', '--seed', '1', '--name', 'further'];
    const trained = await couture(['train', '--init-from', 'named.safetensors', ...flags], { cwd });
    assert.equal(trained.code, 0, trained.err);
    assert.match(trained.err, /The run starts with fc1, fc2 and fc3 of named\.safetensors\./);
    const again = await couture(['reproduce', 'further'], { cwd });
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /reproduced: the same bits/);
  });
});
